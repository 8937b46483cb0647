"""How gates stand at an instant: late, decided, and what became of the conditions and waivers a pass rests on.

A clock records that a waiver ended and takes the pass back; whoever looks before it does sees the waiver ended.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.gates.criteria import waivers_of
from calendar_app.gates.rollup import PASSED
from calendar_app.gates.rounds import PASSES
from calendar_app.models import Criterion, Gate, GateRound
from calendar_app.releases.clock import clock_day

State = Gate.State
_TOKENS = {
    State.OPEN: "pending",
    State.SUBMITTED: "on-track",
    State.PASSED: "done",
    State.CONDITIONAL: "at-risk",  # under conditions that nothing keeps count of
    State.REJECTED: "failed",
    State.CANCELLED: "cancelled",
}


@dataclass(frozen=True)
class Stance:
    """A gate's status token and its word, and what it leaves out; ``ended`` says which waivers did, as changes."""

    token: str
    words: str
    detail: str = ""
    ended: list = field(default_factory=list)


def stances(gates, *, at, today):
    """``{gate.pk: Stance}`` of gates (with their release), in at most four statements; ``today`` is the day of ``at``."""
    gates = list(gates)
    conditions, ended = _conditions(gates, today), ended_waivers(gates, at)
    return {
        gate.pk: _of(gate, conditions.get(gate.pk), ended.get(gate.pk, []), clock_day(gate.release, today))
        for gate in gates
    }


def ended_waivers(gates, at):
    """``{gate.pk: [change, …]}``: the waivers that passes rest on and whose criterion is unmet and unwaived at ``at``.

    In at most three statements; only gates with such a waiver are named.
    """
    passes = GateRound.objects.filter(
        gate__in=[gate.pk for gate in gates if gate.state in PASSED], decision__in=PASSES, revoked_at=None
    )
    rested = {gate: waivers for gate, waivers in passes.values_list("gate", "covered__waivers") if waivers}
    unmet = _unmet({pk for waivers in rested.values() for pk in waivers})
    still = waivers_of(unmet, at)
    ended = {str(one.pk) for one in unmet if one.pk not in still}
    changes = {
        gate: [
            {"code": "waiver-ended", "waiver": reference, "name": name}
            for pk, (reference, name) in waivers.items()
            if pk in ended
        ]
        for gate, waivers in rested.items()
    }
    return {gate: named for gate, named in changes.items() if named}


def _unmet(ids):
    if not ids:
        return []
    rows = Criterion.objects.counting().filter(pk__in=ids, is_mandatory=True)
    return list(rows.exclude(state=Criterion.State.MET))


def _conditions(gates, today):
    """``{gate.pk: (met, asked, overdue)}`` of the conditions under which gates are passed now."""
    conditional = [gate.pk for gate in gates if gate.state == State.CONDITIONAL]
    if not conditional:
        return {}
    counting = Criterion.objects.counting().filter(gate__in=conditional, condition_of__revoked_at=None)
    is_met = Q(state=Criterion.State.MET)
    rows = (
        counting.exclude(condition_of=None)
        .values("gate")
        .annotate(
            met=Count("pk", filter=is_met),
            asked=Count("pk"),
            overdue=Count("pk", filter=~is_met & Q(due_on__lt=today)),
        )
    )
    return {row["gate"]: (row["met"], row["asked"], row["overdue"]) for row in rows.order_by("gate")}


def _of(gate, conditions, ended, clock):
    words = gate.get_state_display()
    if ended:
        names = ", ".join(change["waiver"] for change in ended)
        return Stance("blocked", _("Waiver ended"), f"{names}; {words}", ended)
    if gate.state in (State.OPEN, State.SUBMITTED) and gate.planned_date < clock:
        return Stance("late", _("Late"), words)
    if conditions is None:
        return Stance(_TOKENS[gate.state], words)
    met, asked, overdue = conditions
    if overdue:
        late = ngettext("%(n)d condition overdue", "%(n)d conditions overdue", overdue) % {"n": overdue}
        return Stance("late", late, words)
    count = _("%(met)d of %(asked)d met") % {"met": met, "asked": asked}
    return Stance("done" if met == asked else "on-track", words, count)
