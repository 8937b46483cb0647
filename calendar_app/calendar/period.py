"""Which days a page of the calendar shows, and the pages before and after it."""

from dataclasses import dataclass
from datetime import date, timedelta

from releasemgr.tenancy.days import day_bounds

MONTHS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
TIMELINES = ("quarter", "half-year", "year")
AGENDA_DAYS = 28
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Period:
    """The local days ``[first, last)`` that ``view`` shows around a chosen day."""

    view: str
    first: date
    last: date

    @classmethod
    def around(cls, view, day):
        """The month, quarter, half-year or year that holds ``day``; the day alone; or four weeks from it (list)."""
        if view in MONTHS:
            first = date(day.year, (day.month - 1) // MONTHS[view] * MONTHS[view] + 1, 1)
            return cls(view, first, _months_on(first, MONTHS[view]))
        return cls(view, day, day + timedelta(days=1 if view == "day" else AGENDA_DAYS))

    @property
    def previous(self):
        """The day that opens the page before."""
        if self.view in MONTHS:
            return _months_on(self.first, -MONTHS[self.view])
        return self.first - (self.last - self.first)

    @property
    def next(self):
        """The day that opens the page after."""
        return self.last

    @property
    def is_timeline(self):
        return self.view in TIMELINES

    @property
    def weeks(self):
        """Mondays of the weeks that the days touch: the rows of a month."""
        monday = self.first - timedelta(days=self.first.weekday())
        return [monday + n * WEEK for n in range(((self.last - monday).days + 6) // 7)]

    def shown(self):
        """``(first, last)`` days drawn: a month fills its first and last week."""
        return (self.weeks[0], self.weeks[-1] + WEEK) if self.view == "month" else (self.first, self.last)

    def bounds(self, zone):
        """The instants ``[start, end)`` of the days drawn, in the organisation's zone."""
        first, last = self.shown()
        return day_bounds(first, last - timedelta(days=1), zone)


def asked_day(text, today):
    """The day written in the URL; today when there is none, or none that a page can be drawn around."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if date.min.year + 10 < day.year < date.max.year - 10 else today


def _months_on(first, months):
    """The first day of the month that many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
