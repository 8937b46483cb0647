"""The ruler of a timeline: what one unit is, how wide it is drawn, how its positions read in words."""

import datetime
from dataclasses import dataclass, field
from functools import cached_property

from django.utils.formats import date_format
from django.utils.translation import gettext as _

MOST_UNITS = 500
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
TICK = datetime.timedelta(microseconds=1)
ZOOMS = {
    "day": {"month": 40, "quarter": 18, "half-year": 9, "year": 4},
    "hour": {"day": 48, "week": 8, "fortnight": 4},
    "part": {"plan": 2},
}


@dataclass(frozen=True)
class Scale:
    """``units`` units from ``origin``; make one by ``days``, ``hours`` or ``parts``.

    ``origin`` and ``now`` are aware datetimes in the zone that the page shows; ``now`` is None where no today line
    belongs. ``rest_days`` are weekday numbers (Monday 0).
    """

    unit: str
    zoom: str
    origin: datetime.datetime
    units: int
    length: datetime.timedelta
    now: datetime.datetime | None = None
    rest_days: frozenset = frozenset({5, 6})
    _words: dict = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self):
        if not 1 <= self.units <= MOST_UNITS:
            raise ValueError(f"A timeline page shows 1 to {MOST_UNITS} units, not {self.units}.")
        if self.zoom not in ZOOMS[self.unit]:
            raise ValueError(f"No zoom {self.zoom!r} for a scale of {self.unit}s.")

    @classmethod
    def days(cls, first, last, *, zone, zoom="quarter", now=None, rest_days=frozenset({5, 6})):
        """Days from the date ``first`` to before the date ``last``, in ``zone`` (a tzinfo)."""
        midnight = datetime.datetime.combine(first, datetime.time.min, tzinfo=zone)
        now = now.astimezone(zone) if now else None
        return cls("day", zoom, midnight, (last - first).days, DAY, now, rest_days)

    @classmethod
    def hours(cls, first, hours, *, zone, zoom="week", now=None, rest_days=frozenset({5, 6})):
        """``hours`` real hours from midnight of the date ``first``; a day of a clock change has 23 or 25."""
        midnight = datetime.datetime.combine(first, datetime.time.min, tzinfo=zone)
        now = now.astimezone(zone) if now else None
        return cls("hour", zoom, midnight, hours, HOUR, now, rest_days)

    @classmethod
    def parts(cls, starts_at, ends_at, *, zone, now=None):
        """The stretch from ``starts_at`` to ``ends_at`` in 500 equal parts."""
        now = now.astimezone(zone) if now else None
        length = max((ends_at - starts_at) / MOST_UNITS, datetime.timedelta(seconds=1))
        return cls("part", "plan", starts_at.astimezone(zone), MOST_UNITS, length, now, frozenset())

    @cached_property
    def px(self):
        """Width of one unit as drawn; the style sheet's class ``z-<zoom>`` says the same."""
        return ZOOMS[self.unit][self.zoom]

    @property
    def zone(self):
        return self.origin.tzinfo

    @cached_property
    def _first_day(self):
        return self.origin.date().toordinal()

    @cached_property
    def _first_instant(self):
        return self.origin.timestamp()

    @cached_property
    def _seconds(self):
        return self.length.total_seconds()

    def span(self, starts_at, ends_at):
        """Units ``(start, end)``, half-open, that the aware instants ``[starts_at, ends_at)`` touch; one at least."""
        if self.unit == "day":
            start = starts_at.astimezone(self.zone).toordinal() - self._first_day
            end = (ends_at.astimezone(self.zone) - TICK).toordinal() - self._first_day + 1
        else:
            start = int((starts_at.timestamp() - self._first_instant) // self._seconds)
            end = -int((self._first_instant - ends_at.timestamp()) // self._seconds)
        return start, max(end, start + 1)

    def date_span(self, first, last):
        """Units of the dates ``first`` to ``last``, both included."""
        if self.unit == "day":
            return first.toordinal() - self._first_day, last.toordinal() - self._first_day + 1
        zone = self.zone
        return self.span(
            datetime.datetime.combine(first, datetime.time.min, tzinfo=zone),
            datetime.datetime.combine(last + DAY, datetime.time.min, tzinfo=zone),
        )

    def instant(self, unit):
        """The aware instant, in the page's zone, at which unit ``unit`` begins."""
        if self.unit == "day":
            date = datetime.date.fromordinal(self._first_day + unit)
            return datetime.datetime.combine(date, datetime.time.min, tzinfo=self.zone)
        return (self.origin.astimezone(datetime.UTC) + unit * self.length).astimezone(self.zone)

    @property
    def ends_at(self):
        return self.instant(self.units)

    @property
    def today(self):
        """The unit that ``now`` falls in, or None outside the page."""
        if self.now is None:
            return None
        unit = self.span(self.now, self.now + TICK)[0]
        return unit if 0 <= unit < self.units else None

    def words(self, start, end):
        """How ``[start, end)`` reads: "3 – 7 Nov 2026", "3 Nov 2026, 14:00 – 18:00"; each pair is formatted once."""
        key = (start, end)
        found = self._words.get(key)
        if found is None:
            found = self._words[key] = self._spell(start, end)
        return found

    def _spell(self, start, end):
        if self.unit != "day":
            return time_words(self.instant(start), self.instant(end))
        first, last = self._day(start), self._day(end - 1)
        if first[0] >= last[0]:
            return first[3]
        if first[1] == last[1]:
            return f"{first[0].day} – {last[3]}"
        return f"{first[2] if first[0].year == last[0].year else first[3]} – {last[3]}"

    def _day(self, unit):
        """``(date, (year, month), "3 Nov", "3 Nov 2026")`` of one day, formatted once a page."""
        found = self._words.get(unit)
        if found is None:
            date = datetime.date.fromordinal(self._first_day + unit)
            short = date_format(date, "j M")
            found = self._words[unit] = (date, (date.year, date.month), short, f"{short} {date.year}")
        return found


def day_words(first, last):
    """Dates ``first`` to ``last``, both included: "3 Nov 2026", "3 – 7 Nov 2026", "28 Dec 2026 – 3 Jan 2027"."""
    if last <= first:
        return date_format(first, "j M Y")
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {date_format(last, 'j M Y')}"
    return (
        f"{date_format(first, 'j M' if first.year == last.year else 'j M Y')} – {date_format(last, 'j M Y')}"
    )


def time_words(first, last):
    """Instants in their own zone: "3 Nov 2026, 14:00 – 18:00", "3 Nov 2026, 14:00 – 5 Nov 2026, 09:00"."""
    start = date_format(first, "j M Y, H:i")
    if first.date() == last.date():
        return f"{start} – {date_format(last, 'H:i')}"
    return f"{start} – {date_format(last, 'j M Y, H:i')}"


def length_words(units, unit):
    """ "5 days", "1 hour"; parts have no length of their own."""
    if unit == "day":
        return _("1 day") if units == 1 else _("%(n)d days") % {"n": units}
    return _("1 hour") if units == 1 else _("%(n)d hours") % {"n": units}
