"""What environments offer and what is taken, read from the database for a window of time."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from environments import capacity
from environments.capacity import Load, Supply
from environments.models import Booking, CapacityStep, Outage
from releasemgr.portfolio.models import Environment


@dataclass(frozen=True)
class Room:
    """One environment's supply and the loads on it; complete inside the window it was read for."""

    supply: Supply
    loads: tuple

    def plus(self, loads):
        """The same room with more in it."""
        return Room(self.supply, (*self.loads, *loads))

    def fits(self, wish):
        """Whether a Load can be added for all of its time."""
        return capacity.fits(self.supply, self.loads, wish)

    def overloads(self, starts_at, ends_at):
        """Stretches in which more is taken than there is."""
        return capacity.overloads(self.supply, self.loads, starts_at, ends_at)

    def free_units(self, starts_at, ends_at):
        """Units free during all of a window."""
        return capacity.free_units(self.supply, self.loads, starts_at, ends_at)

    def openings(self, wish, *, until):
        """Times in which the units of a Load are free."""
        return capacity.openings(self.supply, self.loads, wish, until=until)


def load_of(booking):
    """What a booking takes, or would take."""
    return Load(booking.starts_at, booking.ends_at, booking.units, booking.is_exclusive)


def rooms(environment_ids, starts_at, ends_at, *, besides=()):
    """Room of each environment during ``[starts_at, ends_at)``, without the bookings whose ids are in ``besides``.

    Four statements for any number of environments.
    """
    supplies = read_supplies(environment_ids, starts_at, ends_at)
    loads = read_loads(environment_ids, starts_at, ends_at, besides=besides)
    return {pk: Room(supply, tuple(loads[pk])) for pk, supply in supplies.items()}


def read_supplies(environment_ids, starts_at, ends_at, *, with_outages=True):
    """Supply of each environment, by id: capacity steps, its time in service and its outages."""
    steps, closed = defaultdict(list), defaultdict(list)
    for pk, begun, ended in Environment.objects.filter(pk__in=environment_ids).values_list(
        "pk", "commissioned_at", "decommissioned_at"
    ):
        closed[pk].append((None, begun))
        if ended:
            closed[pk].append((ended, None))
    for pk, *stretch in _outages(environment_ids, starts_at, ends_at) if with_outages else ():
        closed[pk].append(tuple(stretch))
    for pk, *step in (
        CapacityStep.objects.filter(environment__in=environment_ids, starts_at__lt=ends_at)
        .order_by("starts_at")
        .values_list("environment_id", "starts_at", "units")
    ):
        steps[pk].append(tuple(step))
    return {pk: Supply(tuple(steps[pk]), tuple(closed[pk])) for pk in environment_ids}


def read_loads(environment_ids, starts_at, ends_at, *, besides=()):
    """Loads of the bookings that hold units during a window, by environment id."""
    loads = defaultdict(list)
    bookings = Booking.objects.holding().during(starts_at, ends_at).filter(environment__in=environment_ids)
    for pk, environment_id, *load in bookings.order_by("starts_at", "pk").values_list(
        "pk", "environment_id", "starts_at", "ends_at", "units", "is_exclusive"
    ):
        if pk not in besides:
            loads[environment_id].append(Load(*load))
    return loads


def _outages(environment_ids, starts_at, ends_at):
    lasting = Outage.objects.filter(Q(ends_at=None) | Q(ends_at__gt=starts_at), starts_at__lt=ends_at)
    return lasting.filter(environment__in=environment_ids).values_list(
        "environment_id", "starts_at", "ends_at"
    )
