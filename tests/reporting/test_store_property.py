"""Section 7.6: whatever happens to facts, in whatever order and batches, the store comes to what they say.

A random history of inserts, updates (moves between projects, periods and environments, re-openings, cancellations
taken back) and deletes is worked off a little at a time, with doubled marks and workers that die between and inside
their transactions. Then every cell must equal one computed anew from the facts.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from releasemgr.activity.models import FactMark
from releasemgr.activity.trail import mark
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from reporting import draining, routing
from reporting.draining import drain
from reporting.kpis import KPIS
from reporting.models import Cell, CellMark, Item, Quarantine
from reporting.recompute import differences, recompute
from tests.reporting import facts
from tests.reporting.facts import utc

pytestmark = pytest.mark.django_db(transaction=True)

AS_OF = utc("04-10T12:00")
numbers = st.integers(0, 2)
moments = st.integers(0, 100 * 24).map(lambda hours: utc("01-01T00:30") + timedelta(hours=hours))
STEPS = st.one_of(
    st.tuples(st.just("deploy"), numbers, moments),
    st.tuples(st.just("redeploy"), numbers, moments, st.sampled_from(["succeeded", "failed", "rolled_back"])),
    st.tuples(st.just("release"), numbers, moments, st.one_of(st.none(), moments)),
    st.tuples(st.just("settle_release"), numbers, moments, st.sampled_from(["live", "cancelled", "active"])),
    st.tuples(st.just("move_release"), numbers, numbers),
    st.tuples(st.just("gate"), numbers, moments, st.sampled_from(["passed", "rejected", "withdrawn", ""])),
    st.tuples(
        st.just("book"),
        numbers,
        moments,
        st.integers(0, 48),
        st.sampled_from(["approved", "requested", "rejected"]),
    ),
    st.tuples(st.just("ask"), numbers, moments, st.sampled_from(["late_scope", "baseline"])),
    st.tuples(
        st.just("answer"), numbers, moments, st.sampled_from(["granted", "refused", "expired", "withdrawn"])
    ),
    st.tuples(st.just("use"), numbers, moments, st.one_of(st.none(), st.integers(1, 300))),
    st.tuples(st.just("capacity"), numbers, moments, st.integers(1, 4)),
    st.tuples(st.just("outage"), numbers, moments, st.one_of(st.none(), st.integers(1, 60))),
    st.tuples(st.just("reown"), numbers, numbers),
    st.tuples(st.just("rehome"), numbers, numbers),
    st.tuples(st.just("track"), numbers, st.one_of(st.none(), moments)),
    st.tuples(
        st.just("delete"),
        st.sampled_from(["deployments", "gates", "bookings", "outages", "exceptions"]),
        numbers,
    ),
    st.tuples(st.just("double"), numbers),
    st.tuples(st.just("drain"), st.integers(1, 6)),
    st.tuples(st.just("die"), st.sampled_from(["route", "compute"]), st.booleans()),
)


class Killed(BaseException):
    """A worker that dies: nothing of ours catches it, the transaction rolls back."""


class World:
    """An organisation and what a random history may do to it; every step goes through records and marks."""

    def __init__(self):
        self.org = Organisation.objects.create(
            slug=f"w{Organisation.objects.count()}", name="W", time_zone="Europe/Berlin"
        )
        with org_scope(self.org):
            self.root = facts.node("root")
            self.nodes = [facts.node(f"n{n}", self.root) for n in range(3)]
            self.projects = [facts.project(f"p{n}", self.nodes[n]) for n in range(3)]
            self.applications = [facts.application(f"a{n}", self.projects[n]) for n in range(3)]
            self.environments = [
                facts.environment(
                    f"e{n}", (utc("01-01T00:00"), 2), app=self.applications[n], since=utc("01-01T00:00")
                )
                for n in range(3)
            ]
            self.trains = [facts.release(None, kind="enterprise") for _ in range(3)]
        self.deployments, self.releases, self.gates, self.bookings, self.outages = [], [], [], [], []
        self.exceptions = []

    def pick(self, rows, n):
        return rows[n % len(rows)] if rows else None

    def deploy(self, n, at):
        self.deployments.append(
            facts.deployment(
                self.applications[n], "succeeded", at.isoformat(), release=self.pick(self.releases, n)
            )
        )

    def redeploy(self, n, at, status):
        if row := self.pick(self.deployments, n):
            facts.change(row, status=status, started_at=at, finished_at=at, application=self.applications[n])

    def release(self, n, due, live):
        made = facts.release(
            self.projects[n], f"{due:%m-%d}", live.isoformat() if live else None, parent=self.trains[n]
        )
        self.releases.append(made)

    def settle_release(self, n, at, status):
        if row := self.pick(self.releases, n):
            facts.change(
                row,
                status=status,
                actual_go_live=at if status == "live" else None,
                cancelled_at=at if status == "cancelled" else None,
            )

    def move_release(self, n, to):
        if row := self.pick(self.releases, n):
            facts.change(row, parent=self.trains[to], project=self.projects[to])

    def gate(self, n, at, decision):
        if row := self.pick(self.releases, n):
            decided = (at + timedelta(hours=9)).isoformat() if decision else None
            self.gates.append(facts.gate(row, f"{at:%m-%d}", (at.isoformat(), decided, decision)))

    def book(self, n, at, wait, status):
        wanted = (at.isoformat(), (at + timedelta(hours=8)).isoformat())
        granted = tuple((at + timedelta(hours=hours)).isoformat() for hours in (wait, wait + 8))
        owner = self.projects[n]
        self.bookings.append(
            facts.booking(
                self.environments[n],
                wanted,
                granted,
                status=status,
                refusal="capacity",
                owner=owner,
                decided=at.isoformat(),
            )
        )

    def ask(self, n, at, kind):
        if row := self.pick(self.releases, n):
            self.exceptions.append(facts.exception(row, kind, at.isoformat()))

    def answer(self, n, at, state):
        if row := self.pick(self.exceptions, n):
            took_back = {"decided_at": None, "withdrawn_at": at}
            decided = {
                "decided_at": at,
                "withdrawn_at": None,
                "was_used": n > 0 if state == "expired" else None,
            }
            facts.change(row, state=state, **(took_back if state == "withdrawn" else decided))

    def use(self, n, at, hours):
        if row := self.pick(self.bookings, n):
            ended = at + timedelta(hours=hours) if hours else None
            facts.change(row, environment=self.environments[n], actual_started_at=at, actual_ended_at=ended)

    def capacity(self, n, at, units):
        if not self.environments[n].capacity_steps.filter(starts_at=at).exists():
            facts.save(facts.CapacityStep(environment=self.environments[n], starts_at=at, units=units))

    def outage(self, n, at, hours):
        ends = (at + timedelta(hours=hours)).isoformat() if hours else None
        self.outages.append(facts.outage(self.environments[n], at.isoformat(), ends))

    def reown(self, n, to):
        facts.change(self.applications[n].ownerships.get(), project=self.projects[to])

    def rehome(self, n, to):
        facts.change(self.projects[n], portfolio=self.nodes[to])

    def track(self, n, at):
        facts.change(self.projects[n], tracking_started_on=at.date() if at else None)

    def delete(self, noun, n):
        rows = getattr(self, noun)
        if row := self.pick(rows, n):
            rows.remove(row)
            for child in row.rounds.all() if noun == "gates" else ():
                facts.remove(child)
            facts.remove(row)

    def double(self, n):
        mark(filter(None, [self.pick(self.deployments, n), self.pick(self.releases, n)]))

    def step(self, name, *arguments):
        if name == "drain":
            drain(self.org, as_of=AS_OF, batches=arguments[0])
        elif name == "die":
            self.die(*arguments)
        else:
            with org_scope(self.org):
                getattr(self, name)(*arguments)

    def die(self, where, after_writing):
        """A worker killed between its transactions, or at the end of the second, before it commits."""
        module, function = (routing, routing.route) if where == "route" else (draining, draining.compute)
        with org_scope(self.org):
            claimed = module.claim(self.org)
        if claimed and after_writing:
            with suppress(Killed), org_scope(self.org):
                function(self.org, claimed, as_of=AS_OF)
                raise Killed
        self.let_leases_run_out()

    def let_leases_run_out(self):
        with org_scope(self.org):
            Item.objects.update(retry_at=None)
            Cell.objects.update(retry_at=None)

    def finish(self):
        while drain(self.org, as_of=AS_OF):
            self.let_leases_run_out()
        with org_scope(self.org):
            assert not Quarantine.objects.exists()
        marks = FactMark.objects.filter(org_id=self.org.pk), CellMark.objects.filter(org_id=self.org.pk)
        assert [queue.count() for queue in marks] == [0, 0]


@pytest.fixture(scope="module")
def endless_attempts():
    """Histories may kill more often than five times in a row; attempts are another test's business."""
    patched = pytest.MonkeyPatch()
    for module in (draining, routing):
        patched.setattr(module, "MAX_ATTEMPTS", 10_000)
    patched.setattr("reporting.quarantine.MAX_ATTEMPTS", 10_000)
    yield
    patched.undo()


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=4, max_size=30))
def test_working_off_marks_comes_to_the_same_as_computing_everything(endless_attempts, steps):
    world = World()

    for step in steps:
        world.step(*step)
    world.finish()

    found = differences(world.org, as_of=AS_OF)
    note("\n".join(map(str, found)))
    assert found == []
    with org_scope(world.org):
        stored = list(Cell.objects.order_by("pk").values())
    assert drain(world.org, as_of=AS_OF) == 0
    with org_scope(world.org):
        assert list(Cell.objects.order_by("pk").values()) == stored
    recompute(world.org, as_of=AS_OF)
    assert differences(world.org, as_of=AS_OF) == []


def a_moved_deployment(world):
    world.step("deploy", 0, utc("03-02T10:00"))
    world.finish()
    world.step("redeploy", 0, utc("02-02T10:00"), "succeeded")
    world.finish()


def test_the_comparison_sees_a_fault_planted_in_the_router(db, monkeypatch):
    """Without the cells touched *before* a rebuild, a deployment that moves leaves its old month as it was."""
    touched, calls = routing._mark_touched, []

    def only_afterwards(entity, parameters):
        calls.append(entity)
        if len(calls) % 2 == 0:
            touched(entity, parameters)

    healthy = World()
    a_moved_deployment(healthy)
    assert differences(healthy.org, as_of=AS_OF) == []

    sick = World()
    sick.finish()
    monkeypatch.setattr(routing, "_mark_touched", only_afterwards)
    a_moved_deployment(sick)

    assert {found.metric for found in differences(sick.org, as_of=AS_OF)} == {"F1"}


def facts_that_stay_open(world):
    """One fact of each kind that counts for January, February and March, or is live months after it was due."""
    january, march = utc("01-10T10:00"), utc("03-20T10:00")
    world.step("release", 0, january, None)
    world.step("release", 1, january, march)
    world.step("gate", 0, january, "")
    with org_scope(world.org):
        facts.release(world.projects[2], "01-31")
        late = facts.gate(world.releases[1], "01-12", ("01-11T10:00", "03-12T10:00", "passed"))
        world.gates.append(late)
        used = ("01-11T10:00", "03-12T10:00")
        facts.booking(world.environments[0], used, used=used, owner=world.projects[0])
        facts.booking(world.environments[1], used, status="requested", owner=world.projects[1])
    world.step("deploy", 0, january)
    world.finish()


@pytest.mark.parametrize("key", ["K02", "G1", "E1", "E6"])
def test_a_full_recompute_counts_what_stays_open_in_every_period_until_it_ends(key, monkeypatch):
    """A KPI that says its facts end where they begin finds them in their first period only, and the comparison sees it."""
    world = World()
    facts_that_stay_open(world)
    assert differences(world.org, as_of=AS_OF) == []

    monkeypatch.setitem(KPIS, key, replace(KPIS[key], last=KPIS[key].first))

    missed = {(found.metric, found.start_on) for found in differences(world.org, as_of=AS_OF)}
    assert (key, "2026-03-01") in missed
    assert {metric for metric, _start in missed} == {key}


def test_a_release_due_on_the_last_day_of_a_month_belongs_to_that_month(monkeypatch):
    """Its due instant is the first one of the next month."""
    world = World()
    facts_that_stay_open(world)

    monkeypatch.setitem(KPIS, "K01", replace(KPIS["K01"], first="i.due_at", last="i.due_at"))

    assert {(found.metric, found.start_on) for found in differences(world.org, as_of=AS_OF)} >= {
        ("K01", "2026-01-01")
    }
