"""The criteria of gates: their verbs, and what still blocks a gate.

Every verb locks the gates first, then the criteria: a gate is decided under the same lock, so that nobody decides
on a criterion that changes meanwhile.
"""

from collections import defaultdict

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Criterion, ExceptionRequest, Gate
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import create, lock

Kind, State = Criterion.Kind, Criterion.State


def add_criteria(criteria, *, by, at):
    """Write new criteria of gates after those already there; one with a rule is judged by the facts at once."""
    if not criteria:
        return create([], by=by, at=at)
    with transaction.atomic():
        gates = lock_gates({criterion.gate_id for criterion in criteria})
        _refuse_cancelled(gates.values())
        last = _last_positions(gates)
        for criterion in criteria:
            last[criterion.gate_id] += 1
            criterion.position = last[criterion.gate_id]
        return create(criteria, by=by, at=at, verb="added")


def blocking(gates, at):
    """``{gate.pk: [Criterion, …]}``: the mandatory criteria of each gate that are not met and not waived at ``at``.

    Those of kind ENTRY bar the submission, those of kind EXIT the pass. In two statements.
    """
    found = {gate.pk: [] for gate in gates}
    unmet = list(
        Criterion.objects.filter(gate__in=list(found), is_mandatory=True)
        .exclude(state=State.MET)
        .select_related("owner")
        .order_by("kind", "position", "pk")
    )
    waived = waivers_of(unmet, at)
    for criterion in unmet:
        if criterion.pk not in waived:
            found[criterion.gate_id].append(criterion)
    return found


def waivers_of(criteria, at):
    """``{criterion.pk: ExceptionRequest}``: the waiver in force at ``at`` that lasts longest, of those that have one."""
    if not criteria:
        return {}
    found = ExceptionRequest.objects.in_force(at).filter(
        kind=ExceptionRequest.Kind.WAIVER, criterion__in=[criterion.pk for criterion in criteria]
    )
    return {waiver.criterion_id: waiver for waiver in found.order_by("expires_at", "pk")}


def lock_gates(ids):
    """``{pk: Gate}`` locked in id order."""
    return lock(Gate, ids)


def _refuse_cancelled(gates):
    for gate in gates:
        if gate.state == Gate.State.CANCELLED:
            raise NotPossible(_("%(gate)s is cancelled.") % {"gate": gate})


def _last_positions(gates):
    """The last position used in each gate, 0 without criteria."""
    rows = Criterion.objects.filter(gate__in=list(gates)).values("gate").annotate(last=Max("position"))
    return defaultdict(int, {row["gate"]: row["last"] for row in rows.order_by("gate")})
