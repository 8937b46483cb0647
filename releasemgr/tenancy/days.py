"""The one place where local days become instants: starts of local days, by zoneinfo and never by database functions."""

from datetime import UTC, datetime, time, timedelta


def day_start(day, zone):
    """The instant (UTC) at which a local date begins.

    A midnight that happens twice counts from its first occurrence; one that does not exist, from the first valid
    instant after it.
    """
    midnight = datetime.combine(day, time.min)
    early = midnight.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if early.astimezone(zone).replace(tzinfo=None) == midnight:
        return early
    late = midnight.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _jump(min(early, late), max(early, late), zone)


def day_bounds(first, last, zone):
    """The half-open interval of instants ``[start, end)`` covered by the local dates first to last, inclusive."""
    return day_start(first, zone), day_start(last + timedelta(days=1), zone)


def local_date(instant, zone):
    """The local day whose ``[start, end)`` contains an instant."""
    day = instant.astimezone(zone).date()
    while day_start(day, zone) > instant:
        day -= timedelta(days=1)
    while day_start(day + timedelta(days=1), zone) <= instant:
        day += timedelta(days=1)
    return day


def _jump(low, high, zone):
    """The instant in ``(low, high]`` at which the zone's offset changes, to the second."""
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
