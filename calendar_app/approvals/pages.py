"""What the go / no-go of a gate shows, live or as it was decided."""

from datetime import date, datetime

from calendar_app.approvals.boards import decided_record
from calendar_app.approvals.engine import State
from calendar_app.approvals.records import records
from calendar_app.approvals.voices import effects, person_of, voice_of
from calendar_app.approvals.wanted import overdue_conditions
from calendar_app.approvals.words import change_words, why_not_passed
from calendar_app.gates.facts.rulebook import rulebook
from calendar_app.gates.stances import stances
from calendar_app.models import Criterion, Gate, GateRound, Vote

_STANCES = {
    Criterion.State.MET: "done",
    Criterion.State.OPEN: "pending",
    Criterion.State.FAILED: "failed",
    State.MET.value: "done",
    State.WAITING.value: "pending",
    State.IMPOSSIBLE.value: "blocked",
    Vote.Verdict.APPROVE: "done",
    Vote.Verdict.CONDITIONAL: "at-risk",
    Vote.Verdict.REJECT: "failed",
    GateRound.Decision.PASSED: "done",
}


def about(standing, user, *, at, today):
    """The context of the go / no-go page of a Standing, for the User who looks."""
    gate = standing.gate
    frozen = decided_record(standing)
    voice = voice_of(standing, person_of(user))
    stance = stances([gate], at=at, today=today)[gate.pk]
    conditions = Criterion.objects.filter(gate=gate, condition_of__isnull=False).select_related(
        "owner", "condition_of"
    )
    return {
        "gate": gate,
        "standing": standing,
        "stance": stance,
        "ended": [change_words(change) for change in stance.ended],
        "record": shown(frozen or records([standing], at=at)[gate.pk]),
        "is_frozen": frozen is not None,
        "voice": voice,
        "awaited": awaited(standing),
        "why": why_not_passed(standing) if frozen is None and gate.state != Gate.State.CANCELLED else [],
        "effects": effects(standing, voice) if standing.is_asked else [],
        "conditions": list(conditions.order_by("due_on", "pk")),
        "overdue": overdue_conditions([gate], today).get(gate.pk, []),
        "stale": stale(standing),
        "today": today,
    }


def stale(standing):
    """What took the last pass back: ``(when, [phrase, …])``; None where nothing did."""
    asked = standing.round
    if asked is None or asked.revoked_at is None:
        return None
    return asked.revoked_at, [change_words(one) for one in asked.revoked_because.get("changes", [])]


def awaited(standing):
    """Who is asked now: ``[(actor, person they speak for or None), …]``."""
    if not standing.is_asked or standing.judgement is None:
        return []
    people = standing.people
    return [
        (people[actor], people[person] if person != actor else None)
        for actor, person in standing.judgement.awaited
    ]


def shown(record):
    """A record with days and instants as such, words for codes and the tokens of states."""
    return record | {
        "as_of": _instant(record["as_of"]),
        "decided_at": _instant(record.get("decided_at")),
        "asked_at": _instant(record["asked_at"]),
        "planned": _day(record["planned"]),
        "target": _day(record["target"]),
        "changes": [change_words(one) for one in record["changed"]],
        "decision_words": _label(GateRound.Decision, record.get("decision")),
        "criteria": [_criterion(one) for one in record["criteria"]],
        "rules": [
            one | {"stance": _STANCES[one["state"]], "missing": one["needed"] - len(one["people"])}
            for one in record["rules"]
        ],
        "votes": [_vote(one) for one in record["votes"]],
        "former": [_vote(one) for one in record["former"]],
        "conditions": [one | {"due": _day(one["due_on"])} for one in record.get("conditions", [])],
    }


def _criterion(one):
    rule = rulebook.get(one["rule"])
    return one | {
        "stance": "neutral"
        if one["waiver"] and one["state"] != Criterion.State.MET
        else _STANCES[one["state"]],
        "state_words": _label(Criterion.State, one["state"]),
        "kind_words": _label(Criterion.Kind, one["kind"]),
        "value_words": rule.words(one["value"]) if rule and one["judged_at"] else "",
        "due": _day(one["due"]),
        "judged_at": _instant(one["judged_at"]),
        "waived_until": _instant(one["waived_until"]),
    }


def _vote(one):
    return one | {
        "at": _instant(one["at"]),
        "stance": _STANCES[one["verdict"]],
        "words": _label(Vote.Verdict, one["verdict"]),
        "for_another": one["by"] != one["person"],
        "conditions": [condition | {"due": _day(condition["due_on"])} for condition in one["conditions"]],
    }


def _label(choices, value):
    return choices(value).label if value else ""


def _day(text):
    return date.fromisoformat(text) if text else None


def _instant(text):
    return datetime.fromisoformat(text) if text else None
