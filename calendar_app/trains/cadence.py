"""How often a train runs: a rule of RFC 5545 over whole days, as a person chooses it and as it is stored."""

from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice

from dateutil.rrule import rrulestr
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Unit(models.TextChoices):
    WEEKS = "weeks", gettext_lazy("weeks")
    MONTHS_BY_DAY = "months-day", gettext_lazy("months, on the same day of the month")
    MONTHS_BY_WEEKDAY = "months-weekday", gettext_lazy("months, on the same weekday of the month")


@dataclass(frozen=True)
class Cadence:
    """Every ``interval`` units from a first day on."""

    interval: int
    unit: str

    def rule(self, first_on):
        """The rule as it is stored (RFC 5545, without DTSTART)."""
        if self.unit == Unit.WEEKS:
            return f"FREQ=WEEKLY;INTERVAL={self.interval}"
        monthly = f"FREQ=MONTHLY;INTERVAL={self.interval}"
        if self.unit == Unit.MONTHS_BY_WEEKDAY:
            return f"{monthly};BYDAY={_ordinal(first_on)}{_DAYS[first_on.weekday()]}"
        if first_on.day <= 28:
            return f"{monthly};BYMONTHDAY={first_on.day}"
        days = ",".join(str(day) for day in range(28, first_on.day + 1))
        return f"{monthly};BYMONTHDAY={days};BYSETPOS=-1"  # the last of them that the month has

    @classmethod
    def of(cls, rule):
        """The cadence of a stored rule."""
        parts = dict(part.split("=") for part in rule.split(";"))
        interval = int(parts.get("INTERVAL", 1))
        if parts["FREQ"] == "WEEKLY":
            return cls(interval, Unit.WEEKS)
        return cls(interval, Unit.MONTHS_BY_WEEKDAY if "BYDAY" in parts else Unit.MONTHS_BY_DAY)

    def in_words(self):
        """ "Every 3 months, on the same weekday of the month"."""
        if self.unit == Unit.WEEKS:
            return ngettext("Every week", "Every %(n)d weeks", self.interval) % {"n": self.interval}
        months = ngettext("Every month", "Every %(n)d months", self.interval) % {"n": self.interval}
        if self.unit == Unit.MONTHS_BY_WEEKDAY:
            return _("%(months)s, on the same weekday of the month") % {"months": months}
        return _("%(months)s, on the same day of the month") % {"months": months}


def slots(rule, first_on, *, after, count):
    """The next ``count`` days on which a train runs, later than the local day ``after`` (None: from the first)."""
    days = (moment.date() for moment in rrulestr(rule, dtstart=datetime.combine(first_on, time.min)))
    return list(islice((day for day in days if after is None or day > after), count))


def _ordinal(day):
    """Which of its weekday a day is in its month: 1 to 4, -1 for a fifth, which not every month has."""
    nth = (day.day - 1) // 7 + 1
    return nth if nth < 5 else -1
