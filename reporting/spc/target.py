"""What a target means for a process with known limits (catalogue 1.9)."""

from enum import StrEnum

from .limits import Limits


class Assurance(StrEnum):
    BY_CHANCE = "by_chance"
    MEETS = "meets"
    MISSES = "misses"


def assurance(limits: Limits, target: float, good: int) -> Assurance:
    """Whether a process goes on meeting ``target`` unless it changes; ``good`` is 1 (up) or -1 (down)."""
    if limits.lower <= target <= limits.upper:
        return Assurance.BY_CHANCE
    all_above = target < limits.lower
    return Assurance.MEETS if all_above == (good > 0) else Assurance.MISSES
