"""How much of an environment is free when: pure arithmetic over half-open intervals of instants.

Capacity above one is counted, not slotted: what matters is the sum of units in use at each instant, found by a sweep
in which ends come before starts. Exclusive use takes every unit there is.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple


class Load(NamedTuple):
    """Units taken during ``[starts_at, ends_at)``."""

    starts_at: datetime
    ends_at: datetime
    units: int
    is_exclusive: bool = False


class Stretch(NamedTuple):
    """A time ``[starts_at, ends_at)`` in which neither capacity nor use changes."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    taken: int

    @property
    def free(self):
        """Units left; never below zero."""
        return max(self.capacity - self.taken, 0)

    @property
    def is_over(self):
        """Whether more is taken than there is."""
        return self.taken > self.capacity


@dataclass(frozen=True)
class Supply:
    """What an environment offers: ``steps`` of (instant, units) in order, nothing before the first; ``closed``
    stretches (outages, time out of service) as (start, end) with None for an open side."""

    steps: tuple = ()
    closed: tuple = ()

    def at(self, instant):
        """Units offered at an instant."""
        if any((a is None or a <= instant) and (b is None or instant < b) for a, b in self.closed):
            return 0
        return self.planned_at(instant)

    def planned_at(self, instant):
        """Units there would be at an instant if nothing were closed."""
        place = bisect_right(self.steps, instant, key=lambda step: step[0])
        return self.steps[place - 1][1] if place else 0

    def changes(self):
        """Instants at which the offer may change."""
        yield from (starts_at for starts_at, _units in self.steps)
        yield from (edge for stretch in self.closed for edge in stretch if edge is not None)


def stretches(supply, loads, starts_at, ends_at):
    """The stretches of ``[starts_at, ends_at)`` in order, without gaps, with what is offered and taken in each."""
    inside = [load for load in loads if load.starts_at < ends_at and load.ends_at > starts_at]
    cuts = {starts_at, ends_at, *(cut for cut in supply.changes() if starts_at < cut < ends_at)}
    for load in inside:
        cuts.update((max(load.starts_at, starts_at), min(load.ends_at, ends_at)))
    edges = sorted(cuts)
    starting = sorted(inside, key=lambda load: load.starts_at)
    running, following, found = [], 0, []
    for left, right in pairwise(edges):
        running = [load for load in running if load.ends_at > left]
        while following < len(starting) and starting[following].starts_at <= left:
            running.append(starting[following])
            following += 1
        capacity = supply.at(left)
        found.append(Stretch(left, right, capacity, _taken(running, capacity)))
    return found


def overloads(supply, loads, starts_at, ends_at):
    """The stretches of a window in which more is taken than there is."""
    return [stretch for stretch in stretches(supply, loads, starts_at, ends_at) if stretch.is_over]


def peak_units(supply, loads, starts_at, ends_at):
    """The most units taken at any instant of a window; exclusive use counts as all there are, at least its own."""
    return max((stretch.taken for stretch in stretches(supply, loads, starts_at, ends_at)), default=0)


def fits(supply, loads, wish):
    """Whether ``wish`` (a Load) can be added to ``loads`` for all of its time."""
    return not overloads(supply, [*loads, wish], wish.starts_at, wish.ends_at)


def free_units(supply, loads, starts_at, ends_at):
    """Units that are free during all of a window."""
    return min(stretch.free for stretch in stretches(supply, loads, starts_at, ends_at))


def openings(supply, loads, wish, *, until):
    """The maximal times ``(start, end)`` in ``[wish.starts_at, until)`` during which the units of ``wish`` are free."""
    opened = None
    for stretch in stretches(supply, loads, wish.starts_at, until):
        if _has_room(stretch, wish):
            opened = opened or stretch.starts_at
        elif opened:
            yield opened, stretch.starts_at
            opened = None
    if opened:
        yield opened, until


def _has_room(stretch, wish):
    if wish.is_exclusive:
        return stretch.taken == 0 and stretch.capacity >= wish.units
    return stretch.free >= wish.units


def _taken(running, capacity):
    return sum(max(load.units, capacity) if load.is_exclusive else load.units for load in running)
