"""What to offer when there is no room: at most five ways to get most of what was wanted, each of them free."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from environments.room import load_of, rooms
from releasemgr.portfolio.models import Environment

AT_MOST = 5
HORIZON = timedelta(days=90)
MINUTE = timedelta(minutes=1)
EQUALS_LOOKED_AT = 40
EQUALS_OFFERED = 2
PARTS_AT_MOST = 3


class Kind(models.TextChoices):
    """How an alternative differs from what was wanted."""

    EQUAL = "equal", _("Equal environment, same time")
    LATER = "later", _("Same environment, later")
    SHARED = "shared", _("Same time, shared with others")
    SPLIT = "split", _("Same environment, in parts")
    EQUAL_LATER = "equal_later", _("Equal environment, later")


@dataclass(frozen=True)
class Part:
    """A stretch ``[starts_at, ends_at)`` on an environment."""

    environment: Environment
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Alternative:
    """One offer: its parts in order (more than one only when split), the units of each, and whether it is exclusive."""

    kind: Kind
    parts: tuple[Part, ...]
    units: int
    is_exclusive: bool

    @property
    def first(self):
        """The first or only part."""
        return self.parts[0]


def alternatives_for(wanted):
    """Alternatives to a Booking (unsaved or stored) for which there is no room, the best first.

    The booking's own present hold does not stand in its way.
    """
    seeker = _Seeker(wanted)
    found = [*seeker.equals(), *seeker.later(), *seeker.shared(), *seeker.split()]
    if len(found) < AT_MOST:
        found += seeker.equals_later()
    return found[:AT_MOST]


class _Seeker:
    """Looks for room on the wanted environment and its equals, all read once."""

    def __init__(self, wanted):
        self.wanted, self.load = wanted, load_of(wanted)
        self.until = wanted.ends_at + HORIZON
        self.own = wanted.environment
        self.equal = list(_equals_of(self.own, at=wanted.starts_at))
        ids = [self.own.pk, *(environment.pk for environment in self.equal)]
        self.rooms = rooms(ids, wanted.starts_at, self.until, besides={wanted.pk})
        self.free_equals = set()

    def equals(self):
        """Environments of the same kind that are free for all of the wanted time."""
        free = [other for other in self.equal if self.rooms[other.pk].fits(self.load)]
        self.free_equals = {other.pk for other in free}
        return [self._offer(Kind.EQUAL, other, self.load) for other in free[:EQUALS_OFFERED]]

    def later(self):
        """The earliest time on the same environment."""
        load = self._soonest(self.own)
        return [self._offer(Kind.LATER, self.own, load)] if load else []

    def shared(self):
        """As many units as are left during the wanted time, in shared use."""
        left = self.rooms[self.own.pk].free_units(self.load.starts_at, self.load.ends_at)
        if left < 1 or (left >= self.load.units and not self.load.is_exclusive):
            return []
        load = self.load._replace(units=min(left, self.load.units), is_exclusive=False)
        return [self._offer(Kind.SHARED, self.own, load)]

    def split(self):
        """The wanted length in two or three parts on the same environment, from the wanted start on."""
        left, parts = self.load.ends_at - self.load.starts_at, []
        shortest = left / 8
        for starts_at, ends_at in self._openings(self.own):
            length = min(ends_at - starts_at, left)
            if length < min(shortest, left):
                continue
            parts.append(Part(self.own, starts_at, starts_at + length))
            left -= length
            if not left or len(parts) == PARTS_AT_MOST:
                break
        if left or len(parts) < 2:
            return []
        return [Alternative(Kind.SPLIT, tuple(parts), self.load.units, self.load.is_exclusive)]

    def equals_later(self):
        """The environment of the same kind that is not free at the wanted time, but soonest after it."""
        found = [
            (load.starts_at, str(other), other, load)
            for other in self.equal
            if other.pk not in self.free_equals and (load := self._soonest(other))
        ]
        return [self._offer(Kind.EQUAL_LATER, *min(found, key=lambda row: row[:2])[2:])] if found else []

    def _soonest(self, environment):
        """The earliest load of the wanted length, or None."""
        length = self.load.ends_at - self.load.starts_at
        for starts_at, ends_at in self._openings(environment):
            if ends_at - starts_at >= length:
                return self.load._replace(starts_at=starts_at, ends_at=starts_at + length)
        return None

    def _openings(self, environment):
        """Times with room for the load, cut to whole minutes, which is what forms can say."""
        for starts_at, ends_at in self.rooms[environment.pk].openings(self.load, until=self.until):
            first = starts_at + (
                -timedelta(seconds=starts_at.second, microseconds=starts_at.microsecond) % MINUTE
            )
            if first < ends_at:
                yield first, ends_at.replace(second=0, microsecond=0)

    def _offer(self, kind, environment, load):
        part = Part(environment, load.starts_at, load.ends_at)
        return Alternative(kind, (part,), load.units, load.is_exclusive)


def as_wishes(alternative, wish):
    """The wishes (`requests.Wish`) that take an alternative of a wish, remembering what was wanted first."""
    return [
        replace(
            wish,
            environment=part.environment,
            starts_at=part.starts_at,
            ends_at=part.ends_at,
            units=alternative.units,
            is_exclusive=alternative.is_exclusive,
            wanted_environment=wish.wanted_environment or wish.environment,
            wanted_from=wish.wanted_from or wish.starts_at,
            wanted_until=wish.wanted_until or wish.ends_at,
        )
        for part in alternative.parts
    ]


def _equals_of(environment, *, at):
    """Environments of the same type and application that are in service at an instant."""
    same = Environment.objects.filter(type=environment.type, application=environment.application_id)
    in_service = models.Q(decommissioned_at=None) | models.Q(decommissioned_at__gt=at)
    return (
        same.filter(in_service, commissioned_at__lte=at)
        .exclude(pk=environment.pk)
        .order_by("name", "pk")[:EQUALS_LOOKED_AT]
    )
