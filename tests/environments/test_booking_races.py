"""Many people at once, with real threads on a real Postgres."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BoundedSemaphore, BrokenBarrierError
from uuid import uuid4

import pytest
from django.db import connection, connections

from environments import bookings, requests
from environments.capacity import peak_units
from environments.models import Booking, CapacityStep
from environments.refusals import NoCapacity
from environments.requests import request_booking
from environments.room import rooms
from environments.supply import Displaces, add_capacity
from releasemgr.changes.revisions import Moved, Revision
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1
from tests.environments.conftest import ask, book, hour, make_environment, wish

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 200


@pytest.fixture
def hot(acme):
    """An environment of capacity 3 that everybody wants."""
    with org_scope(acme):
        return make_environment("hot", units=3)


def race(acme, acts):
    """Run all acts at the same moment, each in a thread and a scope of its own.

    Each has a connection of its own as far as the server allows, as behind a pool. Returns what each returned or,
    for the refusals that are answers, raised.
    """
    start, seats = Barrier(len(acts)), BoundedSemaphore(free_connections())

    def run(act):
        start.wait(timeout=60)
        with seats:
            try:
                with org_scope(acme):
                    return act()
            except (NoCapacity, Moved, Displaces) as refusal:
                return refusal
            finally:
                connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def free_connections():
    """How many more clients the server takes, with some left for others."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - 20 - (SELECT count(*) FROM pg_stat_activity)"
        )
        return max(cursor.fetchone()[0], 10)


def booker(environment, start=0, end=4):
    return lambda: request_booking(
        wish(environment, start, end), request_key=uuid4(), by=None, at=JUNE_1, is_approved=True
    )


def peak(environment):
    room = rooms([environment.pk], hour(0), hour(48))[environment.pk]
    return peak_units(room.supply, room.loads, hour(0), hour(48))


def test_two_hundred_clients_never_get_more_than_there_is(acme, hot):
    answers = race(acme, [booker(hot)] * CLIENTS)

    refused = [answer for answer in answers if isinstance(answer, NoCapacity)]
    with org_scope(acme):
        assert peak(hot) == 3
        assert Booking.objects.holding().count() == 3
        assert Booking.objects.count() == 3
        assert {str(answer.messages[0])[:25] for answer in refused} == {"HOT has no room for 1 uni"}
        assert refused[0].alternatives[0].first.starts_at == hour(4)
    assert len(refused) == CLIENTS - 3


def test_two_hundred_clients_with_overlapping_times_fill_the_environment_and_no_more(acme, hot):
    race(acme, [booker(hot, number % 12, number % 12 + 3) for number in range(CLIENTS)])

    with org_scope(acme):
        assert peak(hot) == 3
        numbers = list(Booking.objects.order_by("number").values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))


def overbook_at_once(acme, hot, monkeypatch, *, planted):
    """Six clients who have all looked before any of them writes, when the lock does not stop them."""
    all_looked = Barrier(6)
    look = requests.require_room

    def look_and_wait(drafts):
        look(drafts)
        with suppress(BrokenBarrierError):  # with the lock, the others never come here together
            all_looked.wait(timeout=5 if planted else 0.1)

    monkeypatch.setattr(requests, "require_room", look_and_wait)
    if planted:
        monkeypatch.setattr(requests, "lock_uses", lambda _ids: {})
    return race(acme, [booker(hot)] * 6)


@pytest.mark.parametrize("planted", [False, True], ids=["with the lock", "without the lock"])
def test_it_is_the_lock_that_keeps_the_promise(acme, hot, monkeypatch, planted):
    overbook_at_once(acme, hot, monkeypatch, planted=planted)

    with org_scope(acme):
        assert peak(hot) == (6 if planted else 3)


def test_the_same_request_from_many_tabs_is_one_booking(acme, hot):
    key = uuid4()
    answers = race(
        acme, [lambda: request_booking(wish(hot), request_key=key, by=None, at=JUNE_1).rows[0].pk] * 20
    )

    assert len(set(answers)) == 1
    with org_scope(acme):
        assert Booking.objects.count() == 1


def test_the_same_request_for_two_environments_at_once_is_one_booking(acme, hot):
    with org_scope(acme):
        other = make_environment("other")
    key = uuid4()

    def asker(environment):
        return lambda: request_booking(wish(environment), request_key=key, by=None, at=JUNE_1).rows[0].pk

    answers = race(acme, [asker(hot), asker(other)] * 5)

    assert len(set(answers)) == 1


def test_a_move_and_an_approval_cannot_both_take_the_last_unit(acme, hot):
    with org_scope(acme):
        for _ in range(2):
            book(hot, 0, 4)
        elsewhere, asked = book(hot, 8, 12), ask(hot, 0, 4)

    answers = race(
        acme,
        [
            lambda: bookings.move(
                [Revision(elsewhere, 1, {"starts_at": hour(0), "ends_at": hour(4)})], by=None, at=JUNE_1
            ),
            lambda: bookings.approve([asked], by=None, at=JUNE_1),
        ],
    )

    assert sum(isinstance(answer, NoCapacity) for answer in answers) == 1
    with org_scope(acme):
        assert peak(hot) == 3


def test_a_cut_and_an_approval_cannot_miss_each_other(acme, hot):
    with org_scope(acme):
        for _ in range(2):
            book(hot, 0, 4)
        asked = ask(hot, 0, 4)
        step = CapacityStep(environment=hot, starts_at=hour(1), units=2)

    answers = race(
        acme,
        [
            lambda: add_capacity([step], by=None, at=JUNE_1),
            lambda: bookings.approve([asked], by=None, at=JUNE_1),
        ],
    )

    refusals = [type(answer) for answer in answers if isinstance(answer, NoCapacity | Displaces)]
    assert refusals in ([NoCapacity], [Displaces])


def test_two_approvals_of_one_request_are_one(acme, hot):
    with org_scope(acme):
        asked = ask(hot)

    answers = race(acme, [lambda: bookings.approve([asked], by=None, at=JUNE_1)] * 2)

    assert sum(isinstance(answer, Moved) for answer in answers) == 1


def test_sets_that_cross_over_do_not_deadlock(acme, hot):
    with org_scope(acme):
        other = make_environment("other", units=3)
        here, there = book(hot), book(other)

    def swap(first, second):
        def act():
            moves = [Revision(first, 1, {"environment": other}), Revision(second, 1, {"environment": hot})]
            return bookings.move(moves, by=None, at=JUNE_1)

        return act

    answers = race(acme, [swap(here, there), swap(here, there)] * 4)

    assert sum(isinstance(answer, Moved) for answer in answers) == 7
