"""How gates stand: criteria met and missing, gates below, for the board of a release and the page of a gate."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from calendar_app.gates.criteria import blocking, waivers_of
from calendar_app.gates.facts import words_of
from calendar_app.gates.rollup import Rollup, tallies
from calendar_app.gates.stances import Stance, stances
from calendar_app.models import Criterion, ExceptionRequest, Gate, GateRound

SETTLED = (Gate.State.PASSED, Gate.State.CANCELLED)  # nothing is waited for
STANCES = {
    Criterion.State.OPEN: "pending",
    Criterion.State.MET: "done",
    Criterion.State.FAILED: "failed",
    Criterion.State.DROPPED: "cancelled",
}


@dataclass(frozen=True)
class GateLine:
    """A gate on the board: ``met`` of ``asked`` criteria, those it still waits for, the gates below, when it passed."""

    gate: Gate
    stance: Stance
    met: int
    asked: int
    barring: list
    rollup: Rollup | None
    passed_at: datetime | None

    @property
    def owners(self):
        """Who is missing: the owners of what bars it, each once."""
        return list(dict.fromkeys(str(one.owner) for one in self.barring if one.owner))

    @property
    def unowned(self):
        """How many criteria bar it that nobody owns."""
        return sum(one.owner_id is None for one in self.barring)


@dataclass(frozen=True)
class CriterionLine:
    """A criterion as it stands at an instant: its status token, what its rule found, its waiver."""

    criterion: Criterion
    stance: str
    words: str
    waiver: ExceptionRequest | None
    may_judge: bool = False

    @property
    def is_barring(self):
        """Whether its gate waits for it."""
        criterion = self.criterion
        return criterion.is_mandatory and criterion.state != Criterion.State.MET and self.waiver is None


def board(gates, *, at, today):
    """A GateLine for each gate (with its release), in at most ten statements; ``today`` is the local day of ``at``."""
    gates = list(gates)
    ids = [gate.pk for gate in gates]
    counts, barring, below = _counts(ids), blocking(gates, at), tallies(gates)
    passed, found = _passed_at(ids), stances(gates, at=at, today=today)
    return [
        GateLine(
            gate,
            found[gate.pk],
            *counts.get(gate.pk, (0, 0)),
            barring=barring[gate.pk] if gate.state not in SETTLED or found[gate.pk].ended else [],
            rollup=below.get(gate.pk),
            passed_at=passed.get(gate.pk),
        )
        for gate in gates
    ]


def criteria_of(gate, *, at, by, may_plan):
    """The counting criteria of a gate, entry before exit, as CriterionLines; ``by`` is the User who looks."""
    rows = list(
        gate.criteria.counting().select_related("owner", "condition_of").order_by("kind", "position", "pk")
    )
    waivers = waivers_of(rows, at)
    return [line_of(row, waivers.get(row.pk), by=by, may_plan=may_plan) for row in rows]


def line_of(criterion, waiver, *, by, may_plan):
    """One criterion as a CriterionLine."""
    is_owner = criterion.owner is not None and criterion.owner.user_id == by.pk
    return CriterionLine(
        criterion,
        STANCES[criterion.state],
        words_of(criterion),
        waiver,
        may_judge=not criterion.rule
        and criterion.state != Criterion.State.DROPPED
        and (may_plan or is_owner),
    )


def _counts(ids):
    rows = Criterion.objects.counting().filter(gate__in=ids).values("gate")
    counted = rows.annotate(met=Count("pk", filter=Q(state=Criterion.State.MET)), asked=Count("pk"))
    return {row["gate"]: (row["met"], row["asked"]) for row in counted.order_by("gate")}


def _passed_at(ids):
    """``{gate id: when it passed}`` of the passes that still stand."""
    decisions = [GateRound.Decision.PASSED, GateRound.Decision.CONDITIONAL]
    rows = GateRound.objects.filter(gate__in=ids, decision__in=decisions, revoked_at=None).values("gate")
    return {row["gate"]: row["at"] for row in rows.annotate(at=Max("decided_at")).order_by("gate")}
