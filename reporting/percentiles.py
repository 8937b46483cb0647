"""Exact continuous percentiles: the rule of PostgreSQL's ``percentile_cont``."""

from collections.abc import Iterable


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value at rank ``1 + (n - 1) * share`` of the sorted values, linear between neighbours.

    ``share`` lies in 0…1.  An empty population has no percentile: None, never 0.
    """
    ordered = sorted(values)
    if not ordered:
        return None
    below, part = divmod((len(ordered) - 1) * share, 1)
    low = ordered[int(below)]
    return low if part == 0 else low + (ordered[int(below) + 1] - low) * part


def median(values: Iterable[float]) -> float | None:
    """The percentile at 0.5; None for no values."""
    return percentile(values, 0.5)
