"""How a gate of an enterprise release follows the gates below it: who is missing, and when a pass no longer holds."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Release
from calendar_app.models.releases import NotPossible

PASSED = (Gate.State.PASSED, Gate.State.CONDITIONAL)


@dataclass(frozen=True)
class Rollup:
    """A gate's rule over the gates that count toward it: how many, how many passed, how many must, which are missing."""

    counted: int
    passed: int
    needed: int
    missing: list

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
                    "names": names_of(rollup.missing),
                }
            )


def names_of(gates, *, most=5):
    """The releases of missing gates in words; at most ``most`` of them, the rest as a number."""
    named = ", ".join(str(gate.release) for gate in gates[:most]) or "–"
    more = len(gates) - most
    return named if more <= 0 else _("%(named)s and %(more)d more") % {"named": named, "more": more}


def _counting(parents):
    """The gates that count toward ``parents`` (ids), in the order in which people look for them."""
    if not parents:
        return []
    return (
        Gate.objects.filter(parent__in=list(parents))
        .exclude(state=Gate.State.CANCELLED)
        .exclude(release__status=Release.Status.CANCELLED)
        .select_related("release")
        .order_by("release__name", "planned_date", "pk")
    )


def _rollup(gate, children):
    if gate.rollup == Gate.Rollup.REQUIRED:
        children = [child for child in children if child.is_required]
    open_ones = [child for child in children if child.state not in PASSED]
    needed = gate.rollup_needed if gate.rollup == Gate.Rollup.SOME else len(children)
    return Rollup(len(children), len(children) - len(open_ones), needed, open_ones)
