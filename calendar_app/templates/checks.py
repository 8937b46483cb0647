"""What a plan must be like: faults, each at its section, entry and field."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Stakeholder
from calendar_app.templates.plan import SECTIONS

MOST_ENTRIES = {"phases": 30, "gates": 60, "criteria": 200, "activities": 200, "approvals": 120, "parts": 60}
MOST_DAYS = 250
MOST_DAYS_IN_ALL = 750


@dataclass(frozen=True)
class Fault:
    """What is wrong with one entry; ``index`` None is for the whole section, ``field`` "" for the whole entry."""

    section: str
    index: int | None
    field: str
    message: str


def faults_of(plan):
    """Everything that keeps a plan from being published, in reading order."""
    return [
        *_too_many(plan),
        *_twice(plan),
        *_phases(plan.phases),
        *_gates(plan),
        *_dangling(plan, "criteria", "gate", plan.gates),
        *_dangling(plan, "activities", "phase", plan.phases),
        *_dangling(plan, "approvals", "gate", plan.gates),
        *_approvals(plan.approvals),
        *_parts(plan.parts),
    ]


def gaps_of(plan):
    """What makes a plan unfit to be published although every entry is sound."""
    if not any(not phase.is_after_go_live for phase in plan.phases):
        return [_("It needs at least one phase before the go-live.")]
    return []


def _too_many(plan):
    for section, most in MOST_ENTRIES.items():
        if len(getattr(plan, section)) > most:
            yield Fault(section, None, "", _("At most %(n)d are possible.") % {"n": most})


def _twice(plan):
    """Names within a section (of the gate or phase they belong to) tell entries apart."""
    for section, kind in SECTIONS.items():
        if section == "parts":
            continue
        seen, above = set(), "gate" if "gate" in kind.__dataclass_fields__ else "phase"
        for index, entry in enumerate(getattr(plan, section)):
            place = getattr(entry, above, "") if section not in ("phases", "gates") else ""
            if (entry.name.casefold(), place) in seen:
                yield Fault(section, index, "name", _("That name stands here twice."))
            seen.add((entry.name.casefold(), place))


def _phases(phases):
    is_over = False
    for index, phase in enumerate(phases):
        if is_over and not phase.is_after_go_live:
            yield Fault("phases", index, "kind", _("Hypercare comes last; put this phase before it."))
        is_over = is_over or phase.is_after_go_live
        if not 1 <= phase.days <= MOST_DAYS:
            yield Fault("phases", index, "days", _("Between 1 and %(n)d days.") % {"n": MOST_DAYS})
        if phase.overlap >= phase.days or phase.overlap < -MOST_DAYS:
            yield Fault("phases", index, "overlap", _("Fewer days than the phase is long."))
    if sum(phase.days for phase in phases) > MOST_DAYS_IN_ALL:
        yield Fault("phases", None, "", _("At most %(n)d days in all.") % {"n": MOST_DAYS_IN_ALL})


def _gates(plan):
    phases = {phase.key: phase for phase in plan.phases}
    for index, gate in enumerate(plan.gates):
        if gate.phase and gate.phase not in phases:
            yield Fault("gates", index, "phase", _("That phase is not part of the template any more."))
        elif gate.phase and phases[gate.phase].is_after_go_live:
            yield Fault("gates", index, "phase", _("A gate comes before the go-live."))
        if not 0 <= gate.days_before <= MOST_DAYS:
            yield Fault("gates", index, "days_before", _("Between 0 and %(n)d days.") % {"n": MOST_DAYS})
        if (gate.rollup == Gate.Rollup.SOME) != (gate.rollup_needed is not None):
            yield Fault("gates", index, "rollup_needed", _("Say how many, for “at least a number” only."))


def _dangling(plan, section, name, above):
    keys = {one.key for one in above}
    for index, entry in enumerate(getattr(plan, section)):
        if getattr(entry, name) not in keys:
            yield Fault(section, index, name, _("What this belongs to is not part of the template any more."))
        days = getattr(entry, "days_before", 0)
        if not 0 <= days <= MOST_DAYS:
            yield Fault(section, index, "days_before", _("Between 0 and %(n)d days.") % {"n": MOST_DAYS})


def _approvals(approvals):
    for index, approval in enumerate(approvals):
        for name in ("needed", "step"):
            if not 1 <= getattr(approval, name) <= 50:
                yield Fault("approvals", index, name, _("Between 1 and 50."))
        if not approval.group:
            yield Fault("approvals", index, "group", _("Name the group that approves."))


def _parts(parts):
    counted = Counter(entry.who for entry in parts)
    accountable = [entry for entry in parts if entry.part == Stakeholder.Part.ACCOUNTABLE]
    for index, entry in enumerate(parts):
        if counted[entry.who] > 1:
            yield Fault("parts", index, "who", _("Each person has one part."))
        if len(accountable) > 1 and entry in accountable:
            yield Fault("parts", index, "part", _("Exactly one is accountable."))
