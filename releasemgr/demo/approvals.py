"""Planting who decides: groups, rules, a vote that is waited for, a go with a condition, a stale decision, boards."""

from datetime import timedelta

from calendar_app.approvals.boards import close_board, due, open_board, plan_board
from calendar_app.approvals.conclusions import condition
from calendar_app.approvals.standings import obstacles_of, standing_of
from calendar_app.approvals.votes import delegate, vote
from calendar_app.gates.criteria import drop_criteria, judge
from calendar_app.gates.rounds import submit
from calendar_app.models import (
    Absence,
    ApprovalGroup,
    ApprovalRule,
    ApprovalSeat,
    Board,
    Criterion,
    Gate,
    GroupMember,
    Release,
    WorkItem,
)
from releasemgr.changes.revisions import create

_GROUPS = (("Change board", 5), ("Test managers", 4), ("Operations", 3))
_CONDITIONS = ("Repeat the load test with the final build", "Brief the service desk before the weekend")
_SUBMITTED_BEFORE, _NEAR = timedelta(hours=20), timedelta(days=60)


def plant_approvals(scene, trains):
    """Plant groups and the rules of the coming go / no-go gates, and play a few decisions by the verbs themselves."""
    groups = _groups(scene)
    played = _near(scene)[:3]
    _rule_coming(scene, trains, groups, besides={gate.pk for gate in played})
    for gate in played:
        _rules(scene, gate, groups)
        _clear(scene, gate)
    _play(scene, played)
    _absence(scene, groups)
    _boards(scene)


def _groups(scene):
    """The three groups, made or found, with people; what a template named and nobody filled gets people too."""
    there = {group.name: group for group in ApprovalGroup.objects.all()}
    filled = set(GroupMember.objects.values_list("group__name", flat=True))
    new = [ApprovalGroup(name=name) for name, _size in _GROUPS if name not in there]
    there |= {group.name: group for group in scene.plant(new)}
    staff = [person for person in scene.people if person.user_id]
    others = [person for person in scene.people if not person.user_id]
    sizes = dict(_GROUPS)
    for number, name in enumerate(sorted({*there} - filled)):
        people = [*staff[number % 3 :: 3], *scene.random.sample(others, sizes.get(name, 3))]
        scene.plant([GroupMember(group=there[name], person=person) for person in people])
    return [there[name] for name, _size in _GROUPS]


def _near(scene):
    """Open gates around today in whose way stand at most criteria: those that people judge first, then the nearest."""
    rows = Gate.objects.filter(
        state=Gate.State.OPEN,
        release__status=Release.Status.ACTIVE,
        release__kind=Release.Kind.PROJECT,
        planned_date__lte=scene.today + _NEAR,
    ).select_related("release", "owner")
    found = list(rows.order_by("planned_date", "release__number", "pk"))
    obstacles = obstacles_of(found, scene.now)
    free = [gate for gate in found if not (obstacles[gate.pk].gates or obstacles[gate.pk].dependencies)]
    by_facts = {gate.pk: any(one.rule for one in obstacles[gate.pk].criteria) for gate in free}
    return sorted(free, key=lambda gate: (by_facts[gate.pk], abs(gate.planned_date - scene.today)))


def _clear(scene, gate):
    """Take away what facts do not meet yet and judge the rest as met, as owners do before they ask for a decision."""
    at = scene.now - _SUBMITTED_BEFORE - timedelta(hours=2)
    criteria = obstacles_of([gate], scene.now)[gate.pk].criteria
    drop_criteria([criterion for criterion in criteria if criterion.rule], by=None, at=at)
    for criterion in criteria:
        if not criterion.rule:
            judge(criterion, Criterion.State.MET, by=None, at=at, evidence_note="Shown at the review.")


def _rule_coming(scene, trains, groups, *, besides):
    """The rules of the undecided go / no-go gates of the trains that are still to leave."""
    releases = [train.release.pk for train in trains if train.go_live >= scene.today]
    gates = Gate.objects.filter(kind=Gate.Kind.GO_NO_GO, state=Gate.State.OPEN, release__in=releases)
    for gate in gates.exclude(pk__in=besides).order_by("planned_date", "pk"):
        _rules(scene, gate, groups)


def _rules(scene, gate, groups):
    board, testers, operations = groups
    rules = scene.plant(
        [
            ApprovalRule(gate=gate, name="Tested", group=testers, needed=1),
            ApprovalRule(gate=gate, name="Change board", group=board, needed=2, step=2),
            ApprovalRule(gate=gate, name="Ready to operate", group=operations, needed=1, step=2),
        ]
    )
    scene.plant([ApprovalSeat(rule=rules[0], person=scene.someone())])


def _play(scene, gates):
    """One gate waits for votes, one goes with conditions, one decision goes stale: as far as there are gates."""
    if not gates:
        return
    submit(gates, by=None, at=scene.now - _SUBMITTED_BEFORE)
    waiting, *decided = gates
    _sign(scene, waiting, most=1)
    _hand_over(scene, waiting)
    for gate, conditions in zip(decided, (_CONDITIONS, ()), strict=False):
        _sign(scene, gate, conditions=conditions)
    for gate in decided[1:2]:
        late = WorkItem(
            release=gate.release,
            key="EXTRA-1",
            title="A change that came after the decision",
            added_at=scene.now,
        )
        create([late], by=None, at=scene.now)


def _sign(scene, gate, *, most=9, conditions=()):
    """Have those who are asked sign in turn until the gate is decided or ``most`` have signed."""
    for number in range(most):
        standing = standing_of(_fresh(gate), at=scene.now)
        if not standing.is_asked or not standing.judgement.awaited:
            return
        actor, person = (standing.people[pk] for pk in standing.judgement.awaited[0])
        wanted = [
            condition(name, scene.someone(), scene.in_days(days))
            for name, days in zip(conditions, (-1, 9), strict=False)
        ]
        vote(
            standing.gate,
            "conditional" if wanted and not number else "approve",
            person=person,
            actor=actor,
            seen=standing.digest,
            by=None,
            at=scene.now - timedelta(hours=10 - number),
            conditions=wanted,
        )


def _hand_over(scene, gate):
    """Somebody who is asked lets a colleague decide."""
    standing = standing_of(_fresh(gate), at=scene.now)
    asked = [person for actor, person in standing.judgement.awaited if actor == person]
    quiet = [pk for pk in asked if not standing.people[pk].user_id]
    if quiet:
        person = standing.people[quiet[0]]
        to = next(one for one in scene.people if one.pk not in asked)
        delegate(standing.gate, person=person, to=to, by=None, at=scene.now)


def _absence(scene, groups):
    """Two people of the change board are away, one of them with a deputy who signs in."""
    people = [row.person for row in groups[0].members.select_related("person").order_by("person__name", "pk")]
    quiet = [person for person in people if not person.user_id]
    deputy = next(person for person in scene.people if person.user_id)
    days = {"starts_on": scene.in_days(-2), "ends_on": scene.in_days(8)}
    scene.plant(
        [
            Absence(person=quiet[0], deputy=deputy, reason="On leave", **days),
            Absence(
                person=quiet[1], reason="Training", starts_on=scene.in_days(20), ends_on=scene.in_days(24)
            ),
        ]
    )


def _boards(scene):
    """A board that met last week, and the one of this week or the next gates that are due."""
    chair = next(person for person in scene.people if person.user_id)
    held, coming = scene.in_days(-7), scene.in_days(2)
    gates = Gate.objects.filter(planned_date__lte=held, planned_date__gte=held - timedelta(days=20))
    decided = gates.filter(state__in=[Gate.State.PASSED, Gate.State.CONDITIONAL]).order_by(
        "-planned_date", "pk"
    )
    at = scene.at(held, 10)
    past = plan_board(
        Board(name="Release board", held_on=held, chair=chair), list(decided[:4]), by=None, at=at
    )
    past = open_board(past, by=None, at=at).rows[0]
    close_board(past, "All gates on the agenda were decided.", by=None, at=at + timedelta(hours=1))
    agenda = [gate for day in (coming, scene.in_days(9)) for gate in due(day, "week")]
    plan_board(Board(name="Release board", held_on=coming, chair=chair), agenda[:12], by=None, at=scene.now)


def _fresh(gate):
    return Gate.objects.select_related("release", "owner").get(pk=gate.pk)
