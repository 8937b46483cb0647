"""Planting gates and their rounds: most pass at once, some are turned back, some slip."""

from dataclasses import dataclass
from datetime import timedelta

from calendar_app.models import Gate, GateRound, Release
from releasemgr.changes.revisions import Revision, revise

# Name, days from the go-live, kind, locks the scope, median of the review in hours.
_RIDE_GATES = (
    ("Scope agreed", -98, Gate.Kind.APPROVAL, True, 22),
    ("Ready for SIT", -50, Gate.Kind.APPROVAL, False, 14),
    ("Ready for UAT", -29, Gate.Kind.APPROVAL, False, 16),
    ("Go / no-go", -4, Gate.Kind.GO_NO_GO, False, 4),
)
_TRAIN_GATES = (
    ("Scope freeze", -92, Gate.Kind.FREEZE, True, 20),
    ("Code freeze", -30, Gate.Kind.FREEZE, False, 10),
    ("Release readiness review", -11, Gate.Kind.APPROVAL, False, 24),
    ("Enterprise go / no-go", -2, Gate.Kind.GO_NO_GO, False, 5),
)
_DECIDERS = ("Change board", "Release board", "Architecture board", "Operations lead")
_TURNED_BACK, _CONDITIONAL, _WITHDRAWN = 0.15, 0.07, 0.03
_SLIPPED_NOW = 0.25  # of the gates planned for the last three weeks


@dataclass
class _Plan:
    """A gate before it is written, the median hours of its review and its rounds so far."""

    gate: Gate
    review_hours: float
    rounds: list[GateRound]


def plant_gates(scene, trains):
    """Plant the gates of trains and rides with their rounds, and lock the scopes they lock."""
    plans = [_ride_plan(scene, ride, row) for train in trains for ride in train.rides for row in _RIDE_GATES]
    plans += [_train_plan(scene, train, row) for train in trains for row in _TRAIN_GATES]
    scene.plant([plan.gate for plan in plans])
    scene.plant([decided for plan in plans for decided in plan.rounds])
    _lock_scopes(scene, plans)


def _ride_plan(scene, ride, row):
    name, offset, kind, locks_scope, review_hours = row
    gate = Gate(
        release=ride.release,
        owner=ride.release.owner,
        kind=kind,
        name=name,
        planned_date=_workday(ride.day(offset)),
        locks_scope=locks_scope,
    )
    plan = _Plan(gate, review_hours, [])
    if ride.is_dropped and gate.planned_date > ride.release.cancelled_at.date():
        gate.state, gate.cancelled_at = Gate.State.CANCELLED, ride.release.cancelled_at
        return plan
    return _play(scene, plan)


def _train_plan(scene, train, row):
    name, offset, kind, locks_scope, review_hours = row
    gate = Gate(
        release=train.release,
        owner=train.release.owner,
        kind=kind,
        name=name,
        planned_date=_workday(train.go_live + timedelta(days=offset)),
        locks_scope=locks_scope,
    )
    return _play(scene, _Plan(gate, review_hours, []))


def _play(scene, plan):
    """Submit, decide and, where it was turned back, submit again, as far as history has gone."""
    gate = plan.gate
    submitted_at = scene.working_hour(gate.planned_date + timedelta(days=_delay(scene, gate)))
    recent = scene.today - timedelta(days=21) < gate.planned_date
    if recent and gate.kind != Gate.Kind.GO_NO_GO and scene.chance(_SLIPPED_NOW):
        return plan  # planned for a day that went by, and nobody has submitted it yet
    while submitted_at < scene.now:
        played = _round(scene, plan, submitted_at)
        plan.rounds.append(played)
        gate.state = _state(played)
        if not played.decided_at or gate.state in (Gate.State.PASSED, Gate.State.CONDITIONAL):
            break
        submitted_at = played.decided_at + scene.lognormal_hours(40, 0.5)
    return plan


def _round(scene, plan, submitted_at):
    played = GateRound(gate=plan.gate, number=len(plan.rounds) + 1, submitted_at=submitted_at)
    decided_at = submitted_at + scene.lognormal_hours(plan.review_hours, 0.7)
    if decided_at < scene.now:
        played.decided_at = decided_at
        played.decision = _decision(scene, is_first=not plan.rounds, kind=plan.gate.kind)
        played.decided_by_name = scene.random.choice(_DECIDERS)
    return played


def _decision(scene, *, is_first, kind):
    dice = scene.random.random()
    if is_first and kind == Gate.Kind.APPROVAL and dice < _TURNED_BACK:
        return GateRound.Decision.REJECTED
    if is_first and dice > 1 - _WITHDRAWN:
        return GateRound.Decision.WITHDRAWN
    if _TURNED_BACK < dice < _TURNED_BACK + _CONDITIONAL:
        return GateRound.Decision.CONDITIONAL
    return GateRound.Decision.PASSED


def _state(played):
    if not played.decided_at:
        return Gate.State.SUBMITTED
    return {
        GateRound.Decision.PASSED: Gate.State.PASSED,
        GateRound.Decision.CONDITIONAL: Gate.State.CONDITIONAL,
        GateRound.Decision.REJECTED: Gate.State.REJECTED,
        GateRound.Decision.WITHDRAWN: Gate.State.OPEN,
    }[played.decision]


def _delay(scene, gate):
    if gate.kind == Gate.Kind.GO_NO_GO:
        return 0
    return scene.random.choices((-1, 0, 1, 2, 5), (2, 12, 3, 1, 1))[0]


def _workday(day):
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def _lock_scopes(scene, plans):
    passed = (Gate.State.PASSED, Gate.State.CONDITIONAL)
    locks = {
        plan.gate.release_id: plan.rounds[-1].decided_at
        for plan in plans
        if plan.gate.locks_scope and plan.gate.state in passed
    }
    releases = Release.objects.in_bulk(locks)
    revise(
        [
            Revision(release, release.version, {"scope_locked_at": locks[pk]})
            for pk, release in releases.items()
        ],
        by=None,
        at=scene.now,
    )
