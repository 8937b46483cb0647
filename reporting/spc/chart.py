"""An XmR chart of a series: segments, their limits and signals, and a proposed new baseline (1.1 to 1.7)."""

import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from .limits import Domain, Limits, State, limits_of
from .rules import PRECEDENCE, Rule, Signal, signals_of


@dataclass(frozen=True)
class Point:
    """One plotted period: complete, with a value, not thin."""

    start_on: date
    value: float


@dataclass(frozen=True)
class Break:
    """A new baseline from the period starting on ``start_on``, and why."""

    start_on: date
    reason: str = ""


@dataclass(frozen=True)
class Segment:
    """Points under one set of limits; indices in its signals count within the segment."""

    first: int
    points: tuple[Point, ...]
    state: State
    limits: Limits | None
    signals: tuple[Signal, ...]
    reason: str = ""

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(point.value for point in self.points)

    @property
    def centre(self) -> float | None:
        """The line to draw: the mean under limits, the median without."""
        if self.limits:
            return self.limits.centre
        return median(self.values) if self.points else None

    def rule_at(self, index: int) -> Rule | None:
        """The rule that colours the point at ``index``, by precedence R1, R3, R2, R4."""
        fired = {signal.rule for signal in self.signals if index in signal.marks}
        return next((rule for rule in PRECEDENCE if rule in fired), None)


@dataclass(frozen=True)
class Analysis:
    segments: tuple[Segment, ...]
    proposal: Point | None

    @property
    def points(self) -> list[Point]:
        return [point for segment in self.segments for point in segment.points]

    @property
    def signals(self) -> list[tuple[Signal, Segment]]:
        return [(signal, segment) for segment in self.segments for signal in segment.signals]


def analyse(
    points: Sequence[Point],
    *,
    breaks: Iterable[Break] = (),
    refused: Collection[date] = (),
    domain: Domain | None = None,
    screened: bool = False,
    counts: bool = True,
) -> Analysis:
    """Cut the series at its breaks, give each segment limits and signals, propose the next baseline.

    ``refused`` holds the period starts of proposals that somebody declined: they are not made again.
    """
    segments = tuple(
        _segment(first, part, reason, domain, screened=screened, counts=counts)
        for first, part, reason in _cut(points, breaks)
    )
    return Analysis(segments, _proposal(segments[-1], refused) if segments else None)


def is_rare(values: Sequence[float]) -> bool:
    """Whether more than half of a baseline is 0, so that days between events say more."""
    return limits_of(values)[0] is State.RARE


def days_between(events: Iterable[datetime]) -> list[float]:
    """Days of 24 hours between successive events, for charts of rare events."""
    ordered = sorted(events)
    return [(after - before).total_seconds() / 86_400 for before, after in itertools.pairwise(ordered)]


def _cut(points: Sequence[Point], breaks: Iterable[Break]):
    edges = [(0, "")]
    for mark in sorted(breaks, key=lambda mark: mark.start_on):
        first = sum(point.start_on < mark.start_on for point in points)
        if first < len(points):
            edges = [edge for edge in edges if edge[0] != first]
            edges.append((first, mark.reason))
    ends = [first for first, _ in edges[1:]] + [len(points)]
    for (first, reason), end in zip(edges, ends, strict=True):
        if end > first:
            yield first, tuple(points[first:end]), reason


def _segment(
    first: int, points: tuple[Point, ...], reason: str, domain: Domain | None, *, screened: bool, counts: bool
) -> Segment:
    values = [point.value for point in points]
    state, limits = limits_of(values, screened=screened, counts=counts)
    found = signals_of(values, limits, trial=state is State.TRIAL, domain=domain) if limits else []
    return Segment(first, points, state, limits, tuple(found), reason)


def _proposal(segment: Segment, refused: Collection[date]) -> Point | None:
    """The first point of the latest long run that nobody refused, unless the segment already starts there."""
    runs = [signal for signal in segment.signals if signal.rule is Rule.LONG_RUN]
    for signal in reversed(runs):
        start = segment.points[signal.marks[0]]
        if signal.marks[0] > 0 and start.start_on not in refused:
            return start
    return None
