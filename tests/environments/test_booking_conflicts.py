"""Bookings over capacity and over outages stand in the one list of conflicts, until somebody moves."""

import pytest

from calendar_app.claims import rebuild_claims, verify_claims
from calendar_app.conflicts import recompute_conflicts, sentence, verify_conflicts
from calendar_app.models import Conflict
from environments import bookings
from environments.invariants import verify_bookings
from environments.models import Booking, CapacityStep, Outage
from environments.rules import OVER_CAPACITY, OVER_OUTAGE
from environments.supply import add_capacity, end_outage, plan_outages, revise_capacity, withdraw_outage
from releasemgr.changes.revisions import Revision, undo
from tests.conftest import JUNE_1
from tests.environments.conftest import ask, book, hour


def found(rule):
    return [
        (conflict.first_title, conflict.second_title, conflict.starts_at, conflict.ends_at)
        for conflict in Conflict.objects.filter(rule=rule).order_by("starts_at", "first_title")
    ]


@pytest.fixture(autouse=True)
def _incremental_equals_recompute(in_acme):
    """Whatever a test did, the list and the claims are what a full rebuild finds, and no promise is broken."""
    yield
    assert verify_conflicts() == []
    assert recompute_conflicts() == 0
    assert verify_claims() == []
    assert rebuild_claims() == 0
    assert verify_bookings() == []


def cut(environment, start, units):
    step = CapacityStep(environment=environment, starts_at=hour(start), units=units)
    return add_capacity([step], by=None, at=JUNE_1, despite=True)


def outage(environment, start, end, **fields):
    ends_at = None if end is None else hour(end)
    planned = Outage(
        environment=environment, starts_at=hour(start), ends_at=ends_at, reason="Patch", **fields
    )
    plan_outages([planned], by=None, at=JUNE_1, despite=True)
    return planned


def test_a_cut_puts_the_later_decided_booking_into_the_list(shared_sit):
    book(shared_sit, 0, 8, purpose="First")
    book(shared_sit, 2, 6, units=2, purpose="Second")
    ask(shared_sit, 2, 6, purpose="Only asked")

    cut(shared_sit, 4, 2)

    assert found(OVER_CAPACITY) == [("Second (BKG-2)", "SIT-3", hour(4), hour(6))]
    assert sentence(Conflict.objects.get()) == "“Second (BKG-2)” has no room on SIT-3"


def test_moving_away_shrinking_or_cancelling_settles_it(shared_sit, sit):
    held = [book(shared_sit, 0, 8) for _ in range(3)]
    cut(shared_sit, 4, 1)
    assert [first for first, *_rest in found(OVER_CAPACITY)] == [
        "Regression test (BKG-2)",
        "Regression test (BKG-3)",
    ]

    bookings.move([Revision(held[1], 1, {"ends_at": hour(4)})], by=None, at=JUNE_1)
    assert [first for first, *_rest in found(OVER_CAPACITY)] == ["Regression test (BKG-3)"]
    bookings.cancel([held[0]], by=None, at=JUNE_1)
    assert found(OVER_CAPACITY) == []


def test_an_undone_cut_settles_it(shared_sit):
    step = CapacityStep.objects.get()
    book(shared_sit, 0, 8, units=3)
    act = revise_capacity([Revision(step, 1, {"units": 1})], by=None, at=JUNE_1, despite=True).act_id
    assert len(found(OVER_CAPACITY)) == 1

    undo(act, by=None, at=JUNE_1)

    assert found(OVER_CAPACITY) == []


def test_an_outage_meets_what_is_held_and_not_what_is_only_asked_for(sit, shared_sit):
    book(sit, 0, 4, purpose="Held")
    ask(sit, 2, 6)
    book(shared_sit, 0, 4)

    happened = outage(sit, 3, None, is_planned=False)

    assert found(OVER_OUTAGE) == [("Held (BKG-1)", "Patch", hour(3), hour(4))]
    assert found(OVER_CAPACITY) == []
    end_outage(happened, by=None, at=JUNE_1, ends_at=hour(5))
    assert len(found(OVER_OUTAGE)) == 1


def test_a_withdrawn_outage_takes_its_conflicts_along(sit):
    book(sit, 24, 28)
    planned = outage(sit, 25, 26)
    assert len(found(OVER_OUTAGE)) == 1

    withdraw_outage(planned, by=None, at=hour(0))

    assert found(OVER_OUTAGE) == []


def test_an_accepted_conflict_stays_accepted_when_something_else_moves(shared_sit):
    book(shared_sit, 0, 8, units=2)
    late = book(shared_sit, 0, 8)
    cut(shared_sit, 4, 2)
    Conflict.objects.update(state=Conflict.State.ACCEPTED, reason="It will do.")

    bookings.move([Revision(late, 1, {"ends_at": hour(7)})], by=None, at=JUNE_1)

    conflict = Conflict.objects.get()
    assert (conflict.state, conflict.ends_at) == (Conflict.State.ACCEPTED, hour(7))


def test_what_was_written_past_the_verbs_is_told(sit):
    book(sit, 0, 4)
    second = book(sit, 4, 8)
    Booking.objects.filter(pk=second.pk).update(starts_at=hour(3), ends_at=hour(8))

    assert verify_bookings() == ["BKG-2 holds units that are not there, and no conflict says so."]
    recompute_conflicts()
    rebuild_claims()
