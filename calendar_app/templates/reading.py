"""Plans as people read them: sections with words for each value, and the difference between two versions."""

from dataclasses import dataclass, fields

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calendar_app.gates.facts import rulebook
from calendar_app.models import Criterion, Gate, Phase, Stakeholder
from calendar_app.templates.plan import LEAD, OWNER, SECTIONS
from releasemgr.portfolio.models import Person

TITLES = {
    "phases": gettext_lazy("Phases"),
    "gates": gettext_lazy("Gates"),
    "criteria": gettext_lazy("Criteria"),
    "activities": gettext_lazy("Activities"),
    "approvals": gettext_lazy("Approval rules"),
    "parts": gettext_lazy("Parts (RACI)"),
}
_LABELS = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "days": gettext_lazy("Working days"),
    "overlap": gettext_lazy("Overlap with the next"),
    "phase": gettext_lazy("Phase"),
    "gate": gettext_lazy("Gate"),
    "days_before": gettext_lazy("Days before"),
    "is_required": gettext_lazy("Required"),
    "locks_scope": gettext_lazy("Locks scope"),
    "rollup": gettext_lazy("Roll-up"),
    "rollup_needed": gettext_lazy("At least"),
    "is_mandatory": gettext_lazy("Mandatory"),
    "rule": gettext_lazy("Judged by"),
    "parameters": gettext_lazy("With"),
    "owner_part": gettext_lazy("Owner"),
    "group": gettext_lazy("Group"),
    "needed": gettext_lazy("Needed"),
    "step": gettext_lazy("Step"),
    "allows_own": gettext_lazy("Requester may approve"),
    "part": gettext_lazy("Part"),
    "who": gettext_lazy("Who"),
}
_KINDS = {"phases": Phase.Kind, "gates": Gate.Kind, "criteria": Criterion.Kind}


@dataclass(frozen=True)
class Section:
    """A section as a table: ``rows`` hold one text per column."""

    name: str
    title: str
    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Difference:
    """An entry that one version has otherwise than another: ``verb`` is added, removed or changed."""

    section: str
    name: str
    verb: str
    changes: list[tuple[str, str, str]]


def sections_of(plan):
    """Every section of a plan in words."""
    names = names_of(plan)
    return [
        Section(
            section,
            TITLES[section],
            [_LABELS[name] for name in _shown(section)],
            [
                [worded(section, name, getattr(entry, name), names) for name in _shown(section)]
                for entry in getattr(plan, section)
            ],
        )
        for section in SECTIONS
    ]


def differences(before, after):
    """What ``after`` says otherwise than ``before``, entry by entry, by their keys."""
    names, found = names_of(before) | names_of(after), []
    for section in SECTIONS:
        old = {entry.key: entry for entry in getattr(before, section)}
        new = {entry.key: entry for entry in getattr(after, section)}
        for key in dict.fromkeys([*old, *new]):
            was, now_is = old.get(key), new.get(key)
            changes = _changes(section, was, now_is, names) if was and now_is else []
            verb = _("removed") if now_is is None else _("added") if was is None else _("changed")
            if changes or was is None or now_is is None:
                found.append(Difference(TITLES[section], _title(now_is or was, names), verb, changes))
    return found


def _changes(section, was, now_is, names):
    return [
        (_LABELS[name], *(worded(section, name, getattr(one, name), names) for one in (was, now_is)))
        for name in _shown(section)
        if getattr(was, name) != getattr(now_is, name)
    ]


def _shown(section):
    return [one.name for one in fields(SECTIONS[section]) if one.name != "key"]


def _title(entry, names):
    return getattr(entry, "name", None) or worded("parts", "who", entry.who, names)


def names_of(plan):
    """Names of what entries point at: phases, gates and people."""
    found = {entry.key: entry.name for entry in (*plan.phases, *plan.gates)}
    ids = {part.who for part in plan.parts} - {OWNER, LEAD}
    people = Person.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return found | {str(pk): name for pk, name in people}


def worded(section, name, value, names):
    """A value of an entry as people read it; ``names`` as of `names_of`."""
    if name == "who":
        return {OWNER: _("Owner of the release"), LEAD: _("Lead of the project")}.get(value) or names.get(
            value, "–"
        )
    if name in ("phase", "gate"):
        return names.get(value) or _("Go-live")
    if isinstance(value, bool):
        return _("Yes") if value else "–"
    if name == "parameters":
        return ", ".join(f"{key} = {given}" for key, given in value.items()) or "–"
    return str(_choices(section, name).get(value, value)) if value not in ("", None) else "–"


def _choices(section, name):
    if name == "kind":
        return dict(_KINDS[section].choices)
    if name in ("part", "owner_part"):
        return dict(Stakeholder.Part.choices)
    if name == "rollup":
        return dict(Gate.Rollup.choices)
    return {rule.code: rule.label for rule in rulebook.values()} if name == "rule" else {}
