"""The month as weeks of days, and the agenda as one day after the other."""

from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from django.core.paginator import Paginator

from calendar_app.calendar.drawing import scope_words
from calendar_app.calendar.moments import by_day
from releasemgr.tenancy.days import local_date

ROOM = 4  # lines of a day before "+n more"
LINES = 50  # lines of an agenda page
_TICK = timedelta(microseconds=1)


class Day(NamedTuple):
    """A day of the month table; ``more`` lines did not fit, ``blockouts`` are ``(Veto, is_first_here)``."""

    date: date
    is_inside: bool
    is_today: bool
    is_rest: bool
    blockouts: list
    lines: list
    more: int
    url: str


class Stretch(NamedTuple):
    """A blockout by its local days, both included."""

    name: str
    url: str
    is_hard: bool
    first: date
    last: date
    scope: str


def weeks(page, moments):
    """``[[Day × 7], …]`` of the month."""
    days, stretches = by_day(moments.sorted()), blockouts(page)
    return [
        [_day(page, moments, monday + timedelta(days=n), days, stretches) for n in range(7)]
        for monday in page.period.weeks
    ]


def _day(page, moments, day, days, stretches):
    found = days.get(day, [])
    shown = found if len(found) <= ROOM + 1 else found[:ROOM]
    return Day(
        date=day,
        is_inside=page.period.first <= day < page.period.last,
        is_today=day == page.today,
        is_rest=day.weekday() >= 5,
        blockouts=[
            (one, day == one.first or day.weekday() == 0) for one in stretches if one.first <= day <= one.last
        ],
        lines=[moments.line(moment) for moment in shown],
        more=len(found) - len(shown),
        url=page.url(view="day", date=day),
    )


def agenda(page, moments):
    """``(Page of moments, [(day or None, [Line, …]), …])``; None stands for what lasts all the time."""
    found = Paginator(moments.sorted(), LINES).get_page(page.query.get("page"))
    groups = groupby(found.object_list, key=lambda moment: (moment.day, moment.edge == "throughout"))
    days = [
        (None if lasting else day, [moments.line(moment) for moment in group])
        for (day, lasting), group in groups
    ]
    return found, days


def blockouts(page):
    """The blockouts of the days shown, as Stretches."""
    return [
        Stretch(
            veto.name,
            page.links.blockout(veto.pk),
            veto.is_hard,
            local_date(veto.starts_at, page.zone),
            local_date(veto.ends_at - _TICK, page.zone),
            scope_words(veto, page.places),
        )
        for veto in page.window.blockouts
    ]
