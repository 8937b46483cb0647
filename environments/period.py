"""Which stretch of time the schedule shows, from the zoom and the date in the URL."""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from releasemgr.tenancy.days import day_start
from releasemgr.timeline import Scale

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
ZOOMS = {
    "day": _("Day"),
    "week": _("Week"),
    "fortnight": _("14 days"),
    "month": _("Month"),
    "quarter": _("Quarter"),
}
_LENGTHS = {"day": 1, "week": 7, "fortnight": 14}
_MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True)
class Period:
    """Local days ``[first, last)`` of a zone at a zoom of `ZOOMS`."""

    zoom: str
    first: date
    last: date
    zone: datetime.tzinfo

    @property
    def starts_at(self):
        """The instant at which it begins."""
        return day_start(self.first, self.zone)

    @property
    def ends_at(self):
        """The instant at which it is over."""
        return day_start(self.last, self.zone)

    @property
    def previous(self):
        """The first day of the period before."""
        if self.zoom in _LENGTHS:
            return self.first - DAY * _LENGTHS[self.zoom]
        return period(self.zoom, self.first - DAY, self.zone).first

    def scale(self, now):
        """The ruler: hours up to 14 days, days beyond."""
        if self.zoom in _MONTHS:
            return Scale.days(self.first, self.last, zone=self.zone, zoom=self.zoom, now=now)
        hours = math.ceil((self.ends_at - self.starts_at) / HOUR)
        return Scale.hours(self.first, hours, zone=self.zone, zoom=self.zoom, now=now)

    def buckets(self):
        """``(first, last)`` local days, last excluded, for which use is summed: days, or weeks in a quarter."""
        step = DAY * (7 if self.zoom == "quarter" else 1)
        first = self.first
        while first < self.last:
            yield first, min(first + step, self.last)
            first += step


def period(zoom, day, zone):
    """The period of a zoom that contains a local day."""
    if zoom in _MONTHS:
        months = _MONTHS[zoom]
        first = day.replace(month=(day.month - 1) // months * months + 1, day=1)
        following = first.month - 1 + months
        last = first.replace(year=first.year + following // 12, month=following % 12 + 1)
        return Period(zoom, first, last, zone)
    first = day - DAY * day.weekday() if zoom != "day" else day
    return Period(zoom, first, first + DAY * _LENGTHS[zoom], zone)


def read_period(query, *, now, zone):
    """The period a query string asks for: ``zoom`` and ``date``; the present week for anything else."""
    zoom = query.get("zoom", "")
    try:
        day = parse_date(query.get("date", ""))
    except ValueError:
        day = None
    if day is None or not 1970 <= day.year <= 2200:
        day = now.astimezone(zone).date()
    return period(zoom if zoom in ZOOMS else "week", day, zone)
