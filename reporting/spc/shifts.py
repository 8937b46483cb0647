"""Advisory change detection: CUSUM and optimal partitioning (catalogue 1.8).  Neither changes limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from statistics import fmean

from .limits import SIGMA_DIVISOR, Limits, moving_ranges

SLACK, DECISION = 0.5, 5.0
MIN_SEGMENT, PENALTY_FACTOR = 4, 3.0


@dataclass(frozen=True)
class Cusum:
    """Cumulated excesses above and below the centre, one per value, in sigmas."""

    above: tuple[float, ...]
    below: tuple[float, ...]

    @property
    def flagged(self) -> int | None:
        """The index of the first value at which either sum exceeds the decision interval."""
        pairs = enumerate(zip(self.above, self.below, strict=True))
        return next((n for n, sums in pairs if max(sums) > DECISION), None)


def cusum(values: Sequence[float], limits: Limits) -> Cusum:
    """Tabular CUSUM with slack 0.5 and decision interval 5 on the standardised values."""
    scores = [(value - limits.centre) / limits.sigma for value in values]
    above = list(accumulate(scores, lambda sum_, z: max(0.0, sum_ + z - SLACK), initial=0.0))
    below = list(accumulate(scores, lambda sum_, z: max(0.0, sum_ - z - SLACK), initial=0.0))
    return Cusum(tuple(above[1:]), tuple(below[1:]))


def penalty(values: Sequence[float]) -> float:
    """What one more change must save: ``3 ln(n)`` times the variance estimated from the moving ranges."""
    sigma = fmean(moving_ranges(values)) / SIGMA_DIVISOR
    return PENALTY_FACTOR * log(len(values)) * sigma**2


def change_points(values: Sequence[float]) -> list[int]:
    """How many values lie before each change of level; the cheapest partition by squared error.

    Exact dynamic programming over segments of at least four values; O(n²).
    """
    count = len(values)
    if count < 2 * MIN_SEGMENT:
        return []
    price, cost = penalty(values), _squared_error(values)
    best: dict[int, tuple[float, int]] = {0: (-price, 0)}
    for end in range(MIN_SEGMENT, count + 1):
        starts = (start for start in best if end - start >= MIN_SEGMENT)
        best[end] = min((best[start][0] + cost(start, end) + price, start) for start in starts)
    changes, end = [], best[count][1]
    while end:
        changes.append(end)
        end = best[end][1]
    return changes[::-1]


def _squared_error(values: Sequence[float]):
    """A function giving the squared error of ``values[start:end]`` around its mean in O(1)."""
    centre = fmean(values)
    shifted = [value - centre for value in values]
    sums = list(accumulate(shifted, initial=0.0))
    squares = list(accumulate((value * value for value in shifted), initial=0.0))

    def cost(start: int, end: int) -> float:
        total = sums[end] - sums[start]
        return squares[end] - squares[start] - total * total / (end - start)

    return cost
