"""What happens by itself at the end of an act: decisions go stale, votes need renewing, the last obstacle goes.

Only gates that are asked about or passed, of open releases, whose surroundings the act changed are looked at; they
are locked before they are judged, so that of two acts at once the later one sees both.
"""

from itertools import chain

from calendar_app.approvals.conclusions import conclude, locked, refresh
from calendar_app.approvals.notices import tell_stale
from calendar_app.gates import rounds
from calendar_app.gates.coverage import coverages, differences
from calendar_app.gates.stances import ended_waivers
from calendar_app.models import (
    Absence,
    ApprovalGroup,
    ApprovalRule,
    Criterion,
    Delegation,
    Dependency,
    ExceptionRequest,
    Gate,
    GateRound,
    GroupMember,
    Phase,
    PlannedVersion,
    Release,
    Vote,
    WorkItem,
)

State = Gate.State
PASSED = (State.PASSED, State.CONDITIONAL)


def reconsider(changed, at):
    """Judge anew the gates whose decision or coverage an act touched (`releasemgr.changes.nouns.watch`)."""
    _tell_revoked(changed.get(Gate, ()))
    covering, deciding = _covering(changed), _deciding(changed)
    if not covering and not deciding:
        return
    live = Gate.objects.filter(
        pk__in=covering | deciding, state__in=[State.SUBMITTED, *PASSED], release__status__in=Release.OPEN
    )
    gates = locked(live.only("pk"))
    covered = coverages(gates)
    refresh([gate for gate in gates if gate.state == State.SUBMITTED], at=at, covered=covered)
    fallen = _revoke_stale([gate for gate in gates if gate.state in PASSED], covered, at)
    _fulfil([gate for gate in gates if gate.state == State.CONDITIONAL and gate.pk not in fallen], at)
    conclude([gate for gate in gates if gate.state == State.SUBMITTED], by=None, at=at)


def _covering(changed):
    """Ids of gates whose coverage a change may touch: those of the releases concerned and of their parents."""
    rows = chain(*(changed.get(model, ()) for model in (WorkItem, PlannedVersion, Phase)))
    ids = {row.release_id for row in rows} | {row.pk for row in changed.get(Release, ())}
    found = set()
    if ids:
        parents = Release.objects.filter(pk__in=ids, parent__isnull=False).values("parent")
        live = Gate.objects.filter(state__in=[State.SUBMITTED, *PASSED])
        found |= set(live.filter(release__in=ids).values_list("pk", flat=True))
        found |= set(live.filter(release__in=parents).values_list("pk", flat=True))
    return found | _left(changed.get(Release, ()))


def _left(releases):
    """Gates that cover a release by its reference, wherever it belongs by now."""
    references = [release.reference for release in releases if release.number]
    if not references:
        return set()
    covering = GateRound.objects.filter(revoked_at=None, covered__manifest__has_any_keys=references)
    return set(covering.values_list("gate_id", flat=True))


def _deciding(changed):
    """Ids of gates before whose decision something changed: criteria, waivers, gates below, rules, votes, absences."""
    gates = changed.get(Gate, ())
    found = {gate.pk for gate in gates} | {gate.parent_id for gate in gates}
    found |= {
        row.gate_id for model in (Criterion, ApprovalRule, Dependency) for row in changed.get(model, ())
    }
    waived = {row.criterion_id for row in changed.get(ExceptionRequest, ()) if row.criterion_id}
    if waived:
        found |= set(Criterion.objects.filter(pk__in=waived).values_list("gate_id", flat=True))
    found |= {row.gate_id for row in changed.get(GateRound, ())}
    asked = {row.round_id for model in (Vote, Delegation) for row in changed.get(model, ())}
    if asked:
        found |= set(GateRound.objects.filter(pk__in=asked).values_list("gate_id", flat=True))
    return (found | _of_groups(changed) | _of_absences(changed)) - {None}


def _of_groups(changed):
    groups = {row.pk for row in changed.get(ApprovalGroup, ())}
    groups |= {row.group_id for row in changed.get(GroupMember, ())}
    if not groups:
        return set()
    return set(ApprovalRule.objects.filter(group__in=groups).values_list("gate_id", flat=True))


def _of_absences(changed):
    people = {row.person_id for row in changed.get(Absence, ())}
    if not people:
        return set()
    asked = Gate.objects.filter(state=State.SUBMITTED)
    named = asked.filter(approval_rules__seats__person__in=people)
    grouped = asked.filter(approval_rules__group__members__person__in=people)
    return {*named.values_list("pk", flat=True), *grouped.values_list("pk", flat=True)}


def _revoke_stale(gates, covered, at):
    """Take back the passes whose coverage changed or whose waiver ended; returns the ids of their gates.

    ``covered`` is what the gates cover now.
    """
    passed = GateRound.objects.filter(gate__in=[gate.pk for gate in gates], decision__in=rounds.PASSES)
    by_gate = {
        one.gate_id: one for one in passed.filter(revoked_at=None) if one.covered.get("scope") is not None
    }
    judged = [gate for gate in gates if gate.pk in by_gate]
    if not judged:
        return set()
    ended, causes = ended_waivers(judged, at), {}
    for gate in judged:
        changes = differences(by_gate[gate.pk].covered, covered[gate.pk]) + ended.get(gate.pk, [])
        if changes:
            causes[gate.pk] = changes
    if causes:
        rounds.revoke([gate for gate in judged if gate.pk in causes], by=None, at=at, because=causes)
    return set(causes)


def _fulfil(gates, at):
    """Make passes with conditions plain passes when every condition is met."""
    asked = GateRound.objects.filter(
        gate__in=[gate.pk for gate in gates], decision=GateRound.Decision.CONDITIONAL, revoked_at=None
    )
    conditions = Criterion.objects.filter(condition_of__in=asked)
    made = set(conditions.values_list("gate_id", flat=True))
    unmet = set(conditions.exclude(state=Criterion.State.MET).values_list("gate_id", flat=True))
    met = [gate for gate in gates if gate.pk in made - unmet]
    if met:
        rounds.fulfil(met, by=None, at=at)


def _tell_revoked(gates):
    """Tell those who decided: their pass was taken back, by a person or by what changed."""
    opened = [gate.pk for gate in gates if gate.state == State.OPEN]
    taken = GateRound.objects.filter(gate__in=opened, revoked_at__isnull=False) if opened else ()
    newest = {}
    for one in taken and taken.select_related("gate__release").defer("covered", "record").order_by("number"):
        newest[one.gate_id] = one
    for one in newest.values():
        tell_stale(one.gate, one)
