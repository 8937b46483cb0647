"""The vertical axis: round ticks that enclose the data."""

from collections.abc import Sequence
from math import ceil, floor, log10

STEPS = (1, 2, 2.5, 5, 10)
FLAT = 1e-9  # a smaller span is no variation: the ticks are rounded to 12 decimals


def ticks(numbers: Sequence[float], *, from_zero: bool, count: int = 4) -> list[float]:
    """About ``count`` round ticks around ``numbers``, ascending, at least two.

    The axis starts at 0 when asked to or when the data come near it.
    """
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    if from_zero or 0 <= low < 0.5 * high:
        low = min(low, 0.0)
    if from_zero:
        high = max(high, 0.0)
    if high - low < FLAT:
        high = low + max(abs(low), 1.0 if abs(low) < FLAT else 0.0)
    step = _round_step((high - low) / count)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, last + 1)]


def _round_step(rough: float) -> float:
    magnitude = 10 ** floor(log10(rough))
    return next(step * magnitude for step in STEPS if step * magnitude >= rough * (1 - 1e-9))
