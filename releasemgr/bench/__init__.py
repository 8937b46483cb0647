"""`manage.py bench`: the goals of the product as ratios, each measured beside its floor in the same run.

A scenario is a module with ``NAME``, ``prepare(scale)`` (makes its data, returns anything) and ``goals(prepared)``
(yields `Goal`s). Times are interleaved, floor and ours in turn, and the lower quartile is taken; a ratio is called
missed only when the best of three attempts misses it. Milliseconds are reported and never decide. A goal that is not
judged is measured once, for information: the same at another size of the data.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

ATTEMPTS = 3


@dataclass(frozen=True)
class Measured:
    """What one goal came to: ``ratio`` of ours to the floor, in ``floor_ms`` and ``ours_ms``."""

    id: str
    ratio: float
    goal: str
    ok: bool
    floor_ms: float
    ours_ms: float
    is_judged: bool = True
    detail: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """``measure()`` returns ``(floor seconds, our seconds, detail)``; the goal bounds ours ÷ floor.

    ``most`` is an upper bound of the ratio, ``least`` a lower one (throughput: floor ÷ ours is what counts there).
    """

    id: str
    measure: Callable[[], tuple[float, float, dict]]
    most: float | None = None
    least: float | None = None
    is_judged: bool = True

    def run(self):
        """Up to three attempts, or one when it is not judged; the first that meets the goal, else the best."""
        attempts = []
        for _attempt in range(ATTEMPTS if self.is_judged else 1):
            attempts.append(self._once())
            if attempts[-1].ok:
                return attempts[-1]
        return min(attempts, key=lambda found: found.ratio if self.most is not None else -found.ratio)

    def _once(self):
        floor, ours, detail = self.measure()
        if self.most is not None:
            ratio, goal = ours / floor, f"≤ {self.most:g}"
            is_met = ratio <= self.most
        else:
            ratio, goal = floor / ours, f"≥ {self.least:g}"
            is_met = ratio >= self.least
        return Measured(
            self.id, ratio, goal, is_met, floor * 1000, ours * 1000, is_judged=self.is_judged, detail=detail
        )


def interleaved(floor, ours, *, rounds=9):
    """Lower quartiles of the seconds that ``floor()`` and ``ours()`` take, run in turn after one warm-up each."""
    floor(), ours()
    floors, others = [], []
    for _round in range(rounds):
        floors.append(_seconds(floor))
        others.append(_seconds(ours))
    return _lower_quartile(floors), _lower_quartile(others)


def run(scenarios, *, scale) -> Iterator[Measured]:
    """Measure every goal of the scenarios, one after the other."""
    for scenario in scenarios:
        for goal in scenario.goals(scenario.prepare(scale)):
            yield goal.run()


def _seconds(action):
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _lower_quartile(values):
    return statistics.quantiles(values, n=4)[0]
