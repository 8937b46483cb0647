"""Planting working calendars and templates: the standard calendar, one of another country, the five starters."""

from dataclasses import replace
from datetime import date, timedelta

from calendar_app.models import Release
from calendar_app.releases.plans import plan
from calendar_app.templates.build import build
from calendar_app.templates.plan import parsed
from calendar_app.templates.starters import STARTERS, take_over
from calendar_app.templates.versions import draft_of, publish, redraft
from releasemgr.portfolio.models import CalendarException, WorkingCalendar

_COUNTRIES = {"Europe/London": ("GB", "ENG", "England"), "Europe/Lisbon": ("PT", "", "Portugal")}
_ELSEWHERE = ("IN", "", "India")
_AHEAD_DAYS = 110  # an upgrade planned from its template lies far enough ahead that nothing of it has begun


def plant_templates(scene):
    """Plant calendars and templates, and a release planned from one."""
    country, part, name = _COUNTRIES.get(scene.org.time_zone, ("DE", "HE", "Hesse"))
    standard = WorkingCalendar(name=name, country=country, subdivision=part, is_default=True)
    country, part, name = _ELSEWHERE
    scene.plant([standard, WorkingCalendar(name=f"{name}, second shore", country=country, subdivision=part)])
    scene.plant(_exceptions(standard, scene.today))
    templates = {code: take_over(code, by=None, at=scene.now) for code in STARTERS}
    _upgrade(scene, templates["package"])
    _publish_longer(templates["package"], at=scene.now)
    draft_of(templates["mobile"], by=None, at=scene.now)
    return templates


def _exceptions(calendar, today):
    """The bridge day after Christmas is off; a Saturday is worked for the stocktaking."""
    saturday = date(today.year + 1, 1, 10)
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    return [
        CalendarException(calendar=calendar, day=date(today.year, 12, 28), name="Bridge day"),
        CalendarException(calendar=calendar, day=saturday, is_working=True, name="Stocktaking"),
    ]


def _upgrade(scene, template):
    day = scene.in_days(_AHEAD_DAYS)
    release = Release(
        kind=Release.Kind.PROJECT,
        name="Upgrade of the reporting package",
        project=next(iter(scene.projects.values())),
        owner=scene.people[0],
        description="Bought software; the vendor supports the old release for half a year more.",
        target_date=day + timedelta(days=(5 - day.weekday()) % 7),
    )
    row = plan([release], by=None, at=scene.now).rows[0]
    build(row, template.versions.get(), by=None, at=scene.now)


def _publish_longer(template, *, at):
    """A second version whose first phase takes a day more; it is offered to the upgrade."""
    draft = draft_of(template, by=None, at=at)
    first, *rest = parsed(draft.plan).phases
    draft = redraft(draft, "phases", [replace(first, days=first.days + 1), *rest], by=None, at=at).rows[0]
    publish(draft, by=None, at=at)
