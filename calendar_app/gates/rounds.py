"""Rounds of decision: submit a gate, decide, withdraw the submission, take a pass back.

A round is one submission and its decision; the gate's row is locked by the verb contract and owns the rule that
at most one round is undecided.
"""

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.gates.coverage import coverages
from calendar_app.gates.criteria import refuse_blocked
from calendar_app.gates.rollup import refuse_early
from calendar_app.models import Criterion, Gate, GateRound
from calendar_app.models.releases import NotPossible
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import CannotUndo, Revision, lock, revise, settle

State, Decision = Gate.State, GateRound.Decision
PASSES = (Decision.PASSED, Decision.CONDITIONAL)


def submit(gates, *, by, at):
    """Ask for a decision on open or rejected gates; what it is about is written down as it is now.

    What is asked for at their entry must be met or waived.
    """
    _require(gates, (State.OPEN, State.REJECTED))
    with transaction.atomic(), one_act():
        lock(Gate, [gate.pk for gate in gates])
        refuse_blocked(gates, {Criterion.Kind.ENTRY}, at)
        outcome = _revise(gates, State.SUBMITTED, by=by, at=at, verb="submitted")
        numbers, covered = _round_numbers(gates), coverages(gates)
        asked = [
            GateRound(
                gate=gate,
                number=numbers[gate.pk] + 1,
                submitted_at=at,
                submitted_by_id=by.pk if by else None,
                submitted_by_name=str(by or ""),
                covered=covered[gate.pk],
            )
            for gate in gates
        ]
        GateRound.objects.bulk_create(asked)
        settle(asked, at=at)
    return outcome


def decide(gates, decision, *, by, at, note=""):
    """Pass, pass with conditions or reject submitted gates; conditions and refusals say why.

    No gate passes while one of its criteria bars it or gates that count toward it are missing; both are looked at
    under its lock. A passed gate that locks the scope locks that of its release, in the same act. Who may decide is
    for `calendar_app.approvals` to say; ``by`` is None when the last obstacle went by itself.
    """
    if decision not in (*PASSES, Decision.REJECTED):
        raise ValidationError({"decision": _("Choose a decision.")})
    decision = Decision(decision)
    if decision != Decision.PASSED and not note.strip():
        raise ValidationError({"note": _("Say under which conditions, or why not.")})
    _require(gates, (State.SUBMITTED,))
    with transaction.atomic():
        locking = gates if decision in PASSES else []
        if locking:
            lock(Gate, [gate.pk for gate in gates])
            refuse_early(gates)
            refuse_blocked(gates, set(Criterion.Kind), at)
        outcome = _revise(gates, State(decision), by=by, at=at, verb=decision.value, locking=locking)
        undecided = GateRound.objects.filter(gate__in=[gate.pk for gate in gates], decided_at=None)
        undecided.update(decided_at=at, decision=decision, note=note, **_decider(by))
    return outcome


def withdraw(gates, *, by, at):
    """Take submissions back before they are decided."""
    _require(gates, (State.SUBMITTED,))
    with transaction.atomic():
        outcome = _revise(gates, State.OPEN, by=by, at=at, verb="withdrawn")
        undecided = GateRound.objects.filter(gate__in=[gate.pk for gate in gates], decided_at=None)
        undecided.update(decided_at=at, decision=Decision.WITHDRAWN, **_decider(by))
    return outcome


def fulfil(gates, *, by, at):
    """Make passes with conditions plain passes: every condition is met. The round keeps what was decided."""
    _require(gates, (State.CONDITIONAL,))
    return _revise(gates, State.PASSED, by=by, at=at, verb="fulfilled")


def revoke(gates, *, by, at, because=()):
    """Take passes back: what they were based on no longer holds. The gate is open again; the votes stay as record.

    ``because`` maps ids of gates to codes with parameters that name what changed.
    """
    _require(gates, (State.PASSED, State.CONDITIONAL))
    causes = dict(because)
    with transaction.atomic():
        passed = GateRound.objects.filter(gate__in=[gate.pk for gate in gates], decision__in=PASSES)
        taken = list(passed.filter(revoked_at=None).only("gate_id"))
        for one in taken:
            one.revoked_at, one.revoked_because = at, {"changes": causes.get(one.gate_id, [])}
        GateRound.objects.bulk_update(taken, ["revoked_at", "revoked_because"])
        return _revise(gates, State.OPEN, by=by, at=at, verb="revoked")


# What the pages offer in which state: noun in the URL -> (verb, word on the button, states).
STEPS = {
    "submission": (submit, _("Ask for a decision"), {State.OPEN, State.REJECTED}),
    "withdrawal": (withdraw, _("Withdraw the submission"), {State.SUBMITTED}),
    "revocation": (revoke, _("Revoke the pass"), {State.PASSED, State.CONDITIONAL}),
}


def steps_for(gate):
    """``[(noun, word), …]`` of the steps a gate of an open release can take now, besides its decision."""
    if not gate.release.is_open:
        return []
    return [(noun, word) for noun, (_verb, word, states) in STEPS.items() if gate.state in states]


def revise_gates(revisions, *, by, at, verb):
    """The door for `undo`: a gate's plan can be put back, a decision is withdrawn or revoked instead."""
    if any("state" in revision.values for revision in revisions):
        raise CannotUndo(_("A decision is not undone; withdraw or revoke it, so that the record stays."))
    return revise(revisions, by=by, at=at, verb=verb)


def _revise(gates, state, *, by, at, verb, locking=()):
    revisions = [Revision(gate, gate.version, {"state": state}) for gate in gates]
    releases = {gate.release_id: gate.release for gate in locking if gate.locks_scope}
    revisions += [
        Revision(release, None, {"scope_locked_at": at})
        for release in releases.values()
        if release.scope_locked_at is None
    ]
    return revise(revisions, by=by, at=at, verb=verb)


def _decider(by):
    """The columns that say who decided; the product itself has a name and no account."""
    name = str(by) if by else apps.get_app_config("activity").product_name
    return {"decided_by_id": by.pk if by else None, "decided_by_name": name}


def _round_numbers(gates):
    """The last round number of each gate, 0 when it has none."""
    numbers = {gate.pk: 0 for gate in gates}
    rounds = GateRound.objects.filter(gate__in=numbers).order_by("number").values_list("gate_id", "number")
    return numbers | dict(rounds)


def _require(gates, states):
    for gate in gates:
        if gate.state not in states or not gate.release.is_open:
            raise NotPossible(
                _("%(gate)s is “%(state)s”; that does not allow this.")
                % {"gate": gate, "state": gate.get_state_display()}
            )
