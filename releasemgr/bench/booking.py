"""Making bookings: throughput beside the same statements by hand (P5), and a hot environment (P6).

The table holds 1,000,000 bookings with their claims. Clients have connections of their own.
"""

import itertools
import multiprocessing
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import BoundedSemaphore, Event
from uuid import uuid4

from django.db import OperationalError, connection, connections

from environments.capacity import peak_units
from environments.refusals import NoCapacity
from environments.requests import Wish, request_booking
from environments.room import rooms
from releasemgr.bench import Goal
from releasemgr.bench.booked import UNITS, booked_organisation
from releasemgr.bench.byhand import ByHand, Recorded
from releasemgr.bench.calendar import tidy
from releasemgr.portfolio.models import Environment, Project
from releasemgr.tenancy.scope import org_scope

NAME = "booking"
ENVIRONMENTS, BOOKINGS = 500, 1_000_000
FIRST, TODAY = datetime(2016, 1, 1, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
FREE_FROM = datetime(2040, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
HOURS = 48.0
CLIENTS, EACH = 8, 25
HOT_CLIENTS = (8, 200)
HOT_ATTEMPTS = 400


class Prepared:
    """The organisation, its environments, and places that nobody has booked yet."""

    def __init__(self, scale):
        self.org = booked_organisation(
            "booking",
            environments=ENVIRONMENTS,
            bookings=int(BOOKINGS * scale),
            first=FIRST,
            hours=HOURS,
            today=TODAY,
        )
        self.free = itertools.count()
        self.hot_days = itertools.count(1)
        with org_scope(self.org):
            self.environments = list(Environment.objects.order_by("key"))
            self.project = Project.objects.get()
        tidy()

    def place(self):
        """``(environment, start)`` that no other call gets: the environments in turn, hour after hour."""
        number = next(self.free)
        later = number // len(self.environments)
        return self.environments[number % len(self.environments)], FREE_FROM + 2 * later * HOUR

    def book(self, environment, starts_at, length=HOUR):
        """One booking with all its rules, claims, audit and marks, in a transaction of its own."""
        wish = Wish(environment, starts_at, starts_at + length, "Measured", project=self.project)
        with org_scope(self.org):
            return request_booking(wish, request_key=uuid4(), by=None, at=TODAY, is_approved=True).rows[0]


def prepare(scale):
    return Prepared(scale)


def goals(prepared):
    yield Goal("P5", lambda: _throughput(prepared), least=0.2)
    for clients in HOT_CLIENTS:
        name = "P6" if clients == HOT_CLIENTS[0] else f"P6 with {clients} clients"
        yield Goal(name, lambda clients=clients: _hot(prepared, clients), most=20)


def _throughput(prepared):
    """Seconds per booking of 8 clients, by hand and by the verb, in turn."""
    environment, starts_at = prepared.place()
    with Recorded() as recorded:
        booking = prepared.book(environment, starts_at)
    by_hand = ByHand(recorded.statements, booking)
    floors, ours = [], []
    for _round in range(3):
        floors.append(_clients(by_hand.client, prepared.place))
        ours.append(_clients(_Verb(prepared).client, prepared.place))
    done = CLIENTS * EACH
    detail = {
        "statements": len(by_hand.statements),
        "bookings_per_second": round(done / min(ours)),
        "by_hand_per_second": round(done / min(floors)),
    }
    return min(floors) / done, min(ours) / done, detail


class _Verb:
    """A client that books by the verb."""

    def __init__(self, prepared):
        self.prepared = prepared

    def client(self, places):
        try:
            for environment, starts_at in places:
                self.prepared.book(environment, starts_at)
        finally:
            connections.close_all()


def _clients(client, place):
    """Seconds until 8 clients, in processes of their own like the workers of a web server, have made their bookings."""
    fork = multiprocessing.get_context("fork")
    together = fork.Barrier(CLIENTS + 1)
    connections.close_all()  # a forked process must not speak on its parent's connection
    processes = [
        fork.Process(target=_client, args=(client, [place() for _ in range(EACH)], together))
        for _ in range(CLIENTS)
    ]
    for process in processes:
        process.start()
    together.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
    took = time.perf_counter() - started
    if any(process.exitcode for process in processes):
        raise RuntimeError("A client of the bench failed; its trace stands above.")
    return took


def _client(client, places, together):
    together.wait()
    client(places)


def _hot(prepared, clients):
    """Median and slowest attempt of many clients for one environment; infinite where a promise was broken."""
    environment, day = prepared.environments[0], next(prepared.hot_days)
    start = FREE_FROM - 30 * day * timedelta(days=1)
    hours = [start + (number * 7 % 48) * HOUR for number in range(HOT_ATTEMPTS)]
    answers = _at_once(clients, [lambda at=at: prepared.book(environment, at, 4 * HOUR) for at in hours])
    durations = [seconds for seconds, _answer in answers]
    kinds = [answer for _seconds, answer in answers]
    with org_scope(prepared.org):
        window = start, start + 60 * HOUR
        room = rooms([environment.pk], *window)[environment.pk]
        peak = peak_units(room.supply, room.loads, *window)
    detail = {
        "clients": clients,
        "booked": kinds.count("booked"),
        "refused": kinds.count("refused"),
        "deadlocks_and_errors": kinds.count("error"),
        "peak": peak,
        "capacity": UNITS,
    }
    is_kept = peak == UNITS and not detail["deadlocks_and_errors"]
    return statistics.median(durations), max(durations) if is_kept else float("inf"), detail


def _at_once(clients, acts):
    """``(seconds, answer)`` of each act, by so many clients that begin together."""
    start, seats = Event(), BoundedSemaphore(min(clients, _free_connections()))
    waiting = iter(acts)

    def client(_number):
        found = []
        start.wait()
        with seats:
            for act in waiting:
                found.append(_timed(act))
                if clients > CLIENTS:
                    break
            connections.close_all()
        return found

    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(client, number) for number in range(clients)]
        start.set()
        return [answer for one in running for answer in one.result()]


def _timed(act):
    started = time.perf_counter()
    try:
        act()
        answer = "booked"
    except NoCapacity:
        answer = "refused"
    except OperationalError:
        answer = "error"
    return time.perf_counter() - started, answer


def _free_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - 20 - (SELECT count(*) FROM pg_stat_activity)"
        )
        return max(cursor.fetchone()[0], CLIENTS)
