"""Counting working days: weekends, public holidays by country, exceptions. Pure, on local days."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from operator import itemgetter

import holidays
from holidays.registry import COUNTRIES

WEEKEND = frozenset({6, 7})
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """Which days are worked: ``weekend`` by ISO weekday, ``off`` and ``on`` (day -> why) beat everything else."""

    weekend: frozenset[int] = WEEKEND
    country: str = ""
    subdivision: str = ""
    off: Mapping[date, str] = field(default_factory=dict)
    on: Mapping[date, str] = field(default_factory=dict)

    def is_working(self, day):
        """Whether people work on a local day."""
        if day in self.on:
            return True
        return day.isoweekday() not in self.weekend and not self.holiday(day)

    def holiday(self, day):
        """The name of the holiday or extra day off on a day, "" when there is none."""
        if day in self.off:
            return self.off[day]
        return holidays_of(self.country, self.subdivision, day.year).get(day, "") if self.country else ""

    def on_or_before(self, day):
        """The day itself when it is worked, else the last working day before it."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def on_or_after(self, day):
        """The day itself when it is worked, else the first working day after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def add(self, day, count):
        """The ``count``-th working day after a day, before it when negative; 0 gives the day itself, worked or not."""
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def between(self, first, last):
        """How many working days lie after ``first`` up to and including ``last``; negative the other way round."""
        if last < first:
            return -self._count(last, first - _DAY)
        return self._count(first + _DAY, last)

    def _count(self, first, last):
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return sum(self.is_working(day) for day in days)


@lru_cache(maxsize=512)
def holidays_of(country, subdivision, year):
    """``{day: name}`` of the public holidays of a year; names in English where the source has them."""
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=year, language=_language(country)
    )
    return {day: name for day, name in found.items() if day.year == year}


@lru_cache(maxsize=1)
def countries():
    """``{code: name}`` of every country whose holidays are known, by name."""
    return dict(sorted(((names[1], _spaced(names[0])) for names in COUNTRIES.values()), key=itemgetter(1)))


@lru_cache(maxsize=300)
def subdivisions(country):
    """``{code: name}`` of the parts of a country that have holidays of their own."""
    source = _class_of(country)
    names = {code: name for name, code in source.subdivisions_aliases.items()}
    return {code: names.get(code, code) for code in source.subdivisions}


@lru_cache(maxsize=300)
def _language(country):
    languages = getattr(_class_of(country), "supported_languages", ())
    return next((one for one in ("en_GB", "en_US") if one in languages), None)


@lru_cache(maxsize=300)
def _class_of(country):
    return type(holidays.country_holidays(country, years=2000))


def _spaced(name):
    """``UnitedStates`` as people write it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removeprefix("Holidays"))
