"""The record of a go / no-go: what everybody saw and said, as plain values, so that it can be frozen.

The page shows the same document while a decision is open, made anew each time; once it is decided, the round keeps
it and nothing changes it any more.
"""

from collections import Counter

from calendar_app.gates.criteria import waivers_of
from calendar_app.models import Conflict, Criterion, Vote
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org


def records(standings, *, at):
    """``{gate.pk: record}`` of Standings, in four statements; instants are ISO texts."""
    gates = [standing.gate for standing in standings]
    criteria, conflicts = _criteria(gates), _conflicts(gates, at)
    waived = waivers_of([one for group in criteria.values() for one in group], at)
    return {
        standing.gate.pk: _record(
            standing, criteria.get(standing.gate.pk, []), waived, conflicts[standing.gate.pk], at
        )
        for standing in standings
    }


def _record(standing, criteria, waived, conflicts, at):
    gate, asked = standing.gate, standing.round
    return {
        "as_of": at.isoformat(),
        "gate": gate.name,
        "kind": gate.kind,
        "planned": gate.planned_date.isoformat(),
        "release": gate.release.name,
        "reference": gate.release.reference,
        "target": gate.release.target_date.isoformat() if gate.release.target_date else None,
        "owner": str(gate.owner or ""),
        "round": asked.number if asked else None,
        "asked_by": asked.submitted_by_name if asked else "",
        "asked_at": asked.submitted_at.isoformat() if asked else None,
        "changed": asked.record.get("changed", []) if asked else [],
        "items": sum(len(keys) for keys in asked.covered.get("scope", {}).values()) if asked else 0,
        "criteria": [_criterion(one, waived.get(one.pk)) for one in criteria],
        "below": [f"{child.release}: {child.name}" for child in standing.obstacles.gates],
        "dependencies": [str(need) for need in standing.obstacles.dependencies],
        "rules": _rules(standing),
        "votes": [_vote(vote, standing) for vote in standing.votes],
        "former": [_vote(vote, standing) for vote in standing.former],
        "conflicts": conflicts,
    }


def _criterion(one, waiver):
    return {
        "name": one.name,
        "kind": one.kind,
        "owner": str(one.owner or ""),
        "due": one.due_on.isoformat() if one.due_on else None,
        "mandatory": one.is_mandatory,
        "state": one.state,
        "rule": one.rule,
        "value": one.value,
        "judged_at": one.judged_at.isoformat() if one.judged_at else None,
        "evidence": one.evidence_url,
        "shows": one.evidence_note,
        "waiver": waiver.reference if waiver else "",
        "waived_until": waiver.expires_at.isoformat() if waiver else None,
    }


def _rules(standing):
    if standing.judgement is None:
        return []
    names = {rule.pk: rule for rule in standing.rules}
    return [
        {
            "name": names[one.rule.key].name,
            "step": one.rule.step,
            "needed": one.rule.needed,
            "of": len(one.rule.members),
            "state": one.state.value,
            "people": sorted(str(standing.people[pk]) for pk in one.people),
        }
        for one in standing.judgement.rules
    ]


def _vote(vote, standing):
    rules = {rule.pk: rule.name for rule in standing.rules}
    counted = standing.judgement.counted if standing.judgement else {}
    return {
        "person": str(standing.people[vote.person_id]),
        "by": str(standing.people[vote.cast_by_id]),
        "verdict": vote.verdict,
        "note": vote.note,
        "at": vote.cast_at.isoformat(),
        "rule": rules.get(counted.get(vote.person_id), ""),
        "conditions": vote.conditions if vote.verdict == Vote.Verdict.CONDITIONAL else [],
    }


def _criteria(gates):
    found = {gate.pk: [] for gate in gates}
    rows = Criterion.objects.filter(gate__in=list(found)).select_related("owner")
    for one in rows.order_by("kind", "position", "pk"):
        found[one.gate_id].append(one)
    return found


def _conflicts(gates, at):
    """``{gate.pk: number}`` of open conflicts in which its release takes part."""
    today, ids = local_date(at, current_org().zone), {gate.release_id for gate in gates}
    rows = Conflict.objects.open(today)
    pairs = {
        *rows.filter(first_release_id__in=ids).values_list("first_release_id", "pk"),
        *rows.filter(second_release_id__in=ids).values_list("second_release_id", "pk"),
    }
    counts = Counter(release_id for release_id, _pk in pairs)
    return {gate.pk: counts[gate.release_id] for gate in gates}
