"""A passed gate follows the gates below it: when one of them opens again, so does it, and so does the gate above."""

from django.db.models import Q

from calendar_app.gates.facts.reach import lines_above, with_those_below
from calendar_app.gates.rollup import PASSED, rollups
from calendar_app.gates.rounds import revoke
from calendar_app.models import Gate, Release
from releasemgr.changes.revisions import Revision, lock, revise, settle

NAMED = 5  # gates named in the cause; the rest is counted


def follow_below(changed, at):
    """Open passed gates whose rule over the gates below is no longer met; watches every act.

    What opens here is watched in turn, so that it goes up as many levels as there are.
    """
    gates, releases = changed.get(Gate, ()), changed.get(Release, ())
    if releases:
        _let_go(releases, at)
    if not gates and not releases:
        return
    above = Q(children__in=[gate.pk for gate in gates]) | Q(
        children__release__in=[release.pk for release in releases]
    )
    reopen(Gate.objects.filter(above | Q(pk__in=[gate.pk for gate in gates])), at)


def reopen(candidates, at):
    """Take back the passes of those gates whose rule is no longer met, saying which gates below are missing."""
    passed = candidates.exclude(rollup=Gate.Rollup.NONE).filter(
        state__in=PASSED, release__status__in=Release.OPEN
    )
    ids = set(passed.values_list("pk", flat=True))
    if not ids:
        return
    lock(Gate, ids)
    gates = {
        gate.pk: gate for gate in Gate.objects.filter(pk__in=ids, state__in=PASSED).select_related("release")
    }
    causes = {pk: [_cause(rollup)] for pk, rollup in rollups(gates.values()).items() if not rollup.is_met}
    if causes:
        revoke([gates[pk] for pk in causes], by=None, at=at, because=causes)


def broken_passes():
    """The passed gates of releases in progress whose rule is not met; none, as long as every act is watched."""
    passed = Gate.objects.filter(state__in=PASSED, release__status__in=Release.OPEN)
    found = rollups(list(passed.order_by("pk")))
    return [pk for pk, rollup in found.items() if not rollup.is_met]


def _cause(rollup):
    """Why the pass is taken back: a code with parameters."""
    return {
        "code": "gates-below",
        "passed": rollup.passed,
        "needed": rollup.needed,
        "missing": len(rollup.missing),
        "names": [f"{gate.release}: {gate}" for gate in rollup.missing[:NAMED]],
    }


def _let_go(releases, at):
    """The gates of releases that left their enterprise release count no longer toward its gates."""
    moved = with_those_below({release.pk for release in releases})
    counting = list(
        Gate.objects.filter(release__in=moved, parent__isnull=False).select_related("parent").order_by("pk")
    )
    lines = lines_above({gate.release_id for gate in counting})
    stray = [gate for gate in counting if gate.parent.release_id not in lines[gate.release_id]]
    if not stray:
        return
    left = {gate.parent_id: gate.parent for gate in stray}
    revise([Revision(gate, None, {"parent": None}) for gate in stray], by=None, at=at, verb="let go")
    settle(list(left.values()), at=at)  # nothing leads from the gates to those above any more
