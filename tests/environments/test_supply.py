"""Environments, their capacity over time and their outages."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from calendar_app.models import Claim
from environments.models import Booking, CapacityStep, EnvironmentUse, Outage
from environments.overbooking import overbooked
from environments.supply import (
    Displaces,
    add_capacity,
    end_outage,
    plan_outages,
    revise_capacity,
    withdraw_outage,
)
from environments.uses import WrongIsolation, lock_uses
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Revision, undo
from releasemgr.portfolio.models import Environment
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1
from tests.environments.conftest import book, hour, make_environment


def outage(environment, start, end, **fields):
    ends_at = None if end is None else hour(end)
    return Outage(environment=environment, starts_at=hour(start), ends_at=ends_at, reason="Patch", **fields)


def test_a_new_environment_has_its_use_and_first_step(in_acme):
    environment = make_environment("uat-1", units=2)

    assert EnvironmentUse.objects.get().environment == environment
    assert CapacityStep.objects.get().units == 2
    assert set(Entry.objects.values_list("noun", flat=True)) == {
        "environment",
        "environmentuse",
        "capacitystep",
    }


def test_an_environment_that_came_without_a_use_gets_one_when_it_is_locked(in_acme):
    environment = Environment.objects.create(key="bare", name="Bare", type="dev", commissioned_at=JUNE_1)

    assert lock_uses([environment.pk])[environment.pk].environment_id == environment.pk


def test_a_cut_that_displaces_bookings_is_refused_by_name_unless_it_is_meant(shared_sit):
    book(shared_sit, 0, 4)
    late = book(shared_sit, 2, 8, units=2, purpose="Load test")
    step = CapacityStep(environment=shared_sit, starts_at=hour(3), units=2)

    with pytest.raises(Displaces, match="Load test"):
        add_capacity([step], by=None, at=JUNE_1)
    assert not CapacityStep.objects.filter(units=2).exists()

    add_capacity([step], by=None, at=JUNE_1, despite=True)
    found = overbooked(Booking.objects.holding())
    assert [(over.booking, over.starts_at, over.ends_at) for over in found] == [(late, hour(3), hour(4))]


def test_a_cut_that_nobody_feels_is_no_matter(shared_sit):
    book(shared_sit, 0, 4)

    add_capacity([CapacityStep(environment=shared_sit, starts_at=hour(2), units=1)], by=None, at=JUNE_1)


def test_who_was_over_before_does_not_stand_in_the_way_of_the_next_change(shared_sit):
    for _ in range(3):
        book(shared_sit, 0, 4)
    cut = CapacityStep(environment=shared_sit, starts_at=hour(0), units=2)
    add_capacity([cut], by=None, at=JUNE_1, despite=True)

    later = CapacityStep(environment=shared_sit, starts_at=hour(10), units=1)
    add_capacity([later], by=None, at=JUNE_1)


def test_an_undone_cut_gives_the_units_back(shared_sit):
    step = CapacityStep.objects.get()
    act = revise_capacity([Revision(step, 1, {"units": 1})], by=None, at=JUNE_1).act_id

    undo(act, by=None, at=JUNE_1)

    assert CapacityStep.objects.get().units == 3


def test_a_planned_outage_asks_before_it_displaces_and_an_unplanned_one_has_happened(sit):
    book(sit, 0, 4)

    with pytest.raises(Displaces):
        plan_outages([outage(sit, 2, 3)], by=None, at=JUNE_1)
    plan_outages([outage(sit, 2, None, is_planned=False)], by=None, at=JUNE_1)

    claimed = Claim.objects.get(kind=Claim.Kind.OUTAGE)
    assert (claimed.state, claimed.ends_at.year) == ("unplanned", 2100)


def test_an_outage_ends_and_the_environment_can_be_booked_again(sit):
    open_outage = outage(sit, 0, None, is_planned=False)
    plan_outages([open_outage], by=None, at=JUNE_1)
    end_outage(Outage.objects.get(), by=None, at=hour(2))

    book(sit, 2, 4)
    assert Claim.objects.get(kind=Claim.Kind.OUTAGE).ends_at == hour(2)


def test_a_plan_can_be_withdrawn_and_a_fact_cannot(sit):
    planned, begun = outage(sit, 5, 6), outage(sit, 0, 1)
    plan_outages([planned, begun], by=None, at=JUNE_1)

    withdraw_outage(planned, by=None, at=hour(1))
    with pytest.raises(ValidationError):
        withdraw_outage(begun, by=None, at=hour(1))

    assert list(Outage.objects.all()) == [begun]
    assert Claim.objects.filter(kind=Claim.Kind.OUTAGE).count() == 1
    assert Entry.objects.filter(verb="withdrawn").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_older_than_the_lock_is_refused(acme):
    with org_scope(acme):
        environment = make_environment("uat-1")
    connection.cursor().execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    try:
        with pytest.raises(WrongIsolation), org_scope(acme):
            lock_uses([environment.pk])
    finally:
        connection.close()
