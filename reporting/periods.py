"""Calendar periods: days, weeks, months and quarters of an organisation's zone.

Every instant is UTC; a period is the half-open interval between two starts of local days, which
``releasemgr.tenancy.days`` finds.  They are stored in the period table; SQL only compares instants with them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from releasemgr.tenancy.days import day_start, local_date

DAY = timedelta(days=1)


class PeriodType(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, order=True)
class Span:
    """One period: local dates ``[start_on, end_on)`` and the UTC instants ``[starts_at, ends_at)``."""

    start_on: date
    end_on: date
    starts_at: datetime
    ends_at: datetime
    type: PeriodType

    @property
    def days(self) -> int:
        return (self.end_on - self.start_on).days

    @property
    def hours(self) -> float:
        return (self.ends_at - self.starts_at) / timedelta(hours=1)

    def __contains__(self, instant: datetime) -> bool:
        return self.starts_at <= instant < self.ends_at


def span_of(kind: PeriodType | str, day: date, zone: ZoneInfo) -> Span:
    """The period of ``kind`` that holds the local date ``day``."""
    kind = PeriodType(kind)
    start_on = first_day(kind, day)
    end_on = next_start(kind, start_on)
    return Span(start_on, end_on, day_start(start_on, zone), day_start(end_on, zone), kind)


def span_at(kind: PeriodType | str, instant: datetime, zone: ZoneInfo) -> Span:
    """The period of ``kind`` that holds ``instant``."""
    return span_of(kind, local_date(instant, zone), zone)


def spans_between(kind: PeriodType | str, first: date, last: date, zone: ZoneInfo) -> list[Span]:
    """Every period of ``kind`` that holds a local date of ``[first, last]``, in order."""
    kind = PeriodType(kind)
    starts = [first_day(kind, first)]
    while (following := next_start(kind, starts[-1])) <= last:
        starts.append(following)
    edges = [*starts, next_start(kind, starts[-1])]
    midnights = [day_start(day, zone) for day in edges]
    return [Span(edges[n], edges[n + 1], midnights[n], midnights[n + 1], kind) for n in range(len(starts))]


def first_day(kind: PeriodType | str, day: date) -> date:
    """The first local date of the period of ``kind`` that holds ``day``; weeks begin on Monday."""
    match PeriodType(kind):
        case PeriodType.WEEK:
            return day - day.weekday() * DAY
        case PeriodType.MONTH:
            return day.replace(day=1)
        case PeriodType.QUARTER:
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return day


def next_start(kind: PeriodType | str, start_on: date) -> date:
    """The first date after the period of ``kind`` that starts on ``start_on``."""
    match PeriodType(kind):
        case PeriodType.WEEK:
            return start_on + 7 * DAY
        case PeriodType.MONTH:
            return _months_later(start_on, 1)
        case PeriodType.QUARTER:
            return _months_later(start_on, 3)
    return start_on + DAY


def earlier_start(kind: PeriodType | str, start_on: date, count: int) -> date:
    """The first date of the period ``count`` periods before the one that starts on ``start_on``."""
    for _ in range(count):
        start_on = first_day(kind, start_on - DAY)
    return start_on


def label(kind: PeriodType | str, start_on: date) -> str:
    """A short name: ``3 Nov 2026``, ``W45 2026``, ``Nov 2026``, ``Q4 2026``."""
    match PeriodType(kind):
        case PeriodType.WEEK:
            year, week, _ = start_on.isocalendar()
            return f"W{week:02} {year}"
        case PeriodType.MONTH:
            return f"{start_on:%b %Y}"
        case PeriodType.QUARTER:
            return f"Q{(start_on.month + 2) // 3} {start_on.year}"
    return f"{start_on.day} {start_on:%b %Y}"


def _months_later(start_on: date, months: int) -> date:
    years, month = divmod(start_on.month - 1 + months, 12)
    return start_on.replace(year=start_on.year + years, month=month + 1)
