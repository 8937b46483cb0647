"""How times of bookings read, and what the timeline's query parameters mean."""

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format

from releasemgr.tenancy.days import day_start
from releasemgr.tenancy.scope import current_org


def time_with_zone(instant):
    """ "3 Nov 2026, 14:00 CET" in the zone of the reader."""
    local = timezone.localtime(instant)
    return f"{date_format(local, 'j M Y, H:i')} {local.tzname()}"


def period_words(starts_at, ends_at):
    """ "3 Nov 2026, 14:00 – 18:00 CET" in the zone of the reader; the end's date where it is another day."""
    return _period(timezone.localtime(starts_at), timezone.localtime(ends_at))


def period_at_home(starts_at, ends_at):
    """The same period in the organisation's zone, or "" where the reader is in step with it."""
    zone = current_org().zone
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    here = timezone.localtime(starts_at), timezone.localtime(ends_at)
    if (first.utcoffset(), last.utcoffset()) == (here[0].utcoffset(), here[1].utcoffset()):
        return ""
    return _period(first, last)


def read_instant(text):
    """An aware instant from a query parameter: an ISO instant, or a date, which means its start where the reader is.

    None for anything else.
    """
    try:
        day = parse_date(text)
        instant = None if day else parse_datetime(text)
    except ValueError:
        return None
    if day:
        return day_start(day, timezone.get_current_timezone())
    return instant if instant and timezone.is_aware(instant) else None


def _period(first, last):
    start = date_format(first, "j M Y, H:i")
    if first.date() == last.date():
        return f"{start} – {date_format(last, 'H:i')} {last.tzname()}"
    change = f" {first.tzname()}" if first.tzname() != last.tzname() else ""
    return f"{start}{change} – {date_format(last, 'j M Y, H:i')} {last.tzname()}"
