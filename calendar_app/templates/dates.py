"""Planning backwards: the dates of a plan from its go-live, over working days and around blockouts. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from calendar_app.models import Blockout, Phase
from releasemgr.portfolio.workdays import Workdays

_DAY = timedelta(days=1)
_FURTHEST = 3650  # days searched before giving up: a shutdown of years leaves no day to work


@dataclass(frozen=True)
class Closure:
    """A hard blockout of the release's scope, in local days, both inclusive; ``stops`` as in Blockout.Stops."""

    name: str
    first: date
    last: date
    stops: frozenset[str]

    def covers(self, day):
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Ground:
    """What dates stand on: the working days of the release and what closes some of them."""

    workdays: Workdays = field(default_factory=Workdays)
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True)
class Span:
    """A phase in local days, both inclusive."""

    first: date
    last: date


@dataclass(frozen=True)
class Dates:
    """The dates of a plan by key; ``due`` by section (criteria, activities) and key."""

    phases: Mapping[str, Span]
    gates: Mapping[str, date]
    due: Mapping[str, Mapping[str, date]]

    @property
    def first(self):
        """The first day of all phases, None without phases."""
        return min((span.first for span in self.phases.values()), default=None)


class NoDay(ValueError):
    """Closures leave no working day within ten years."""


@dataclass(frozen=True)
class Count:
    """Counting days that serve one kind of work towards ``target``, which always counts itself."""

    ground: Ground
    target: date
    needs: frozenset[str]

    def takes(self, day):
        """Whether the day counts."""
        if day == self.target:
            return True
        return self.ground.workdays.is_working(day) and not any(
            closure.stops & self.needs and closure.covers(day) for closure in self.ground.closures
        )

    def step(self, day, count):
        """The ``count``-th counting day after a day, before it when negative; 0 gives the day itself."""
        way = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day = self._next(day + way, way)
        return day

    def at_or_before(self, day):
        """The last counting day up to a day."""
        return self._next(day, -_DAY)

    def between(self, day, other):
        """How many counting days lie after ``day`` up to and including ``other``; negative the other way round."""
        low, high = min(day, other), max(day, other)
        found = sum(self.takes(low + timedelta(days=n)) for n in range(1, (high - low).days + 1))
        return found if day <= other else -found

    def _next(self, day, way):
        for _ in range(_FURTHEST):
            if self.takes(day):
                return day
            day += way
        raise NoDay(f"No working day within ten years of {self.target}.")


def count_for(phase_kind, ground, target):
    """A Count for a phase of that kind; "" for what belongs to no phase."""
    stops = {Blockout.Stops.PHASE.value}
    if phase_kind == Phase.Kind.DEPLOYMENT:
        stops.add(Blockout.Stops.DEPLOYMENT.value)
    return Count(ground, target, frozenset(stops))


def dates_of(plan, target, ground):
    """The Dates of a plan whose release goes live on the local day ``target``. Raises NoDay."""
    phases = _leading(plan, target, ground) | _following(plan, target, ground)
    work = count_for("", ground, target)
    kinds = {phase.key: phase.kind for phase in plan.phases}
    gates = {}
    for gate in plan.gates:
        count = count_for(kinds.get(gate.phase, ""), ground, target)
        end = phases[gate.phase].last if gate.phase in phases else target
        gates[gate.key] = count.step(end, -gate.days_before)
    return Dates(
        phases,
        gates,
        {
            "criteria": {one.key: work.step(gates[one.gate], -one.days_before) for one in plan.criteria},
            "activities": {
                one.key: work.step(phases[one.phase].last, -one.days_before) for one in plan.activities
            },
        },
    )


def _leading(plan, target, ground):
    """The phases up to the go-live, from the last one backwards."""
    spans, work, after = {}, count_for("", ground, target), None
    for phase in reversed([one for one in plan.phases if not one.is_after_go_live]):
        count = count_for(phase.kind, ground, target)
        last = count.at_or_before(target if after is None else _end_before(after, phase.overlap, work))
        after = spans[phase.key] = Span(count.step(last, 1 - phase.days), last)
    return spans


def _end_before(after, overlap, work):
    """The latest end of a phase that shares ``overlap`` days with the one after it."""
    if overlap <= 0:
        return work.step(after.first, overlap - 1)
    return min(work.step(after.first, overlap - 1), work.target)


def _following(plan, target, ground):
    """The phases after the go-live, forwards."""
    spans, work, end, overlap = {}, count_for("", ground, target), target, 0
    for phase in (one for one in plan.phases if one.is_after_go_live):
        first = max(work.step(end, 1 - overlap), work.step(target, 1))
        end, overlap = work.step(first, phase.days - 1), phase.overlap
        spans[phase.key] = Span(first, end)
    return spans
