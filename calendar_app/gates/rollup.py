"""How a gate of an enterprise release follows the gates below it: who is missing, and when a pass no longer holds."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Release
from calendar_app.models.releases import NotPossible

NAMED = 5  # missing gates that are named; the rest is counted
PASSED = (Gate.State.PASSED, Gate.State.CONDITIONAL)


@dataclass(frozen=True)
class Rollup:
    """A gate's rule over the gates that count toward it: how many, how many passed, how many must, which are missing.

    ``missing`` may hold only the first of them; ``lacking`` is their number.
    """

    counted: int
    passed: int
    needed: int
    missing: list

    @property
    def lacking(self):
        """How many of the counted gates are not passed."""
        return self.counted - self.passed

    @property
    def names(self):
        """The releases of the missing gates in words."""
        return names_of(self.missing, total=self.lacking)

    @property
    def is_met(self):
        """Whether enough of the gates below are passed."""
        return self.passed >= self.needed


def rollups(gates):
    """``{gate.pk: Rollup}`` of the gates that have a rule, in one statement; a cancelled gate or release does not count.

    Lock the gates first where a decision follows: a child's revocation waits for the lock and then sees the pass.
    """
    ruled = {gate.pk: gate for gate in gates if gate.rollup != Gate.Rollup.NONE}
    below = defaultdict(list)
    for child in _counting(ruled):
        below[child.parent_id].append(child)
    return {pk: _rollup(gate, below[pk]) for pk, gate in ruled.items()}


def missing(gates):
    """``{gate.pk: [child gates still missing]}`` for each gate; empty when its rule is met or it has none."""
    found = rollups(gates)
    return {
        gate.pk: found[gate.pk].missing if gate.pk in found and not found[gate.pk].is_met else []
        for gate in gates
    }


def refuse_early(gates):
    """Refuse to pass gates whose rule over the gates below is not met, naming who is missing."""
    found = rollups(gates)
    for gate in gates:
        rollup = found.get(gate.pk)
        if rollup and not rollup.is_met:
            raise NotPossible(
                _("%(gate)s needs %(needed)d of the gates below it; %(passed)d passed. Missing: %(names)s.")
                % {
                    "gate": gate,
                    "needed": rollup.needed,
                    "passed": rollup.passed,
                    "names": rollup.names,
                }
            )


def tallies(gates):
    """``{gate.pk: Rollup}`` as `rollups`, but counted in the database: each names only its first missing gates.

    For boards of many gates with many below each; two statements.
    """
    ruled = {gate.pk: gate for gate in gates if gate.rollup != Gate.Rollup.NONE}
    if not ruled:
        return {}
    counting = _counted(ruled).exclude(is_required=False, parent__rollup=Gate.Rollup.REQUIRED)
    rows = (
        counting.order_by("parent")
        .values("parent")
        .annotate(counted=Count("pk"), passed=Count("pk", filter=Q(state__in=PASSED)))
    )
    counts = {row["parent"]: (row["counted"], row["passed"]) for row in rows}
    first = _first_missing(counting)
    found = {}
    for pk, gate in ruled.items():
        counted, passed = counts.get(pk, (0, 0))
        found[pk] = Rollup(counted, passed, _needed(gate, counted), first[pk])
    return found


def names_of(gates, *, total=None, most=NAMED):
    """The releases of missing gates in words; at most ``most`` of them, the rest of ``total`` as a number."""
    named = ", ".join(str(gate.release) for gate in gates[:most]) or "–"
    more = (len(gates) if total is None else total) - min(most, len(gates))
    return named if more <= 0 else _("%(named)s and %(more)d more") % {"named": named, "more": more}


def _counting(parents):
    """The gates that count toward ``parents`` (ids), in the order in which people look for them."""
    if not parents:
        return []
    return _counted(parents).select_related("release").order_by("release__name", "planned_date", "pk")


def _counted(parents):
    return (
        Gate.objects.filter(parent__in=list(parents))
        .exclude(state=Gate.State.CANCELLED)
        .exclude(release__status=Release.Status.CANCELLED)
    )


def _first_missing(counting):
    """The first missing gates of each parent, as `NAMED` allows."""
    place = Window(RowNumber(), partition_by="parent", order_by=["release__name", "planned_date", "pk"])
    rows = counting.exclude(state__in=PASSED).annotate(place=place).filter(place__lte=NAMED)
    found = defaultdict(list)
    for row in rows.select_related("release").order_by("place", "pk"):
        found[row.parent_id].append(row)
    return found


def _needed(gate, counted):
    return gate.rollup_needed if gate.rollup == Gate.Rollup.SOME else counted


def _rollup(gate, children):
    if gate.rollup == Gate.Rollup.REQUIRED:
        children = [child for child in children if child.is_required]
    open_ones = [child for child in children if child.state not in PASSED]
    return Rollup(len(children), len(children) - len(open_ones), _needed(gate, len(children)), open_ones)
