"""Starter templates: read from their tables, and taken over by an organisation with one click."""

from django.db import transaction
from django.utils.text import slugify

from calendar_app.models import Gate, Template
from calendar_app.templates.plan import (
    ActivityPlan,
    ApprovalPlan,
    CriterionPlan,
    GatePlan,
    PartPlan,
    PhasePlan,
    Plan,
)
from calendar_app.templates.starting_texts import STARTERS
from calendar_app.templates.versions import publish, start_template

__all__ = ["STARTERS", "starter_plan", "take_over"]

_ROLLUPS = {Gate.Rollup.ALL.value, Gate.Rollup.REQUIRED.value}


def take_over(code, *, by, at):
    """A published template of this organisation from the starter ``code``. Returns the Template."""
    starter = STARTERS[code]
    with transaction.atomic():
        template = Template(
            name=_free_name(starter.name),
            kind=starter.kind,
            description=starter.description,
            starter=code,
        )
        start_template(template, by=by, at=at, plan=starter_plan(code))
        publish(template.versions.get(), by=by, at=at)
    return template


def starter_plan(code):
    """The Plan of a starter."""
    text = STARTERS[code]
    criteria = [_criterion(row) for row in _rows(text.criteria)]
    return Plan(
        phases=tuple(
            PhasePlan(slugify(name), name, kind, int(days), int(overlap))
            for name, kind, days, overlap in _rows(text.phases)
        ),
        gates=tuple(_gate(row) for row in _rows(text.gates)),
        criteria=tuple(criteria),
        activities=tuple(
            ActivityPlan(f"{slugify(phase)}-{slugify(name)}"[:60], name, slugify(phase), part, int(days))
            for name, phase, days, part in _rows(text.activities)
        ),
        approvals=tuple(
            ApprovalPlan(
                f"{slugify(gate)}-{slugify(name)}"[:60], name, slugify(gate), group, int(needed), int(step)
            )
            for name, gate, group, needed, step in _rows(text.approvals)
        ),
        parts=tuple(PartPlan(part, part, who) for part, who in _rows(text.parts)),
    )


def _gate(row):
    name, kind, phase, days, flags = row
    words = {word.strip() for word in flags.split(",")}
    return GatePlan(
        slugify(name),
        name,
        kind,
        slugify(phase),
        int(days),
        is_required="optional" not in words,
        locks_scope="locks scope" in words,
        rollup=next(iter(words & _ROLLUPS), Gate.Rollup.NONE.value),
    )


def _criterion(row):
    name, gate, kind, days, part, ruling = row
    rule, *parameters = ruling.split() or [""]
    pairs = dict(one.split("=") for one in parameters)
    return CriterionPlan(
        f"{slugify(gate)}-{slugify(name)}"[:60],
        name,
        slugify(gate),
        kind,
        rule=rule,
        parameters={key: int(value) for key, value in pairs.items()},
        owner_part=part,
        days_before=int(days),
    )


def _rows(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _free_name(name):
    """The name itself, or with the first number that makes it free."""
    taken = set(Template.objects.filter(name__startswith=name).values_list("name", flat=True))
    return next(one for one in (name, *(f"{name} ({n})" for n in range(2, 1000))) if one not in taken)
