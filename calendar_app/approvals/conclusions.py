"""When a round ends: by the last signature that was needed, by a rejection, by one person alone, or by itself.

A gate may pass only when every mandatory criterion is met or waived, the gates below it are and what it needs is
there. What a decision rests on is frozen with it.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.approvals.notices import tell_awaited
from calendar_app.approvals.records import records
from calendar_app.approvals.standings import standings
from calendar_app.gates import rounds
from calendar_app.gates.coverage import coverages, differences
from calendar_app.gates.criteria import add_criteria, waivers_of
from calendar_app.models import Criterion, Gate, GateRound, Vote
from calendar_app.models.releases import NotPossible
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import lock

Decision, Verdict = GateRound.Decision, Vote.Verdict


def locked(gates):
    """The gates as they are now, locked in id order until the end of the transaction."""
    lock(Gate, [gate.pk for gate in gates])
    found = Gate.objects.filter(pk__in=[gate.pk for gate in gates])
    return list(found.select_related("release", "owner").order_by("pk"))


def refresh(gates, *, at, covered=None):
    """Bring what undecided rounds cover up to date; what changed is kept with them. Lock the gates first.

    ``covered`` is what the gates cover now, where it is known already.
    """
    asked = {
        one.gate_id: one for one in GateRound.objects.filter(gate__in=[g.pk for g in gates], decided_at=None)
    }
    now_covered = covered or coverages([gate for gate in gates if gate.pk in asked])
    for gate_id, one in asked.items():
        changes = differences(one.covered, now_covered[gate_id]) if one.covered else []
        if changes or not one.covered:
            known = one.record.get("changed", [])
            one.covered = now_covered[gate_id]
            one.record = {"changed": [*known, *({**change, "at": at.isoformat()} for change in changes)]}
            one.save(update_fields=["covered", "record"])


def conclude(gates, *, by, at):
    """Decide the submitted gates whose rules are met or past meeting, and tell those who are asked next.

    Lock the gates first; nothing happens to one without rules.
    """
    waiting = [gate for gate in gates if gate.state == Gate.State.SUBMITTED and gate.release.is_open]
    for standing in standings(waiting, at=at).values():
        if standing.judgement is None or standing.round is None or standing.round.decided_at:
            continue
        if standing.judgement.is_rejected:
            _reject(standing, by=by, at=at)
        elif standing.is_ready:
            _pass(standing, _agreed(standing), by=by, at=at, note="")
        else:
            tell_awaited(standing)


def condition(name, owner, due_on):
    """A condition of an approval, as a vote keeps it: what, whose (a Person), by which local day."""
    return {"name": name, "owner": str(owner.pk), "owner_name": str(owner), "due_on": due_on.isoformat()}


def decide_alone(gate, decision, *, by, at, note="", conditions=()):
    """Decide a submitted gate without rules; ``conditions`` are as `condition()` makes them.

    Compares the version its author saw; a pass is refused while something stands in its way, which is named.
    """
    with transaction.atomic(), one_act():
        (now,) = locked([gate])
        now.version = gate.version
        refresh([now], at=at)
        standing = standings([now], at=at)[now.pk]
        if standing.rules:
            raise NotPossible(_("The people its rules name decide this gate."))
        if decision == Decision.REJECTED:
            return _end(standing, Decision.REJECTED, by=by, at=at, note=note)
        if decision == Decision.CONDITIONAL and not conditions and not note.strip():
            raise ValidationError({"note": _("Say under which conditions, or why not.")})
        if standing.obstacles:
            raise NotPossible(_refusal(standing.obstacles))
        is_conditional = decision == Decision.CONDITIONAL
        return _pass(standing, conditions, by=by, at=at, note=note, is_conditional=is_conditional)


def _agreed(standing):
    """The conditions of all who approve with some."""
    votes = [vote for vote in standing.votes if vote.verdict == Verdict.CONDITIONAL]
    return [condition for vote in votes for condition in vote.conditions]


def _reject(standing, *, by, at):
    against = [vote for vote in standing.votes if vote.verdict == Verdict.REJECT]
    note = "\n".join(vote.note for vote in sorted(against, key=lambda vote: vote.cast_at))
    return _end(standing, Decision.REJECTED, by=by, at=at, note=note[:5_000])


def _pass(standing, conditions, *, by, at, note, is_conditional=False):
    decision = Decision.CONDITIONAL if conditions or is_conditional else Decision.PASSED
    words = note or "; ".join(condition["name"] for condition in conditions)
    outcome = _end(standing, decision, by=by, at=at, note=words[:5_000], conditions=conditions)
    add_criteria(
        [
            Criterion(
                gate=standing.gate,
                name=condition["name"],
                owner_id=condition["owner"],
                due_on=date.fromisoformat(condition["due_on"]),
                condition_of=standing.round,
            )
            for condition in conditions
        ],
        by=by,
        at=at,
    )
    return outcome


def _end(standing, decision, *, by, at, note, conditions=()):
    """Write the decision and freeze what it rests on."""
    record = records([standing], at=at)[standing.gate.pk]
    outcome = rounds.decide([standing.gate], decision, by=by, at=at, note=note)
    ended = GateRound.objects.get(pk=standing.round.pk)
    ended.record = record | {
        "decision": decision,
        "decided_at": at.isoformat(),
        "decided_by": ended.decided_by_name,
        "note": note,
        "conditions": [condition | {"owner": condition["owner_name"]} for condition in conditions],
    }
    ended.covered = ended.covered | {"waivers": _waivers(standing.gate, at)}
    ended.save(update_fields=["record", "covered"])
    return outcome


def _waivers(gate, at):
    """``{criterion id: [EXC-7, its name]}``: the waivers without which the gate could not pass."""
    unmet = list(Criterion.objects.filter(gate=gate, is_mandatory=True).exclude(state=Criterion.State.MET))
    waived = waivers_of(unmet, at)
    return {str(one.pk): [waived[one.pk].reference, one.name] for one in unmet if one.pk in waived}


def _refusal(obstacles):
    named = [
        *obstacles.criteria,
        *(f"{gate.release}: {gate}" for gate in obstacles.gates),
        *obstacles.dependencies,
    ]
    return _("It cannot pass yet. In the way: %(named)s.") % {
        "named": ", ".join(str(one) for one in named[:8])
    }
