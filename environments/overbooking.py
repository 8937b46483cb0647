"""Which bookings hold units that are not there: after a cut, an outage or an import."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from environments.capacity import Load, overloads
from environments.models import Booking
from environments.room import load_of, read_supplies


@dataclass(frozen=True)
class Over:
    """A booking that holds units for which there is no room, from the first to the last instant without."""

    booking: Booking
    starts_at: datetime
    ends_at: datetime


def overbooked(bookings, *, with_outages=True):
    """Which of these bookings (a QuerySet of holding ones) are Over, soonest first.

    Who was decided first has the room: a booking is over when it does not fit beside all that hold and were decided
    before it. That depends on nothing but what overlaps it, so a change touches only what overlaps the change.
    Without outages only capacity and time in service count. At most five statements.
    """
    judged = defaultdict(list)
    for booking in bookings.order_by("starts_at", "pk"):
        judged[booking.environment_id].append(booking)
    if not judged:
        return []
    starts_at = min(booking.starts_at for rows in judged.values() for booking in rows)
    ends_at = max(booking.ends_at for rows in judged.values() for booking in rows)
    supplies = read_supplies(list(judged), starts_at, ends_at, with_outages=with_outages)
    ranked = _ranked_loads(list(judged), starts_at, ends_at)
    found = [over for pk, rows in judged.items() for over in _over(supplies[pk], ranked[pk], rows)]
    return sorted(found, key=lambda over: (over.booking.starts_at, over.booking.pk))


def _ranked_loads(environment_ids, starts_at, ends_at):
    """``(rank, Load)`` of all that holds during a window, by environment id."""
    loads = defaultdict(list)
    holding = Booking.objects.holding().during(starts_at, ends_at).filter(environment__in=environment_ids)
    for environment_id, pk, decided_at, requested_at, *load in holding.values_list(
        "environment_id",
        "pk",
        "decided_at",
        "requested_at",
        "starts_at",
        "ends_at",
        "units",
        "is_exclusive",
    ):
        loads[environment_id].append(((decided_at or requested_at, pk), Load(*load)))
    return loads


def _over(supply, ranked, bookings):
    """The Overs among bookings of one environment."""
    first = min(booking.starts_at for booking in bookings)
    last = max(booking.ends_at for booking in bookings)
    crowded = overloads(supply, [load for _rank, load in ranked], first, last)
    for booking in bookings:
        if not any(
            stretch.starts_at < booking.ends_at and stretch.ends_at > booking.starts_at for stretch in crowded
        ):
            continue
        rank = booking.decided_at or booking.requested_at, booking.pk
        before = [load for other, load in ranked if other < rank]
        without = overloads(supply, [*before, load_of(booking)], booking.starts_at, booking.ends_at)
        if without:
            yield Over(booking, without[0].starts_at, without[-1].ends_at)
