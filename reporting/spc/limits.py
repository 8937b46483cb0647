"""Natural process limits of an XmR chart (catalogue 1.2, 1.3 and 1.7)."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean

LIMIT_FACTOR, RANGE_FACTOR, SIGMA_DIVISOR = 2.66, 3.267, 1.128
TRIAL_POINTS, LOCKED_POINTS = 6, 12


class State(StrEnum):
    """How far a segment's limits may be trusted."""

    TOO_FEW = "too_few"
    TRIAL = "trial"
    LOCKED = "locked"
    NO_VARIATION = "no_variation"
    RARE = "rare"


@dataclass(frozen=True)
class Domain:
    """Where values of a metric can lie; None is unbounded."""

    low: float | None = 0.0
    high: float | None = None

    def clip(self, value: float) -> float:
        if self.low is not None and value < self.low:
            return self.low
        return self.high if self.high is not None and value > self.high else value


@dataclass(frozen=True)
class Limits:
    """Centre and limits in the metric's own unit, unclipped."""

    centre: float
    mean_range: float

    @property
    def upper(self) -> float:
        return self.centre + LIMIT_FACTOR * self.mean_range

    @property
    def lower(self) -> float:
        return self.centre - LIMIT_FACTOR * self.mean_range

    @property
    def upper_two_sigma(self) -> float:
        return self.centre + 2 / 3 * LIMIT_FACTOR * self.mean_range

    @property
    def lower_two_sigma(self) -> float:
        return self.centre - 2 / 3 * LIMIT_FACTOR * self.mean_range

    @property
    def range_limit(self) -> float:
        return RANGE_FACTOR * self.mean_range

    @property
    def sigma(self) -> float:
        return self.mean_range / SIGMA_DIVISOR


def moving_ranges(values: Sequence[float]) -> list[float]:
    """The ``n - 1`` distances between successive plotted values."""
    return [abs(after - before) for before, after in itertools.pairwise(values)]


def xmr_limits(values: Sequence[float], *, screened: bool = False) -> Limits | None:
    """Limits from these baseline values, or None where no variation was recorded.

    ``screened`` drops, once, ranges at or above 3.267 times their mean before averaging them again.
    """
    ranges = moving_ranges(values)
    if not ranges:
        return None
    mean_range = fmean(ranges)
    if screened:
        kept = [size for size in ranges if size < RANGE_FACTOR * mean_range]
        mean_range = fmean(kept) if kept else 0.0
    return Limits(fmean(values), mean_range) if mean_range > 0 else None


def limits_of(
    values: Sequence[float], *, screened: bool = False, counts: bool = True
) -> tuple[State, Limits | None]:
    """The limits of one segment: locked on its first 12 points, trial over all of 6 to 11, none below.

    ``counts`` are events: mostly zero makes them too rare for limits.
    """
    if len(values) < TRIAL_POINTS:
        return State.TOO_FEW, None
    baseline = values[:LOCKED_POINTS]
    if counts and 2 * sum(value == 0 for value in baseline) > len(baseline):
        return State.RARE, None
    limits = xmr_limits(baseline, screened=screened)
    if limits is None:
        return State.NO_VARIATION, None
    return (State.LOCKED if len(values) >= LOCKED_POINTS else State.TRIAL), limits
