"""What is offered when there is no room; each offer can be taken."""

from uuid import uuid4

import pytest

from environments.alternatives import Kind, as_wishes
from environments.models import Booking
from environments.refusals import NoCapacity
from environments.requests import request_bookings
from tests.conftest import JUNE_1
from tests.environments.conftest import book, hour, make_environment, wish


def offers(asked):
    """The alternatives somebody gets who is refused this wish."""
    with pytest.raises(NoCapacity) as refused:
        request_bookings([asked], request_key=uuid4(), by=None, at=JUNE_1, is_approved=True)
    return refused.value.alternatives


def spans(alternative):
    return [(part.environment.key, part.starts_at, part.ends_at) for part in alternative.parts]


def test_up_to_five_ways_are_offered_and_each_is_usable(shared_sit, ledger):
    make_environment("sit-4", application=ledger)
    make_environment("sit-5", units=3, application=ledger)
    make_environment("uat-9", type="uat", application=ledger)
    book(shared_sit, 1, 2, units=2)
    asked = wish(shared_sit, 0, 4, units=2)

    found = offers(asked)

    assert [(offer.kind, offer.units, spans(offer)) for offer in found] == [
        (Kind.EQUAL, 2, [("sit-5", hour(0), hour(4))]),
        (Kind.LATER, 2, [("sit-3", hour(2), hour(6))]),
        (Kind.SHARED, 1, [("sit-3", hour(0), hour(4))]),
        (Kind.SPLIT, 2, [("sit-3", hour(0), hour(1)), ("sit-3", hour(2), hour(5))]),
    ]
    for offer in found:
        taken = request_bookings(
            as_wishes(offer, asked), request_key=uuid4(), by=None, at=JUNE_1, is_approved=True
        ).rows
        assert {row.requested_starts_at for row in taken} == {hour(0)}
        assert {row.requested_environment for row in taken} == {shared_sit}
        Booking.objects.filter(pk__in=[row.pk for row in taken]).update(holds=False, status="cancelled")


def test_exclusive_use_can_be_shared_instead(shared_sit):
    book(shared_sit, 0, 8)

    found = offers(wish(shared_sit, 0, 4, units=2, is_exclusive=True))

    assert [(offer.kind, offer.units, offer.is_exclusive) for offer in found] == [
        (Kind.LATER, 2, True),
        (Kind.SHARED, 2, False),
    ]


def test_the_equal_environment_that_is_free_soonest_is_offered_when_none_is_free_now(sit, ledger):
    for key, end in (("sit-7", 9), ("sit-8", 6)):
        book(make_environment(key, application=ledger), 0, end)
    book(sit, 0, 20)

    found = offers(wish(sit, 0, 4))

    assert [(offer.kind, spans(offer)) for offer in found] == [
        (Kind.LATER, [("sit-1", hour(20), hour(24))]),
        (Kind.EQUAL_LATER, [("sit-8", hour(6), hour(10))]),
    ]


def test_nothing_is_offered_where_nothing_is_free_for_three_months(sit):
    book(sit, 0, 24 * 100)

    assert offers(wish(sit, 0, 4)) == []


def test_looking_costs_the_same_for_any_number_of_equal_environments(sit, ledger, django_assert_num_queries):
    book(sit)
    for number in range(3):
        make_environment(f"sit-{number + 5}", application=ledger)
    with pytest.raises(NoCapacity) as refused:
        request_bookings([wish(sit)], request_key=uuid4(), by=None, at=JUNE_1)

    with django_assert_num_queries(5):  # equals; service times, outages, steps, loads
        assert len(refused.value.alternatives) == 3
