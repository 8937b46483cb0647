"""The criteria of gates: their verbs, and what still blocks a gate.

Every verb locks the gates first, then the criteria: a gate is decided under the same lock, so that nobody decides
on a criterion that changes meanwhile.
"""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Criterion, ExceptionRequest, Gate
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import CannotUndo, Outcome, Revision, create, lock, revise

Kind, State = Criterion.Kind, Criterion.State
JUDGEMENTS = (State.MET, State.FAILED, State.OPEN)


def add_criteria(criteria, *, by, at):
    """Write new criteria of gates after those already there; one with a rule is judged by the facts at once."""
    if not criteria:
        return Outcome([])
    with transaction.atomic():
        gates = lock(Gate, {criterion.gate_id for criterion in criteria})
        last = _last_positions(gates)
        for criterion in criteria:
            _check(criterion, gates[criterion.gate_id], criterion.due_on)
            last[criterion.gate_id] += 1
            criterion.position = last[criterion.gate_id]
        return create(criteria, by=by, at=at, verb="added")


def edit_criterion(criterion, values, *, by, at):
    """Change a criterion as its author saw it; one with a rule is judged anew when what it asks for changes."""
    _require_counting(criterion)
    _check(criterion, criterion.gate, values.get("due_on", criterion.due_on))
    if criterion.rule and values.get("parameters", criterion.parameters) != criterion.parameters:
        values = {**values, "state": State.OPEN, "value": {}, "judged_at": None}
    revisions = [Revision(criterion, criterion.version, values)]
    return revise_criteria(revisions, by=by, at=at, verb="edited", is_own_verb=True)


def judge(criterion, state, *, by, at, evidence_url="", evidence_note=""):
    """Say that a criterion is met or not, or open it again, with the evidence; a rule is judged by facts alone."""
    if state not in JUDGEMENTS:
        raise ValidationError({"state": _("Say whether it is met.")})
    if criterion.rule:
        raise NotPossible(_("The facts judge this one. To go on against them, ask for a waiver."))
    _require_counting(criterion)
    if state == State.FAILED and not evidence_note.strip():
        raise ValidationError({"evidence_note": _("Say what is missing.")})
    values = {
        "state": State(state),
        "judged_at": None if state == State.OPEN else at,
        "judged_by_name": "" if state == State.OPEN else str(by),
        "evidence_url": evidence_url,
        "evidence_note": evidence_note,
    }
    return revise_criteria([Revision(criterion, criterion.version, values)], by=by, at=at, verb="judged")


def drop_criteria(criteria, *, by, at):
    """Take criteria away from their gates; what was judged stays in their history."""
    for criterion in criteria:
        _require_counting(criterion)
    revisions = [Revision(criterion, criterion.version, {"state": State.DROPPED}) for criterion in criteria]
    return revise_criteria(revisions, by=by, at=at, verb="removed", is_own_verb=True)


def move_criterion(criterion, steps, *, by, at):
    """Move a criterion up (negative) or down among those of its kind at its gate; at the end nothing happens."""
    with transaction.atomic():
        lock(Gate, [criterion.gate_id])
        row = list(
            Criterion.objects.counting()
            .filter(gate=criterion.gate_id, kind=criterion.kind)
            .order_by("position", "pk")
        )
        values = reordered(row, criterion, steps)
        return revise([Revision(one, None, {"position": place}) for one, place in values], by=by, at=at)


def reordered(row, moved, steps):
    """``[(one, position), …]`` of those in ``row`` whose position changes when ``moved`` goes that many steps."""
    before = next((index for index, one in enumerate(row) if one.pk == moved.pk), None)
    if before is None:
        return []
    places = sorted(one.position for one in row)
    if len(set(places)) < len(places):
        places = range(1, len(row) + 1)
    after = min(max(before + steps, 0), len(row) - 1)
    row.insert(after, row.pop(before))
    return [(one, place) for one, place in zip(row, places, strict=True) if one.position != place]


def revise_criteria(revisions, *, by, at, verb, is_own_verb=False):
    """Revise criteria under the lock of their gates; also the door for `undo`, which leaves what facts judged."""
    judged = ("state", "value", "judged_at")
    if not is_own_verb and any(
        revision.subject.rule and set(judged) & set(revision.values) for revision in revisions
    ):
        raise CannotUndo(_("The facts judge this one."))
    with transaction.atomic():
        lock(Gate, {revision.subject.gate_id for revision in revisions})
        return revise(revisions, by=by, at=at, verb=verb)


def blocking(gates, at):
    """``{gate.pk: [Criterion, …]}``: the mandatory criteria of each gate that are not met and not waived at ``at``.

    Those of kind ENTRY bar the submission, those of kind EXIT the pass; conditions of a round bar nothing before it
    is decided. In two statements. Lock the gates first where a decision follows.
    """
    found = {gate.pk: [] for gate in gates}
    unmet = list(
        Criterion.objects.counting()
        .filter(gate__in=list(found), is_mandatory=True)
        .exclude(state=State.MET)
        .exclude(condition_of__isnull=False, condition_of__decided_at=None)
        .select_related("owner")
        .order_by("kind", "position", "pk")
    )
    waived = waivers_of(unmet, at)
    for criterion in unmet:
        if criterion.pk not in waived:
            found[criterion.gate_id].append(criterion)
    return found


def refuse_blocked(gates, kinds, at):
    """Refuse a step of gates that criteria of ``kinds`` still bar, naming them."""
    found = blocking(gates, at)
    for gate in gates:
        barring = [criterion for criterion in found[gate.pk] if criterion.kind in kinds]
        if barring:
            names = ", ".join(str(criterion) for criterion in barring)
            raise NotPossible(_("%(gate)s still asks for: %(names)s.") % {"gate": gate, "names": names})


def waivers_of(criteria, at):
    """``{criterion.pk: ExceptionRequest}``: the waiver in force at ``at`` that lasts longest, of those that have one."""
    if not criteria:
        return {}
    found = ExceptionRequest.objects.in_force(at).filter(
        kind=ExceptionRequest.Kind.WAIVER, criterion__in=[criterion.pk for criterion in criteria]
    )
    return {waiver.criterion_id: waiver for waiver in found.order_by("expires_at", "pk")}


def _check(criterion, gate, due_on):
    if gate.state == Gate.State.CANCELLED:
        raise NotPossible(_("%(gate)s is cancelled.") % {"gate": gate})
    if due_on and due_on > gate.planned_date and not criterion.condition_of_id:
        raise ValidationError({"due_on": _("The gate is planned before that.")}, code="outside")


def _require_counting(criterion):
    if criterion.state == State.DROPPED:
        raise NotPossible(_("%(criterion)s was removed.") % {"criterion": criterion})


def _last_positions(gates):
    """The last position used in each gate, 0 without criteria."""
    rows = Criterion.objects.filter(gate__in=list(gates)).values("gate").annotate(last=Max("position"))
    return defaultdict(int, {row["gate"]: row["last"] for row in rows.order_by("gate")})
