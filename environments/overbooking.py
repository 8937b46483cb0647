"""Which bookings hold units that are not there: after a cut, an outage or an import."""

from collections import defaultdict

from environments.capacity import overloads
from environments.models import Booking
from environments.room import load_of, read_supplies


def overbooked(environment_ids, *, since=None):
    """Bookings that hold units for which there is no room, soonest first, each with ``over`` (its first stretch
    without room).

    Who was decided first keeps the room; the later ones are over. ``since`` leaves out bookings that ended before it.
    Five statements for any number of environments.
    """
    holding = Booking.objects.holding().filter(environment__in=environment_ids)
    if since is not None:
        holding = holding.filter(ends_at__gt=since)
    by_environment = defaultdict(list)
    for booking in holding.order_by("decided_at", "requested_at", "pk"):
        by_environment[booking.environment_id].append(booking)
    if not by_environment:
        return []
    everything = [booking for bookings in by_environment.values() for booking in bookings]
    starts_at, ends_at = min(b.starts_at for b in everything), max(b.ends_at for b in everything)
    supplies = read_supplies(list(by_environment), starts_at, ends_at)
    found = [over for pk, bookings in by_environment.items() for over in _over(supplies[pk], bookings)]
    return sorted(found, key=lambda booking: (booking.starts_at, booking.pk))


def _over(supply, bookings):
    """The bookings, of one environment and in order of precedence, that do not fit beside those before them."""
    loads = [load_of(booking) for booking in bookings]
    start, end = min(load.starts_at for load in loads), max(load.ends_at for load in loads)
    if not overloads(supply, loads, start, end):
        return
    kept = []
    for booking, load in zip(bookings, loads, strict=True):
        found = overloads(supply, [*kept, load], load.starts_at, load.ends_at)
        if found:
            booking.over = found[0]
            yield booking
        else:
            kept.append(load)
