"""Environments of Acme, and words for times and wishes."""

from datetime import timedelta
from uuid import uuid4

import pytest

from environments.requests import Wish, request_booking
from environments.supply import create_environment
from releasemgr.portfolio.models import Application, Environment
from tests.conftest import JUNE_1

IN_SERVICE = JUNE_1 - timedelta(days=365)


def hour(number):
    """The instant that many hours after 1 June, 9:00 UTC."""
    return JUNE_1 + timedelta(hours=number)


def make_environment(key, *, units=1, type=Environment.Type.SIT, application=None, **fields):
    environment = Environment(
        key=key, name=key.upper(), type=type, application=application, commissioned_at=IN_SERVICE, **fields
    )
    create_environment(environment, units=units, by=None, at=IN_SERVICE)
    return environment


def wish(environment, start=0, end=4, **fields):
    """A wish for the hours ``[start, end)`` after JUNE_1."""
    fields.setdefault("purpose", "Regression test")
    return Wish(environment, hour(start), hour(end), **fields)


def book(environment, start=0, end=4, *, by=None, **fields):
    """An approved booking."""
    asked = wish(environment, start, end, **fields)
    return request_booking(asked, request_key=uuid4(), by=by, at=JUNE_1, is_approved=True).rows[0]


def ask(environment, start=0, end=4, *, by=None, **fields):
    """A requested booking, whether there is room or not."""
    asked = wish(environment, start, end, **fields)
    return request_booking(asked, request_key=uuid4(), by=by, at=JUNE_1, may_wait=True).rows[0]


@pytest.fixture
def ledger(in_acme):
    """An application of Acme."""
    return Application.objects.create(key="ledger", name="Ledger")


@pytest.fixture
def sit(ledger):
    """An environment of Acme for one user at a time."""
    return make_environment("sit-1", application=ledger)


@pytest.fixture
def shared_sit(ledger):
    """An environment of Acme with three units."""
    return make_environment("sit-3", units=3, application=ledger)
