"""How the dates of a release follow its go-live: by days, over working days, or as its enterprise release does."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Phase
from calendar_app.templates.dates import Count, Dates, Ground, NoDay, count_for, dates_of
from calendar_app.templates.ground import grounds_of
from calendar_app.templates.plan import parsed


@dataclass(frozen=True)
class DayShift:
    """Every date by as many days as the go-live."""

    days: timedelta

    def day(self, day, kind=""):
        return day + self.days

    def span(self, phase):
        """``(starts_on, ends_on)`` of a phase."""
        return phase.starts_on + self.days, phase.ends_on + self.days

    def gate(self, gate):
        return gate.planned_date + self.days

    def due(self, section, row):
        return row.due_on + self.days


@dataclass(frozen=True)
class WorkShift:
    """Over working days: what is as the template planned it is planned anew; the rest keeps its distance in working days."""

    old: date
    new: date
    ground: Ground
    before: Dates
    after: Dates

    def day(self, day, kind=""):
        """A day at the same distance from the go-live, counted for that kind of phase."""
        was, will = self._count(kind, self.old), self._count(kind, self.new)
        return will.step(self.new, -was.between(day, self.old))

    def span(self, phase):
        was, will = (dates.phases.get(phase.template_key) for dates in (self.before, self.after))
        if was and (was.first, was.last) == (phase.starts_on, phase.ends_on):
            return will.first, will.last
        return self.day(phase.starts_on, phase.kind), self.day(phase.ends_on, phase.kind)

    def gate(self, gate):
        if self.before.gates.get(gate.template_key) == gate.planned_date:
            return self.after.gates[gate.template_key]
        return self.day(gate.planned_date, gate.phase.kind if gate.phase_id else "")

    def due(self, section, row):
        if self.before.due[section].get(row.template_key) == row.due_on:
            return self.after.due[section][row.template_key]
        return self.day(row.due_on)

    def _count(self, kind, target) -> Count:
        return count_for(kind, self.ground, target)


def shifts_of(moves):
    """``{release.pk: shift}`` of moves (each with ``release`` and ``target_date``) whose go-live had another date."""
    moving = [one for one in moves if one.release.target_date not in (None, one.target_date)]
    planned = [one for one in moving if one.release.template_version_id]
    found = {one.release.pk: DayShift(one.target_date - one.release.target_date) for one in moving}
    days = [day for one in planned for day in (one.release.target_date, one.target_date)]
    grounds = grounds_of([one.release for one in planned], targets=days) if planned else {}
    return found | {one.release.pk: _work_shift(one, grounds[one.release.pk]) for one in planned}


def open_phases(releases):
    """Phases of these releases that are still to come or going on."""
    return Phase.objects.filter(
        release__in=releases, status__in=[Phase.Status.PLANNED, Phase.Status.ACTIVE]
    ).order_by("pk")


def _work_shift(move, ground):
    plan, old, new = parsed(move.release.template_version.plan), move.release.target_date, move.target_date
    try:
        return WorkShift(old, new, ground, dates_of(plan, old, ground), dates_of(plan, new, ground))
    except NoDay as none:
        message = _("Blockouts and days off leave no day to plan this on.")
        raise ValidationError({"target_date": message}) from none
