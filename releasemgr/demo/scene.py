"""The scene a demo organisation is played in: its clock, its dice and what stands in it so far."""

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from releasemgr.changes.revisions import create
from releasemgr.demo.blueprint import Blueprint
from releasemgr.tenancy.days import day_start
from releasemgr.tenancy.models import Organisation, next_numbers

# Monday to Sunday, as shares of the releases in the OpenStack data pack: quiet weekends, Thursdays busiest.
WEEKDAYS = (0.19, 0.15, 0.20, 0.27, 0.18, 0.005, 0.005)


@dataclass
class Scene:
    """One organisation while it is planted. ``today`` is its local day; history ends where that day begins."""

    blueprint: Blueprint
    org: Organisation
    random: Random
    today: date
    people: list = field(default_factory=list)
    projects: dict = field(default_factory=dict)  # key -> Project
    nodes: dict = field(default_factory=dict)  # name -> Portfolio
    applications: dict = field(default_factory=dict)  # key -> Application
    environments: dict = field(default_factory=dict)  # key -> Environment
    planted: Counter = field(default_factory=Counter)

    @property
    def now(self):
        """The instant at which today begins."""
        return day_start(self.today, self.org.zone)

    def at(self, day, hours=0.0):
        """The instant ``hours`` after the beginning of a local day."""
        return day_start(day, self.org.zone) + timedelta(hours=hours)

    def in_days(self, days):
        """The local day that many days from today."""
        return self.today + timedelta(days=days)

    def chance(self, probability):
        """True in that share of cases."""
        return self.random.random() < probability

    def lognormal_hours(self, median, sigma):
        """A duration with that median in hours and that sigma of its logarithm."""
        return timedelta(seconds=round(3600 * self.random.lognormvariate(math.log(median), sigma)))

    def someone(self):
        """A person of the organisation."""
        return self.random.choice(self.people)

    def working_hour(self, day):
        """An instant in the working hours of a local day."""
        return self.at(day) + timedelta(minutes=round(60 * self.random.triangular(8, 18.5, 11)))

    def workday_near(self, day):
        """A day of the same week, drawn by how busy each weekday is."""
        weekday = self.random.choices(range(7), WEEKDAYS)[0]
        return day + timedelta(days=weekday - day.weekday())

    def plant(self, rows, *, noun=None):
        """Write rows of one model as its verb does, with numbers when the noun has them. Returns the rows."""
        if noun and rows:
            for row, number in zip(rows, next_numbers(noun, len(rows)), strict=True):
                row.number = number
        create(rows, by=None, at=self.now)
        if rows:
            self.planted[type(rows[0])._meta.label_lower] += len(rows)
        return rows


def is_year_end(day):
    """Whether a bank would rather not release on that day."""
    return (day.month, day.day) >= (12, 17) or (day.month, day.day) <= (1, 4)


def instant_or_none(instant: datetime, now: datetime):
    """The instant when it lies in the past, else None: the future has not happened yet."""
    return instant if instant < now else None
