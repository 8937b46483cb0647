"""`kill -9` of the web server in the middle of a booking, and a broker that is gone."""

import contextlib
import http.client
import threading
import time
from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from calendar_app.models import Claim
from environments.models import Booking, EnvironmentUse
from releasemgr.activity.models import Entry, FactMark
from releasemgr.local.ports import free_port
from releasemgr.tenancy.scope import org_scope
from reporting.models import Cell
from tests.database import owner_url
from tests.environments.conftest import make_environment

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FORM = "/o/acme/environments/bookings/new/"


@pytest.fixture
def sit(acme):
    with org_scope(acme):
        return make_environment("sit-1")


def wanted(sit, **fields):
    """What the booking form sends."""
    return {
        "environment": str(sit.pk),
        "starts_at": "2030-06-03T09:00",
        "ends_at": "2030-06-03T17:00",
        "units": "1",
        "purpose": "Regression test",
        "approve": "on",
        "request_key": str(uuid4()),
        **fields,
    }


def rows(acme):
    """How many bookings, claims of them and audit entries about them there are."""
    with org_scope(acme):
        return (
            Booking.objects.count(),
            Claim.objects.filter(source_kind="booking").count(),
            Entry.objects.filter(noun="booking").count(),
        )


def wait_until(condition, *, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def waits_for_a_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return cursor.fetchone()[0] > 0


def test_a_request_that_was_cut_off_left_nothing_and_can_be_sent_again(processes, acme, rita, sit):
    processes.start("web")
    fields = wanted(sit)
    with psycopg.connect(owner_url()) as locker:
        locker.execute("SET app.maintenance = 'on'")
        locker.execute("SELECT 1 FROM environments_environmentuse FOR UPDATE")
        posting = threading.Thread(target=_post_and_be_cut_off, args=(processes, rita, fields))
        posting.start()
        wait_until(waits_for_a_lock)
        processes.kill("web")
        posting.join(timeout=30)

    assert rows(acme) == (0, 0, 0)
    processes.start("web")
    assert processes.request("POST", FORM, rita, fields)[0] == 302
    assert processes.request("POST", FORM, rita, fields)[0] == 302  # the same request again: the same booking
    assert rows(acme) == (1, 1, 1)
    with org_scope(acme):
        assert EnvironmentUse.objects.count() == 1


def test_without_a_broker_pages_and_bookings_work_and_the_figures_catch_up(processes, acme, rita, sit):
    nobody = f"redis://127.0.0.1:{free_port()}/0"
    processes.start("web", REDIS_URL=nobody)
    processes.request("GET", FORM, rita)

    for number in range(3):
        fields = wanted(sit, starts_at=f"2030-06-0{number + 3}T09:00", ends_at=f"2030-06-0{number + 3}T17:00")
        status, seconds = processes.request("POST", FORM, rita, fields)
        assert (status, seconds < 2) == (302, True), seconds
        status, seconds = processes.request("GET", "/o/acme/environments/bookings/", rita)
        assert (status, seconds < 2) == (200, True), seconds

    assert rows(acme)[0] == 3
    assert FactMark.objects.filter(org_id=acme.pk).exists()
    processes.start("worker")
    processes.start("sweeper")
    wait_until(lambda: not FactMark.objects.filter(org_id=acme.pk).exists(), seconds=90)
    with org_scope(acme):
        wait_until(lambda: Cell.objects.exists())


def _post_and_be_cut_off(processes, user, fields):
    with contextlib.suppress(OSError, http.client.HTTPException):
        processes.request("POST", FORM, user, fields)
