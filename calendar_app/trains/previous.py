"""Start from the previous release: its manifest, people, phases and gates, moved to the new go-live."""

from copy import copy
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import (
    ApprovalRule,
    ApprovalSeat,
    Criterion,
    Gate,
    Phase,
    PhaseActivity,
    Release,
    ReleaseImpact,
    Stakeholder,
)
from calendar_app.releases.plans import plan
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import create, settle
from releasemgr.portfolio.models import Project
from releasemgr.tenancy.ids import uuid7


@dataclass(frozen=True)
class Parts:
    """What is taken over besides the release itself."""

    manifest: bool = True
    people: bool = True
    plans: bool = True


def start_from(previous, *, name, target_date, parts, by, at):
    """Plan an enterprise release like ``previous``, with every date as far from the go-live as it was there.

    Cancelled children, phases and gates are left out, as are projects that were closed since; states, evidence,
    decisions and baselines start anew. Returns the new release.
    """
    if previous.kind != Release.Kind.ENTERPRISE or not previous.target_date:
        raise ValidationError({"previous": _("Choose an enterprise release with a go-live date.")})
    shift = target_date - previous.target_date
    with transaction.atomic(), one_act():
        release = _like(previous, shift, parent=None, name=name)
        pairs = [(previous, release)]
        _plan(pairs, by=by, at=at)
        if parts.manifest:
            children = _children(previous, release, shift)
            _plan(children, by=by, at=at)
            pairs += children
        if parts.people:
            _copy_people(pairs, by=by, at=at)
        if parts.plans:
            _copy_plans(pairs, shift, by=by, at=at)
    return release


def manifest_of(previous):
    """The project releases that would be taken over: not cancelled, their project still active."""
    children = previous.children.exclude(status=Release.Status.CANCELLED)
    return children.filter(project__status=Project.Status.ACTIVE).order_by("number")


def _children(previous, release, shift):
    return [
        (child, _like(child, shift, parent=release, name=f"{child.project}, {release}"[:160]))
        for child in manifest_of(previous).select_related("project")
    ]


def _like(source, shift, *, parent, name):
    return Release(
        kind=source.kind,
        name=name,
        parent=parent,
        project_id=source.project_id,
        portfolio_id=source.portfolio_id,
        owner_id=source.owner_id,
        release_type_id=source.release_type_id,
        template_version_id=source.template_version_id,
        follows_parent=source.follows_parent,
        risk=source.risk,
        risk_level_id=source.risk_level_id,
        starts_on=_moved(source.starts_on, shift),
        target_date=_moved(source.target_date, shift),
        entry_deadline=_moved(source.entry_deadline, shift),
    )


def _plan(pairs, *, by, at):
    """Write releases, each with the system impacts of the one it is like."""
    if not pairs:
        return
    plan([copied for _source, copied in pairs], by=by, at=at)
    releases = {source.pk: copied for source, copied in pairs}
    impacts = [
        ReleaseImpact(
            release=releases[impact.release_id], application_id=impact.application_id, impact=impact.impact
        )
        for impact in ReleaseImpact.objects.filter(release__in=releases)
    ]
    ReleaseImpact.objects.bulk_create(impacts, batch_size=500)
    if impacts:
        settle(impacts, at=at)


def _copy_people(pairs, *, by, at):
    fresh = {source.pk: copied for source, copied in pairs}
    rows = Stakeholder.objects.filter(release__in=fresh).order_by("pk")
    create([_fresh(row, release=fresh[row.release_id]) for row in rows], by=by, at=at)


def _copy_plans(pairs, shift, *, by, at):
    """Phases with their activities, gates with their criteria, rules of approval and roll-ups."""
    releases = {source.pk: copied for source, copied in pairs}
    phases = _copies(
        Phase.objects.filter(release__in=releases).exclude(status=Phase.Status.CANCELLED),
        lambda row: _fresh(
            row,
            release=releases[row.release_id],
            starts_on=_moved(row.starts_on, shift),
            ends_on=_moved(row.ends_on, shift),
            baseline_starts_on=None,
            baseline_ends_on=None,
            status=Phase.Status.PLANNED,
            entered_at=None,
            left_at=None,
        ),
    )
    gates = _copies(
        Gate.objects.filter(release__in=releases).exclude(state=Gate.State.CANCELLED),
        lambda row: _fresh(
            row,
            release=releases[row.release_id],
            phase=phases.get(row.phase_id),
            parent_id=None,
            planned_date=_moved(row.planned_date, shift),
            baseline_date=None,
            source_key="",
            state=Gate.State.OPEN,
        ),
    )
    parents = dict(Gate.objects.filter(pk__in=gates).values_list("pk", "parent_id"))
    for pk, gate in gates.items():
        gate.parent_id = gates[parents[pk]].pk if parents[pk] in gates else None
    create(list(phases.values()), by=by, at=at)
    create(_parents_first(gates.values()), by=by, at=at)
    create(_activities(phases, shift), by=by, at=at)
    create(_criteria(gates, shift), by=by, at=at)
    _copy_rules(gates, by=by, at=at)


def _activities(phases, shift):
    rows = PhaseActivity.objects.filter(phase__in=phases).order_by("phase", "position", "pk")
    return [
        _fresh(row, phase=phases[row.phase_id], due_on=_moved(row.due_on, shift), percent_done=0)
        for row in rows
    ]


def _criteria(gates, shift):
    rows = Criterion.objects.filter(gate__in=gates, condition_of=None).order_by("gate", "position", "pk")
    return [
        _fresh(
            row,
            gate=gates[row.gate_id],
            due_on=_moved(row.due_on, shift),
            state=Criterion.State.OPEN,
            value={},
            judged_at=None,
            evidence_url="",
            evidence_note="",
        )
        for row in rows
    ]


def _copy_rules(gates, *, by, at):
    rules = _copies(
        ApprovalRule.objects.filter(gate__in=gates), lambda row: _fresh(row, gate=gates[row.gate_id])
    )
    create(list(rules.values()), by=by, at=at)
    seats = ApprovalSeat.objects.filter(rule__in=rules).order_by("pk")
    ApprovalSeat.objects.bulk_create(
        [ApprovalSeat(rule=rules[seat.rule_id], person_id=seat.person_id) for seat in seats]
    )


def _copies(queryset, made):
    """``{id of the source: its unsaved copy}``."""
    return {row.pk: made(row) for row in queryset.order_by("pk")}


def _parents_first(gates):
    """Gates in an order in which each comes after the one it counts toward."""
    waiting, ordered, known = list(gates), [], {None}
    while waiting:
        ready = [gate for gate in waiting if gate.parent_id in known]
        ordered += ready
        known |= {gate.pk for gate in ready}
        waiting = [gate for gate in waiting if gate.pk not in known]
    return ordered


def _fresh(row, **values):
    """An unsaved copy of a row with other values, a new id and version 1."""
    fresh = copy(row)
    fresh._state = copy(row._state)
    fresh._state.adding, fresh._state.fields_cache = True, {}
    fresh.pk, fresh.version = uuid7(), 1
    for name, value in values.items():
        setattr(fresh, name, value)
    return fresh


def _moved(day, shift):
    return day + shift if day else None
