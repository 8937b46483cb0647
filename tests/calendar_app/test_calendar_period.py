"""Which days a page shows, and where its arrows lead."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from calendar_app.calendar.period import Period, asked_day

NOVEMBER_23 = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("view", "first", "last", "previous"),
    [
        ("month", date(2026, 11, 1), date(2026, 12, 1), date(2026, 10, 1)),
        ("quarter", date(2026, 10, 1), date(2027, 1, 1), date(2026, 7, 1)),
        ("half-year", date(2026, 7, 1), date(2027, 1, 1), date(2026, 1, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1), date(2025, 1, 1)),
        ("list", date(2026, 11, 23), date(2026, 12, 21), date(2026, 10, 26)),
        ("day", date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 22)),
    ],
)
def test_a_view_shows_the_period_around_a_day(view, first, last, previous):
    period = Period.around(view, NOVEMBER_23)

    assert (period.first, period.last, period.previous, period.next) == (first, last, previous, last)
    assert Period.around(view, period.next).previous == first


def test_a_month_fills_its_first_and_last_week():
    period = Period.around("month", date(2026, 11, 5))

    assert period.weeks == [
        date(2026, 10, 26 + 7 * n) if n == 0 else date(2026, 11, 7 * n - 5) for n in range(6)
    ]
    assert period.shown() == (date(2026, 10, 26), date(2026, 12, 7))


def test_the_days_of_a_period_begin_at_midnight_of_the_organisation():
    starts_at, ends_at = Period.around("quarter", NOVEMBER_23).bounds(ZoneInfo("Europe/Berlin"))

    assert starts_at.isoformat() == "2026-09-30T22:00:00+00:00"
    assert ends_at.isoformat() == "2026-12-31T23:00:00+00:00", "an hour later than in summer time"


@pytest.mark.parametrize("text", ["", "tomorrow", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_show_is_today(text):
    assert asked_day(text, NOVEMBER_23) == NOVEMBER_23
