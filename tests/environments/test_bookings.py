"""Asking, deciding, moving, using and giving up bookings."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from calendar_app.models import Claim
from environments import bookings as verbs
from environments.models import Booking, CapacityStep, Outage
from environments.refusals import NoCapacity, WrongStep
from environments.requests import request_booking, request_bookings
from environments.supply import add_capacity, plan_outages, revise_environments
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Moved, Revision, rehearse, undo
from tests.conftest import JUNE_1
from tests.environments.conftest import ask, book, hour, make_environment, wish

Status = Booking.Status


def moved(booking, **values):
    return verbs.move([Revision(booking, booking.version, values)], by=None, at=JUNE_1)


def fresh(booking):
    return Booking.objects.get(pk=booking.pk)


def test_back_to_back_bookings_do_not_clash(sit, rita):
    book(sit, 0, 4, by=rita)
    book(sit, 4, 8, by=rita)

    assert Booking.objects.holding().count() == 2


def test_a_booking_without_room_says_so_and_writes_nothing(sit, rita):
    book(sit, 0, 4)

    with pytest.raises(NoCapacity, match="SIT-1 has no room for 1 unit"):
        book(sit, 3, 5, by=rita)

    assert Booking.objects.count() == 1
    assert Claim.objects.filter(kind=Claim.Kind.BOOKING).count() == 1


def test_a_request_takes_no_units_and_may_wait_for_room(sit):
    book(sit, 0, 4)

    with pytest.raises(NoCapacity):
        request_booking(wish(sit, 0, 4), request_key=uuid4(), by=None, at=JUNE_1)
    waiting = ask(sit, 0, 4)

    assert (waiting.status, waiting.holds, waiting.number) == (Status.REQUESTED, False, 2)


def test_the_same_request_twice_gives_the_first_answer(sit, rita):
    key = uuid4()
    first = request_booking(wish(sit), request_key=key, by=rita, at=JUNE_1)
    again = request_booking(wish(sit), request_key=key, by=rita, at=JUNE_1)

    assert again.rows == first.rows
    assert again.act_id is None
    assert Booking.objects.count() == 1


def test_the_same_request_for_another_environment_still_gives_the_first_answer(sit, shared_sit):
    key = uuid4()
    first = request_booking(wish(sit), request_key=key, by=None, at=JUNE_1)

    assert request_booking(wish(shared_sit), request_key=key, by=None, at=JUNE_1).rows == first.rows


def test_a_set_of_wishes_is_written_whole_or_not_at_all(sit, shared_sit):
    with pytest.raises(NoCapacity):
        request_bookings(
            [wish(shared_sit), wish(sit, 0, 4), wish(sit, 3, 5)], request_key=uuid4(), by=None, at=JUNE_1
        )
    assert Booking.objects.count() == 0

    key = uuid4()
    first = request_bookings([wish(sit, 0, 4), wish(sit, 4, 5)], request_key=key, by=None, at=JUNE_1)
    again = request_bookings([wish(sit, 0, 4), wish(sit, 4, 5)], request_key=key, by=None, at=JUNE_1)
    assert again.rows == first.rows


@pytest.mark.parametrize(("fields", "message"), [({"end": 0}, "after the start"), ({"units": 0}, "one unit")])
def test_nonsense_is_refused_at_its_field(sit, fields, message):
    with pytest.raises(ValidationError, match=message):
        ask(sit, **fields)


def test_approving_asks_for_room_and_records_who_decided(sit, emma):
    first, second = ask(sit, 0, 4), ask(sit, 2, 6)
    verbs.approve([first], by=emma, at=hour(1))

    with pytest.raises(NoCapacity):
        verbs.approve([second], by=emma, at=hour(1))

    approved = fresh(first)
    assert (approved.status, approved.holds, approved.version) == (Status.APPROVED, True, 2)
    assert (approved.decided_by_name, approved.decided_at) == ("Emma", hour(1))
    entry = Entry.objects.of(first).get(verb="approved")
    assert entry.changes["status"] == ["requested", "approved"]
    assert Claim.objects.get(source_id=first.pk).state == "approved"
    assert fresh(second).status == Status.REQUESTED


def test_a_set_is_approved_whole_or_not_at_all_and_the_refused_are_named(shared_sit, emma):
    asked = [ask(shared_sit, 0, 4, units=2), ask(shared_sit, 2, 6, units=2), ask(shared_sit, 4, 8)]

    with pytest.raises(NoCapacity) as refused:
        verbs.approve(asked, by=emma, at=JUNE_1)
    assert refused.value.refused == [asked[1]]
    assert Booking.objects.holding().count() == 0

    verbs.approve([asked[0], asked[2]], by=emma, at=JUNE_1)
    assert Booking.objects.holding().count() == 2


def test_rejecting_keeps_the_reason_and_drops_the_claim(sit, emma):
    asked = ask(sit)
    verbs.reject([asked], refusal=Booking.Refusal.POLICY, note="Freeze.", by=emma, at=JUNE_1)

    rejected = fresh(asked)
    assert (rejected.status, rejected.refusal, rejected.note) == (Status.REJECTED, "policy", "Freeze.")
    assert not Claim.objects.filter(source_id=asked.pk).exists()


def test_cancelling_frees_the_units_and_can_be_taken_back_while_they_are_free(sit):
    booked = book(sit)
    verbs.cancel([booked], by=None, at=hour(1))
    verbs.restore([fresh(booked)], by=None, at=hour(1))
    assert fresh(booked).status == Status.APPROVED

    verbs.cancel([fresh(booked)], by=None, at=hour(1))
    book(sit, 1, 2)
    with pytest.raises(NoCapacity):
        verbs.restore([fresh(booked)], by=None, at=hour(1))
    assert fresh(booked).status == Status.CANCELLED


def test_restoring_a_request_makes_it_a_request_again(sit):
    asked = ask(sit)
    verbs.cancel([asked], by=None, at=JUNE_1)
    verbs.restore([fresh(asked)], by=None, at=JUNE_1)

    assert (fresh(asked).status, fresh(asked).cancelled_at) == (Status.REQUESTED, None)


def test_moving_resizing_extending_and_changing_the_environment_ask_for_room(sit, shared_sit):
    booked = book(sit, 0, 4)
    book(sit, 4, 8)
    book(shared_sit, 0, 8, units=3)

    for values in (
        {"ends_at": hour(5)},
        {"starts_at": hour(5), "ends_at": hour(6)},
        {"units": 2},
        {"environment": shared_sit},
    ):
        with pytest.raises(NoCapacity):
            moved(booked, **values)
    moved(booked, ends_at=hour(3))
    moved(fresh(booked), starts_at=hour(8), ends_at=hour(9))

    assert (fresh(booked).starts_at, fresh(booked).requested_starts_at) == (hour(8), hour(0))
    assert Claim.objects.get(source_id=booked.pk).starts_at == hour(8)


def test_two_bookings_change_places_in_one_act(sit):
    first, second = book(sit, 0, 4, is_exclusive=True), book(sit, 4, 8, is_exclusive=True)

    verbs.move(
        [
            Revision(first, 1, {"starts_at": hour(4), "ends_at": hour(8)}),
            Revision(second, 1, {"starts_at": hour(0), "ends_at": hour(4)}),
        ],
        by=None,
        at=JUNE_1,
    )

    assert (fresh(first).starts_at, fresh(second).starts_at) == (hour(4), hour(0))


def test_somebody_who_saved_first_is_named_with_both_values(shared_sit, rita, emma):
    seen = book(shared_sit, 0, 4)
    verbs.move([Revision(seen, 1, {"ends_at": hour(6)})], by=emma, at=hour(1))

    with pytest.raises(Moved) as lost:
        verbs.move([Revision(seen, 1, {"ends_at": hour(5)})], by=rita, at=hour(2))

    collision = lost.value.collisions[0]
    assert (collision.field, collision.yours, collision.theirs) == ("ends_at", hour(5), hour(6))
    assert (collision.actor_name, collision.at) == ("Emma", hour(1))


def test_an_undone_move_asks_for_room_again(sit, emma):
    booked = book(sit, 0, 4)
    act = moved(booked, starts_at=hour(8), ends_at=hour(12)).act_id
    intruder = book(sit, 0, 2)

    with pytest.raises(NoCapacity):
        undo(act, by=emma, at=hour(1))
    verbs.cancel([intruder], by=emma, at=hour(1))
    undo(act, by=emma, at=hour(1))

    assert (fresh(booked).starts_at, fresh(booked).ends_at) == (hour(0), hour(4))


def test_an_undone_cancellation_asks_for_room_again(sit):
    booked = book(sit)
    act = verbs.cancel([booked], by=None, at=JUNE_1).act_id
    book(sit)

    with pytest.raises(NoCapacity):
        undo(act, by=None, at=JUNE_1)


def test_a_rehearsed_approval_leaves_nothing_behind(sit):
    asked = ask(sit)
    with rehearse():
        verbs.approve([asked], by=None, at=JUNE_1)
        assert fresh(asked).holds

    assert not fresh(asked).holds
    assert Claim.objects.get(source_id=asked.pk).state == "requested"


def test_use_begins_in_its_time_and_frees_the_rest_when_it_ends(sit):
    booked = book(sit, 2, 6)
    with pytest.raises(WrongStep):
        verbs.start_use([booked], by=None, at=hour(1))
    verbs.start_use([booked], by=None, at=hour(3))
    with pytest.raises(NoCapacity):
        book(sit, 4, 5)
    verbs.finish_use([fresh(booked)], by=None, at=hour(4))
    book(sit, 4, 5)

    used = fresh(booked)
    assert (used.status, used.actual_started_at, used.actual_ended_at) == (Status.COMPLETED, hour(3), hour(4))


@pytest.mark.parametrize("act", [verbs.approve, verbs.start_use, verbs.finish_use, verbs.restore])
def test_an_act_that_makes_no_sense_is_refused(sit, act):
    asked = ask(sit)
    verbs.reject([asked], refusal=Booking.Refusal.OTHER, by=None, at=JUNE_1)

    with pytest.raises(WrongStep):
        act([fresh(asked)], by=None, at=JUNE_1)


def test_an_outage_and_the_end_of_service_block(sit, shared_sit):
    plan_outages(
        [Outage(environment=sit, starts_at=hour(2), ends_at=hour(3), reason="Patch")], by=None, at=JUNE_1
    )
    revise_environments([Revision(shared_sit, 1, {"decommissioned_at": hour(3)})], by=None, at=JUNE_1)

    for environment in (sit, shared_sit):
        book(environment, 0, 2)
        with pytest.raises(NoCapacity):
            book(environment, 1, 4)


def test_what_is_over_capacity_may_shrink_and_leave(shared_sit, sit):
    booked = [book(shared_sit, 0, 8) for _ in range(3)]
    step = CapacityStep(environment=shared_sit, starts_at=hour(4), units=1)
    add_capacity([step], by=None, at=JUNE_1, despite=True)

    moved(booked[0], ends_at=hour(5))
    moved(booked[1], environment=sit)
    verbs.cancel([booked[2]], by=None, at=JUNE_1)
    with pytest.raises(NoCapacity):
        moved(fresh(booked[0]), units=2)


def test_the_database_refuses_overlapping_exclusive_bookings_by_itself(sit):
    booked = book(sit, 0, 4, is_exclusive=True)
    booked.pk, booked.number, booked.request_key = uuid4(), 99, uuid4()
    booked._state.adding = True

    with pytest.raises(IntegrityError, match="no_overlap_when_exclusive"), transaction.atomic():
        booked.save()


def test_bookings_of_another_type_of_environment_are_left_alone(sit):
    other = make_environment("uat-1", type="uat")
    book(sit)
    book(other)

    assert Booking.objects.holding().count() == 2
