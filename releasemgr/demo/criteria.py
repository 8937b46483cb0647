"""Planting what gates ask for and what phases are made of: criteria with evidence, rules over facts, activities, visits."""

from datetime import timedelta

from calendar_app.models import Criterion, Gate, Phase, PhaseActivity, PhaseVisit, Release
from releasemgr.changes.revisions import Revision, revise

Kind, State = Criterion.Kind, Criterion.State

# Gate -> criteria judged by people: kind, name, mandatory, days before the gate on which it is due.
_BY_HAND = {
    "Scope agreed": ((Kind.EXIT, "Scope signed by the product owner", True, 2),),
    "Ready for SIT": (
        (Kind.ENTRY, "Build of every application delivered", True, 5),
        (Kind.EXIT, "Test data loaded", True, 2),
        (Kind.EXIT, "Test cases reviewed", False, 3),
    ),
    "Ready for UAT": (
        (Kind.ENTRY, "Integration test report written", True, 3),
        (Kind.EXIT, "Business testers named", True, 4),
    ),
    "Go / no-go": (
        (Kind.ENTRY, "Deployment plan rehearsed", True, 3),
        (Kind.EXIT, "Operations accept the hand-over", True, 1),
        (Kind.EXIT, "Release notes published", False, 1),
    ),
    "Release readiness review": (
        (Kind.ENTRY, "Every project reported its readiness", True, 2),
        (Kind.EXIT, "Regression test signed", True, 1),
    ),
    "Enterprise go / no-go": ((Kind.EXIT, "Command centre staffed", True, 1),),
}
# Gate -> rules over facts: rule, name, parameters. Planted while the gate is still ahead.
_BY_FACTS = {
    "Ready for SIT": (("activities-done", "All activities of the build done", {}),),
    "Ready for UAT": (("pass-rate", "Integration test passed", {"at_least": 95}),),
    "Go / no-go": (
        ("open-defects", "No open defects of severity 1", {"severity": 1, "most": 0}),
        ("versions-agree", "Planned, tested and approved version agree", {}),
        ("dependencies-satisfied", "All dependencies satisfied", {}),
    ),
    "Enterprise go / no-go": (
        ("open-defects", "No open defects of severity 1 anywhere", {"severity": 1, "most": 0}),
        ("gates-below-passed", "Every project has its go", {}),
    ),
}
_ACTIVITIES = {
    Phase.Kind.DESIGN: ("Interfaces agreed", "Impact on other systems assessed"),
    Phase.Kind.BUILD: ("Stories implemented", "Unit tests green", "Build delivered to SIT"),
    Phase.Kind.SIT: ("Test data prepared", "Interface tests run", "Defects retested", "Report written"),
    Phase.Kind.UAT: ("Testers briefed", "Business scenarios run", "Acceptance signed"),
    Phase.Kind.PREPARATION: ("Cut-over plan agreed", "Dress rehearsal held"),
    Phase.Kind.DEPLOYMENT: ("Change approved", "Smoke test"),
}
_EVIDENCE = (
    "Minutes of the review, all points closed.",
    "Report in the team's folder, two remarks left open.",
    "Confirmed in writing by the owner.",
)
_REASONS_AGAIN = (
    "A defect in the clearing file needed a second cycle.",
    "A late interface change was retested.",
)
_OVER = (Gate.State.PASSED, Gate.State.CONDITIONAL)


def plant_criteria(scene):
    """Plant the criteria, roll-ups, activities and visits of the releases that are under way."""
    riding = Release.objects.filter(status=Release.Status.ACTIVE, target_date__gt=scene.today)
    _plant_phases(scene, riding)
    _let_count(scene, riding)
    gates = Gate.objects.filter(release__in=riding, name__in=_BY_HAND).exclude(state=Gate.State.CANCELLED)
    rows = []
    for gate in gates.select_related("release").order_by("release__number", "planned_date", "pk"):
        rows += _criteria(scene, gate)
    scene.plant(rows)


def _let_count(scene, riding):
    """Every project's go / no-go counts toward that of its enterprise release."""
    above = {
        gate.release_id: gate
        for gate in Gate.objects.filter(release__in=riding, name="Enterprise go / no-go", state="open")
    }
    below = Gate.objects.filter(release__parent__in=list(above), name="Go / no-go").order_by("pk")
    revisions = [
        Revision(gate, None, {"parent": above[gate.release.parent_id]})
        for gate in below.select_related("release")
    ]
    revisions += [Revision(gate, None, {"rollup": Gate.Rollup.REQUIRED}) for gate in above.values()]
    revise(revisions, by=None, at=scene.now)


def _criteria(scene, gate):
    made = [_by_hand(scene, gate, row) for row in _BY_HAND[gate.name]]
    if gate.state == Gate.State.OPEN:
        made += [
            Criterion(gate=gate, name=name, rule=rule, parameters=parameters, owner=gate.owner)
            for rule, name, parameters in _BY_FACTS.get(gate.name, ())
        ]
    for position, criterion in enumerate(made, start=1):
        criterion.position = position
    return made


def _by_hand(scene, gate, row):
    kind, name, is_mandatory, before = row
    due_on = gate.planned_date - timedelta(days=before)
    criterion = Criterion(
        gate=gate, kind=kind, name=name, is_mandatory=is_mandatory, owner=scene.someone(), due_on=due_on
    )
    asked = gate.state == Gate.State.SUBMITTED and kind == Kind.ENTRY
    if gate.state in _OVER or asked or (due_on < scene.today and scene.chance(0.7)):
        _judge(scene, criterion, State.MET)
    elif due_on < scene.today + timedelta(days=3) and scene.chance(0.4):
        _judge(scene, criterion, State.FAILED)
    return criterion


def _judge(scene, criterion, state):
    criterion.state = state
    judged_on = min(criterion.due_on, scene.in_days(-1)) - timedelta(days=scene.random.randint(0, 2))
    criterion.judged_at = scene.working_hour(judged_on)
    criterion.judged_by_name = str(criterion.owner)
    missing = "Waits for the answer of the supplier."
    criterion.evidence_note = missing if state == State.FAILED else scene.random.choice(_EVIDENCE)
    if state == State.MET and scene.chance(0.5):
        criterion.evidence_url = f"https://wiki.example/reports/{scene.random.randint(1000, 9999)}"


def _plant_phases(scene, riding):
    phases = Phase.objects.filter(release__in=riding).exclude(status=Phase.Status.CANCELLED)
    phases = list(phases.select_related("release").order_by("release__number", "position"))
    scene.plant([visit for phase in phases for visit in _visits(scene, phase)])
    scene.plant([activity for phase in phases for activity in _activities(scene, phase)])


def _visits(scene, phase):
    """One visit, or two where a test had to be repeated."""
    if not phase.entered_at:
        return
    was_repeated = phase.left_at and phase.kind in (Phase.Kind.SIT, Phase.Kind.UAT) and scene.chance(0.2)
    if not was_repeated:
        yield PhaseVisit(phase=phase, number=1, entered_at=phase.entered_at, left_at=phase.left_at)
        return
    span = phase.left_at - phase.entered_at
    first = phase.entered_at + span * 0.6
    yield PhaseVisit(phase=phase, number=1, entered_at=phase.entered_at, left_at=first)
    yield PhaseVisit(
        phase=phase,
        number=2,
        entered_at=first + span * 0.1,
        left_at=phase.left_at,
        reason=scene.random.choice(_REASONS_AGAIN),
    )


def _activities(scene, phase):
    names = _ACTIVITIES.get(phase.kind, ())
    days = (phase.ends_on - phase.starts_on).days
    for position, name in enumerate(names, start=1):
        due_on = phase.starts_on + timedelta(days=days * position // len(names))
        yield PhaseActivity(
            phase=phase,
            position=position,
            name=name,
            owner=scene.someone(),
            due_on=due_on,
            percent_done=_percent(scene, phase, due_on),
        )


def _percent(scene, phase, due_on):
    if phase.status == Phase.Status.DONE or (phase.status == Phase.Status.ACTIVE and due_on < scene.today):
        return 90 if phase.status == Phase.Status.ACTIVE and scene.chance(0.25) else 100
    return scene.random.choice((0, 10, 25, 50, 75)) if phase.status == Phase.Status.ACTIVE else 0
