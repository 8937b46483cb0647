"""Periods: worked example W01, odd midnights, and what holds for every zone and instant."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasemgr.tenancy.days import day_start, local_date
from reporting.periods import (
    DAY,
    PeriodType,
    earlier_start,
    label,
    span_at,
    span_of,
    spans_between,
)

BERLIN, HAVANA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Havana")
ODD_ZONES = [
    "Europe/Berlin",
    "America/Havana",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/Toronto",
    "Asia/Kathmandu",
]
zones = st.sampled_from([ZoneInfo(name) for name in ODD_ZONES])
days = st.dates(date(1995, 1, 1), date(2035, 1, 1))
instants = st.datetimes(datetime(1995, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_w01_march_in_berlin():
    march = span_of("month", date(2026, 3, 15), BERLIN)

    assert (march.starts_at, march.ends_at) == (utc("2026-02-28T23:00"), utc("2026-03-31T22:00"))
    assert (march.days, march.hours) == (31, 743)


def test_w01_the_week_of_the_clock_change():
    week = span_of("week", date(2026, 3, 25), BERLIN)

    assert (week.starts_at, week.ends_at, week.hours) == (
        utc("2026-03-22T23:00"),
        utc("2026-03-29T22:00"),
        167,
    )
    assert label("week", week.start_on) == "W13 2026"


def test_w01_a_day_of_23_hours():
    assert span_of("day", date(2026, 3, 29), BERLIN).hours == 23


@pytest.mark.parametrize(
    ("instant", "month"), [("2026-03-31T21:59:59", "Mar 2026"), ("2026-03-31T22:00:00", "Apr 2026")]
)
def test_w01_the_end_of_march(instant, month):
    assert label("month", span_at("month", utc(instant), BERLIN).start_on) == month


def test_a_repeated_midnight_is_its_first_occurrence():
    day = span_of("day", date(2026, 11, 1), HAVANA)

    assert (day.starts_at, day.hours) == (utc("2026-11-01T04:00"), 25)
    assert local_date(utc("2026-11-01T04:30"), HAVANA) == date(2026, 11, 1)


def test_a_midnight_that_is_jumped_over_is_the_first_instant_after_it():
    assert day_start(date(2026, 3, 8), HAVANA) == utc("2026-03-08T05:00")
    assert span_of("day", date(2026, 3, 8), HAVANA).hours == 23


def test_a_gap_that_begins_before_midnight_ends_where_the_clock_starts_again():
    """Toronto jumped from 23:30 on 30 March 1919 to 00:30 on the 31st."""
    toronto = ZoneInfo("America/Toronto")

    assert day_start(date(1919, 3, 31), toronto) == utc("1919-03-31T04:30")


def test_a_day_that_never_was_is_empty():
    """Samoa went from 29 to 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    missing = span_of("day", date(2011, 12, 30), apia)

    assert missing.starts_at == missing.ends_at
    assert local_date(missing.starts_at, apia) == date(2011, 12, 31)


def test_quarters_and_months_step_over_the_year():
    quarters = spans_between("quarter", date(2025, 11, 3), date(2026, 4, 1), BERLIN)

    assert [label("quarter", q.start_on) for q in quarters] == ["Q4 2025", "Q1 2026", "Q2 2026"]
    assert earlier_start("month", date(2026, 2, 1), 3) == date(2025, 11, 1)
    assert label("day", date(2026, 11, 3)) == "3 Nov 2026"


@given(zones, instants, st.sampled_from(PeriodType))
def test_every_instant_lies_in_exactly_the_period_it_is_given(zone, instant, kind):
    assert instant in span_at(kind, instant, zone)


@given(zones, days, st.sampled_from(PeriodType))
def test_periods_follow_each_other_without_gap_or_overlap(zone, day, kind):
    first, *rest = spans_between(kind, day, day + 100 * DAY, zone)

    for following in rest:
        assert (first.end_on, first.ends_at) == (following.start_on, following.starts_at)
        first = following


@given(zones, days)
def test_a_local_day_starts_within_a_day_of_utc_and_lasts_at_most_two(zone, day):
    span = span_of("day", day, zone)

    assert abs(span.starts_at - datetime(day.year, day.month, day.day, tzinfo=UTC)) <= timedelta(hours=26)
    assert timedelta(0) <= span.ends_at - span.starts_at <= timedelta(hours=26)
