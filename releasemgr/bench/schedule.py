"""The environment schedule: a week with 10,000 bookings on 500 environments, 60 lanes drawn (P4)."""

import gzip
from datetime import UTC, datetime

from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django_htmx.middleware import HtmxDetails

from environments.models import Booking
from environments.views.schedule import schedule
from releasemgr.accounts.models import Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.bench import Goal, interleaved
from releasemgr.bench.booked import booked_organisation
from releasemgr.bench.calendar import mounted, tidy
from releasemgr.portfolio.models import Environment
from releasemgr.tenancy.scope import org_scope

NAME = "schedule"
ENVIRONMENTS, BOOKINGS, LANES = 500, 10_000, 60
MONDAY = datetime(2026, 10, 5, tzinfo=UTC)
HOURS = 8.4  # twenty bookings of an environment fill the week
QUERY = {"zoom": "week", "date": "2026-10-05"}
MOST_STATEMENTS, MOST_BYTES = 15, 1_000_000
AROUND_THE_VIEW = 5  # statements of session, user, membership, and the scope's beginning and end


class Prepared:
    """The organisation, its release manager, and the statement that reads the rows of the first lanes."""

    def __init__(self, scale):
        environments = max(int(ENVIRONMENTS * scale), LANES)
        self.org = booked_organisation(
            "schedule",
            environments=environments,
            bookings=int(BOOKINGS * scale),
            first=MONDAY,
            hours=HOURS,
            today=MONDAY,
        )
        user = User.objects.create(email="manager@schedule.example", name="Manager")
        self.membership = Membership.objects.create(org=self.org, user=user, role=Role.RELEASE_MANAGER)
        tidy()
        with org_scope(self.org):
            lanes = list(Environment.objects.order_by("key").values_list("pk", flat=True)[:LANES])
            drawn = Booking.objects.filter(environment__in=lanes).order_by("starts_at", "pk")
            columns = ("pk", "number", "purpose", "project__name", "units", "is_exclusive", "status")
            rows = drawn.values_list("environment_id", *columns, "starts_at", "ends_at", "holds")
            self.sql, self.parameters = rows.query.sql_with_params()

    def fetch(self):
        """The rows of the drawn lanes, in the open scope."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.parameters)
            return cursor.fetchall()

    def page(self):
        """The whole page as bytes, made by the view in the open scope."""
        request = RequestFactory().get("/environments/schedule/", QUERY)
        request.user, request.org, request.membership = self.membership.user, self.org, self.membership
        request.htmx = HtmxDetails(request)
        return schedule(request).content


def prepare(scale):
    return Prepared(scale)


def goals(prepared):
    yield Goal("P4", lambda: _drawn(prepared), most=5)


def _drawn(prepared):
    with mounted(prepared.org):
        with CaptureQueriesContext(connection) as captured:
            html = prepared.page()
        floor, ours = interleaved(prepared.fetch, prepared.page, rounds=15)
    detail = {
        "bars": html.count(b'id="bar-bkg-'),
        "lanes": html.count(b"data-lane="),
        "statements": len(captured) + AROUND_THE_VIEW,
        "kb": round(len(html) / 1000),
        "gz_kb": round(len(gzip.compress(html)) / 1000),
    }
    kept = detail["statements"] <= MOST_STATEMENTS and len(html) <= MOST_BYTES
    return floor, ours if kept else float("inf"), detail
