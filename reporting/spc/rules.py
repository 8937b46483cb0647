"""The detection rules R1 to R5 and what they mean (catalogue 1.4 and 1.5)."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .limits import Domain, Limits, moving_ranges

RUN_LENGTH, WINDOW, TREND_LENGTH = 8, 3, 6


class Rule(StrEnum):
    """Named as the catalogue names them."""

    BEYOND_LIMIT = "R1"
    LONG_RUN = "R2"
    TWO_OF_THREE = "R3"
    TREND = "R4"
    RANGE = "R5"


PRECEDENCE = (Rule.BEYOND_LIMIT, Rule.TWO_OF_THREE, Rule.LONG_RUN, Rule.TREND)


class Meaning(StrEnum):
    IMPROVEMENT = "improvement"
    CONCERN = "concern"
    CHANGE = "change"
    NOTE = "note"


@dataclass(frozen=True)
class Signal:
    """One firing of a rule: the marked points, the point that gave it away, and the side or slope (±1)."""

    rule: Rule
    marks: tuple[int, ...]
    detected: int
    side: int

    def meaning(self, good: int) -> Meaning:
        """What it says of a metric whose good direction is ``good``: 1 up, -1 down, 0 neither."""
        if self.rule is Rule.RANGE:
            return Meaning.NOTE
        if good == 0:
            return Meaning.CHANGE
        return Meaning.IMPROVEMENT if self.side == good else Meaning.CONCERN


def signals_of(
    values: Sequence[float], limits: Limits, *, trial: bool = False, domain: Domain | None = None
) -> list[Signal]:
    """Every signal in one segment, in order of detection; trial limits know only R1."""
    found = list(_beyond_limit(values, limits, domain or Domain(None, None)))
    if not trial:
        found += _long_runs(values, limits)
        found += _two_of_three(values, limits)
        found += _trends(values)
        found += _ranges(values, limits)
    return sorted(found, key=lambda signal: (signal.detected, signal.rule))


def _side(value: float, centre: float) -> int:
    return (value > centre) - (value < centre)


def _beyond_limit(values: Sequence[float], limits: Limits, domain: Domain) -> Iterator[Signal]:
    lower_is_real = domain.low is None or limits.lower >= domain.low
    upper_is_real = domain.high is None or limits.upper <= domain.high
    for n, value in enumerate(values):
        if upper_is_real and value > limits.upper:
            yield Signal(Rule.BEYOND_LIMIT, (n,), n, 1)
        elif lower_is_real and value < limits.lower:
            yield Signal(Rule.BEYOND_LIMIT, (n,), n, -1)


def _stretches(steps: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Maximal stretches ``(first, last, sign)`` of one non-zero sign."""
    first = 0
    for n in range(1, len(steps) + 1):
        if n == len(steps) or steps[n] != steps[first]:
            if steps[first]:
                yield first, n - 1, steps[first]
            first = n


def _long_runs(values: Sequence[float], limits: Limits) -> Iterator[Signal]:
    for first, last, side in _stretches([_side(value, limits.centre) for value in values]):
        if last - first + 1 >= RUN_LENGTH:
            yield Signal(Rule.LONG_RUN, tuple(range(first, last + 1)), first + RUN_LENGTH - 1, side)


def _two_of_three(values: Sequence[float], limits: Limits) -> Iterator[Signal]:
    seen: set[tuple[int, ...]] = set()
    for start in range(len(values) - WINDOW + 1):
        window = range(start, start + WINDOW)
        sides = {_side(values[n], limits.centre) for n in window}
        if sides not in ({1}, {-1}):
            continue
        side = sides.pop()
        marks = tuple(n for n in window if _beyond_two_sigma(values[n], limits, side))
        if len(marks) >= 2 and marks not in seen:
            seen.add(marks)
            yield Signal(Rule.TWO_OF_THREE, marks, window[-1], side)


def _beyond_two_sigma(value: float, limits: Limits, side: int) -> bool:
    return value > limits.upper_two_sigma if side > 0 else value < limits.lower_two_sigma


def _trends(values: Sequence[float]) -> Iterator[Signal]:
    steps = [_side(after, before) for before, after in itertools.pairwise(values)]
    for first, last, slope in _stretches(steps):
        if last - first + 2 >= TREND_LENGTH:
            yield Signal(Rule.TREND, tuple(range(first, last + 2)), first + TREND_LENGTH - 1, slope)


def _ranges(values: Sequence[float], limits: Limits) -> Iterator[Signal]:
    for n, size in enumerate(moving_ranges(values), start=1):
        if size > limits.range_limit:
            yield Signal(Rule.RANGE, (n,), n, 1)
