"""The conflict rules of environments, for the engine of the calendar: bookings over capacity and over outages.

Both look only at bookings that hold units. Verbs never make such conflicts for themselves; cuts, outages and imports
do. The environment's lock keeps two acts from missing each other, so the rules need no turn of their own.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from calendar_app.conflicts import Finding, Side, add_rule
from calendar_app.models import Claim, Conflict
from environments.models import Booking, Outage
from environments.overbooking import overbooked
from releasemgr.portfolio.models import Environment

OVER_CAPACITY = "booking-over-capacity"
OVER_OUTAGE = "booking-over-outage"


def register_rules():
    """Add both rules to the registry; called in ``AppConfig.ready``."""
    add_rule(
        CapacityRule(
            OVER_CAPACITY,
            _("Booking over capacity"),
            _("“%(first)s” has no room on %(second)s"),
        )
    )
    add_rule(
        OutageRule(
            OVER_OUTAGE,
            _("Booking over an outage"),
            _("“%(first)s” falls into the outage “%(second)s”"),
        )
    )


@dataclass(frozen=True)
class Touched:
    """What an act changed on environments: ``windows`` (environment id -> start, end) and the ``sources``."""

    windows: dict
    sources: frozenset

    @cached_property
    def bookings(self):
        """Bookings that hold units in the windows, read once."""
        return Booking.objects.holding().filter(self._inside())

    @cached_property
    def booking_ids(self):
        """Their ids, and those of the changed sources."""
        return {*self.sources, *self.bookings.values_list("pk", flat=True)}

    def _inside(self):
        found = Q(pk__in=[])
        for pk, (starts_at, ends_at) in self.windows.items():
            found |= Q(environment=pk, starts_at__lt=ends_at, ends_at__gt=starts_at)
        return found


@dataclass(frozen=True)
class RoomRule:
    """A rule over bookings that hold units. A scope is Touched, a set of environment ids, or None for everything."""

    code: str
    label: str
    message: str

    kinds: ClassVar[frozenset] = frozenset({Claim.Kind.BOOKING.value, Claim.Kind.OUTAGE.value})
    is_racy: ClassVar[bool] = False

    def scope_of(self, restaked):
        """What changed of outages and of bookings that hold or held units; None when nothing did."""
        windows, sources = {}, set()
        for claim in restaked.claims:
            if claim.kind in self.kinds and _counts(claim):
                start, end = windows.get(claim.resource_id, (claim.starts_at, claim.ends_at))
                windows[claim.resource_id] = min(start, claim.starts_at), max(end, claim.ends_at)
                sources.add(claim.source_id)
        return Touched(windows, frozenset(sources)) if windows else None


class CapacityRule(RoomRule):
    """A booking holds units that its environment does not have."""

    def find(self, scope):
        """One Finding per booking that is over."""
        over = overbooked(_bookings_in(scope), with_outages=False)
        names = _names({found.booking.environment_id for found in over})
        for found in over:
            environment_id = found.booking.environment_id
            yield Finding(
                self.code,
                Conflict.Severity.BLOCKER,
                _side(found.booking),
                Side("environment", environment_id, names[environment_id]),
                "environment",
                environment_id,
                found.starts_at,
                found.ends_at,
            )

    def covers(self, scope):
        """The stored conflicts of bookings that overlap what changed."""
        if isinstance(scope, Touched):
            return Q(first_id__in=scope.booking_ids)
        return Q(resource_id__in=scope)


class OutageRule(RoomRule):
    """A booking holds units of an environment while that is out of service."""

    def find(self, scope):
        """One Finding per booking and outage that overlap, of which one was touched."""
        outages = list(_outages_in(scope))
        if not outages:
            return
        by_environment = {}
        for outage in outages:
            by_environment.setdefault(outage.environment_id, []).append(outage)
        for booking in _bookings_in(scope).filter(environment__in=by_environment):
            for outage in by_environment[booking.environment_id]:
                if _is_touched(scope, booking, outage) and _overlap(booking, outage):
                    yield self._finding(booking, outage)

    def covers(self, scope):
        """The stored conflicts in which something touched takes part."""
        if isinstance(scope, Touched):
            return Q(first_id__in=scope.sources) | Q(second_id__in=scope.sources)
        return Q(resource_id__in=scope)

    def _finding(self, booking, outage):
        return Finding(
            self.code,
            Conflict.Severity.BLOCKER,
            _side(booking),
            Side("outage", outage.pk, outage.reason),
            "environment",
            booking.environment_id,
            max(booking.starts_at, outage.starts_at),
            min(booking.ends_at, outage.ends_at or booking.ends_at),
        )


def _counts(claim):
    return claim.kind != Claim.Kind.BOOKING or claim.state in Booking.HOLDING


def _bookings_in(scope):
    if isinstance(scope, Touched):
        return scope.bookings
    holding = Booking.objects.holding()
    return holding if scope is None else holding.filter(environment__in=scope)


def _outages_in(scope):
    if isinstance(scope, Touched):
        found = Q(pk__in=[])
        for pk, (starts_at, ends_at) in scope.windows.items():
            lasting = Q(ends_at=None) | Q(ends_at__gt=starts_at)
            found |= lasting & Q(environment=pk, starts_at__lt=ends_at)
        return Outage.objects.filter(found)
    return Outage.objects.all() if scope is None else Outage.objects.filter(environment__in=scope)


def _is_touched(scope, booking, outage):
    return not isinstance(scope, Touched) or booking.pk in scope.sources or outage.pk in scope.sources


def _overlap(booking, outage):
    return outage.starts_at < booking.ends_at and (
        outage.ends_at is None or outage.ends_at > booking.starts_at
    )


def _side(booking):
    return Side("booking", booking.pk, str(booking), booking.release_id)


def _names(environment_ids):
    found = Environment.objects.filter(pk__in=environment_ids) if environment_ids else ()
    return {environment.pk: environment.name for environment in found}
