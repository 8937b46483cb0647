"""The quarter of a calendar: about 2,000 bars out of 1,000,000 claims (P1, P2, P3), and out of ten times as many (P15)."""

import gzip
import os
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import set_script_prefix, set_urlconf
from django.utils.timezone import now
from django_htmx.middleware import HtmxDetails

from calendar_app.calendar.page import Page
from calendar_app.calendar.window import Event
from calendar_app.views.calendar import calendar
from releasemgr.accounts.models import Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.bench import Goal, interleaved
from releasemgr.bench.claimed import LANES, QUARTER, add_claims, claimed_organisation
from releasemgr.tenancy.scope import org_scope

NAME = "calendar"
CLAIMS, NEIGHBOURS = 1_000_000, 100_000
ROUNDS = 15
_ROWS = """
SELECT 'phase', 'sit', id, id, id, 'project', id, at, at + interval '2 days', true, 'planned', 'System integration test',
       'calendar/releases/42/#phase-3'
  FROM generate_series(1, 2000) AS n
 CROSS JOIN LATERAL (SELECT md5(n::text)::uuid AS id, now() + n * interval '1 hour' AS at) made
"""
QUERY = f"date={QUARTER:%Y-%m-%d}&lanes={LANES}"  # all bars in one answer


class Prepared:
    """An organisation with its viewer, another one beside it, and the statement that reads the quarter."""

    def __init__(self, scale):
        self.neighbours = int(NEIGHBOURS * scale)
        self.org = claimed_organisation("calendar", claims=int(CLAIMS * scale))
        self.neighbour = claimed_organisation("calendar-neighbour", claims=self.neighbours)
        user = User.objects.create(email="viewer@calendar.example", name="Viewer")
        self.memberships = {
            org.pk: Membership.objects.create(org=org, user=user, role=Role.VIEWER)
            for org in (self.org, self.neighbour)
        }
        tidy()
        with org_scope(self.org):
            page = Page(self.org, QueryDict(QUERY), now=now())
            self.sql, self.parameters = page.window.claims.values_list(*Event._fields).query.sql_with_params()

    def fetch(self):
        """The rows of the quarter, in the open scope."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.parameters)
            return cursor.fetchall()

    def page(self, org=None):
        """The whole page as bytes, made by the view in the open scope of the organisation."""
        request = RequestFactory().get("/calendar/", QueryDict(QUERY).dict())
        request.membership = self.memberships[(org or self.org).pk]
        request.user, request.org = request.membership.user, request.membership.org
        request.htmx = HtmxDetails(request)
        return calendar(request).content


def prepare(scale):
    return Prepared(scale)


def goals(prepared):
    yield Goal("P1", lambda: _walls(prepared), most=1.25)
    yield Goal("P2", lambda: _drawn(prepared), most=6)
    before, opened = _fetched(prepared), _opened(prepared)
    with org_scope(prepared.neighbour) as neighbour:
        many = prepared.neighbours
        add_claims(neighbour, first=many + 1, last=10 * many, centre=many // 2)
    tidy()
    yield Goal("P3", lambda: _grown(prepared, before), most=1.3)
    yield Goal("P15", lambda: _history(prepared, opened), most=1.1)


def _walls(prepared):
    """The same statement by a role that no policy stops, and by the application under row-level security."""
    with unwalled() as free, walled(prepared.org) as held:
        statement = prepared.sql, prepared.parameters
        rows = held.execute(*statement).fetchall()
        floor, ours = interleaved(
            lambda: free.execute(*statement).fetchall(),
            lambda: held.execute(*statement).fetchall(),
            rounds=ROUNDS,
        )
    return floor, ours, {"rows": len(rows)}


def _drawn(prepared):
    with mounted(prepared.org):
        html = prepared.page()
        floor, ours = interleaved(prepared.fetch, prepared.page, rounds=ROUNDS)
    return floor, ours, {"bars": html.count(b'class="b '), "kb": round(len(html) / 1024), "gz_kb": _gz(html)}


def _grown(prepared, before):
    """The fetch before and after the others grew. Both stand beside the same yardstick, as the machine may have slowed."""
    yardstick, fetched = _fetched(prepared)
    return before[1] * yardstick / before[0], fetched, {"others": 10 * prepared.neighbours}


def _history(prepared, before):
    """The page of the organisation that grew, before and after; the page of the other one is the yardstick of both."""
    yardstick, opened = _opened(prepared)
    return before[1] * yardstick / before[0], opened, {"times": 10}


def _opened(prepared):
    """Seconds of the page of an organisation that stays, and of the one that grows, interleaved."""

    def opened(org):
        with mounted(org):
            prepared.page(org)

    return interleaved(lambda: opened(prepared.org), lambda: opened(prepared.neighbour), rounds=ROUNDS)


def _fetched(prepared):
    """Seconds of the yardstick and of the fetch, interleaved."""
    with org_scope(prepared.org):
        return interleaved(_yardstick, prepared.fetch, rounds=ROUNDS)


def _yardstick():
    """As many rows of the same types, from no table."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS)
        return cursor.fetchall()


def _gz(html):
    return round(len(gzip.compress(html)) / 1024, 1)


@contextmanager
def mounted(org):
    """The scope of a request under the mount, for calling a view without its middleware."""
    set_script_prefix(f"/o/{org.slug}/")
    set_urlconf("releasemgr.org_urls")
    try:
        with org_scope(org):
            yield
    finally:
        set_script_prefix("/")
        set_urlconf(None)


@contextmanager
def unwalled():
    """A connection of the administrator, whom row-level security does not hold."""
    url = urlsplit(os.environ["DATABASE_ADMIN_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    with psycopg.connect(url.geturl(), autocommit=True, prepare_threshold=None) as database:
        yield psycopg.ClientCursor(database)


@contextmanager
def walled(org):
    """A connection of the application in the scope of ``org``."""
    with psycopg.connect(os.environ["DATABASE_URL"], prepare_threshold=None) as database:
        database.execute("SELECT set_config('app.org_id', %s, true)", [str(org.pk)])
        yield psycopg.ClientCursor(database)


def tidy():
    """Statistics and visibility as autovacuum would leave them."""
    with unwalled() as database:
        database.execute("VACUUM ANALYZE")
