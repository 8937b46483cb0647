"""Moving releases made from templates, baselines of phases and gates, and releases that follow another."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.conflicts.consequences import consequences
from calendar_app.gates.plans import edit_gate
from calendar_app.models import Blockout, Conflict, Criterion, Gate, Phase, PhaseActivity, Release
from calendar_app.releases import lifecycle
from calendar_app.releases.following import attach, detach
from calendar_app.releases.moves import Move, fingerprint, move
from calendar_app.releases.phases import edit_phase
from calendar_app.releases.plans import edit, plan
from calendar_app.templates.build import build, planned_dates
from calendar_app.templates.starters import take_over
from releasemgr.changes.revisions import Revision, create, revise, undo
from releasemgr.portfolio.models import Person, WorkingCalendar
from releasemgr.tenancy.days import day_start
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

EARLIER, NOVEMBER, LATER = date(2026, 10, 31), date(2026, 11, 14), date(2026, 12, 12)


@pytest.fixture
def quarterly(in_acme, rita):
    WorkingCalendar.objects.create(name="Office", country="US", is_default=True)
    return take_over("quarterly", by=rita, at=JUNE_1)


@pytest.fixture
def autumn(bank, quarterly, rita):
    nora = Person.objects.create(name="Nora")
    row = Release(kind="enterprise", name="Autumn", portfolio=bank, owner=nora, target_date=NOVEMBER)
    build(plan([row], by=rita, at=JUNE_1).rows[0], quarterly.versions.get(), by=rita, at=JUNE_1)
    return Release.objects.get(pk=row.pk)


def child_of(project, rita, name="Payments, autumn", target=NOVEMBER):
    row = Release(kind="project", name=name, project=project, target_date=target)
    return plan([row], by=rita, at=JUNE_1).rows[0]


def dates_in(release):
    """Every planned date of a release, by noun."""
    return {
        "release": (release.starts_on, release.target_date),
        "phases": list(
            Phase.objects.filter(release=release).order_by("pk").values_list("starts_on", "ends_on")
        ),
        "gates": list(
            Gate.objects.filter(release=release).order_by("pk").values_list("planned_date", flat=True)
        ),
        "criteria": list(
            Criterion.objects.filter(gate__release=release).order_by("pk").values_list("due_on", flat=True)
        ),
        "activities": list(
            PhaseActivity.objects.filter(phase__release=release)
            .order_by("pk")
            .values_list("due_on", flat=True)
        ),
    }


def again(row):
    return type(row).objects.get(pk=row.pk)


def test_a_move_plans_anew_over_working_days(autumn, rita):
    move([Move(autumn, LATER)], by=rita, at=JUNE_1)

    moved = again(autumn)
    wanted = planned_dates(moved, moved.template_version)
    phases = {row.template_key: (row.starts_on, row.ends_on) for row in moved.phases.all()}
    assert phases == {key: (span.first, span.last) for key, span in wanted.phases.items()}
    assert {row.template_key: row.planned_date for row in moved.gates.all()} == wanted.gates
    due = {row.template_key: row.due_on for row in Criterion.objects.filter(gate__release=moved)}
    assert due == wanted.due["criteria"]
    assert (moved.starts_on, moved.target_date) == (wanted.first, LATER)


def test_a_preview_writes_nothing_and_undo_restores_every_date(autumn, rita):
    before, seen = dates_in(autumn), fingerprint([Move(autumn, LATER)])

    found = consequences(lambda: move([Move(autumn, LATER)], by=rita, at=JUNE_1))

    assert dates_in(again(autumn)) == before
    assert {entry.noun for entry in found.entries} == {
        "release",
        "phase",
        "gate",
        "criterion",
        "phaseactivity",
    }
    assert fingerprint([Move(autumn, LATER)]) == seen
    outcome = move([Move(autumn, LATER)], by=rita, at=JUNE_1)
    undo(outcome.act_id, by=rita, at=JUNE_1)
    assert dates_in(again(autumn)) == before


def test_a_date_set_by_hand_keeps_its_distance_in_working_days(autumn, rita):
    uat = autumn.phases.get(kind="uat")
    edit_phase(uat, {"starts_on": uat.starts_on - timedelta(days=7)}, by=rita, at=JUNE_1)

    move([Move(again(autumn), LATER)], by=rita, at=JUNE_1)

    moved = planned_dates(again(autumn), autumn.template_version).phases["user-acceptance-test"]
    assert again(uat).ends_on <= moved.last
    assert again(uat).starts_on < moved.first - timedelta(days=4)


def test_a_blockout_pushes_the_deployment_and_not_the_tests(autumn, bank, rita):
    freeze = Blockout(
        name="Freeze",
        portfolio=bank,
        starts_at=day_start(date(2026, 12, 8), autumn.org.zone),
        ends_at=day_start(date(2026, 12, 12), autumn.org.zone),
    )
    create([freeze], by=rita, at=JUNE_1)

    move([Move(autumn, LATER)], by=rita, at=JUNE_1)

    deployment = autumn.phases.get(kind="deployment")
    assert (deployment.starts_on, deployment.ends_on) == (date(2026, 12, 7), LATER)


def test_what_a_blockout_does_not_stop_is_no_conflict(autumn, bank, rita):
    start = day_start(NOVEMBER, autumn.org.zone)
    freeze = Blockout(
        name="Freeze",
        portfolio=bank,
        starts_at=start,
        ends_at=start + timedelta(days=1),
        stops=["deployment"],
    )
    create([freeze], by=rita, at=JUNE_1)
    assert not Conflict.objects.filter(rule="in-blockout").exists()

    revise([Revision(freeze, 1, {"stops": ["go_live"]})], by=rita, at=JUNE_1)

    assert Conflict.objects.get(rule="in-blockout").second_title == "Freeze"


def test_baselines_are_set_with_the_release_and_never_move(autumn, rita):
    lifecycle.baseline([autumn], by=rita, at=JUNE_1)
    promised = list(Phase.objects.order_by("pk").values_list("baseline_starts_on", "baseline_ends_on"))

    move([Move(again(autumn), EARLIER)], by=rita, at=JUNE_1)  # later would need an exception

    assert (
        list(Phase.objects.order_by("pk").values_list("baseline_starts_on", "baseline_ends_on")) == promised
    )
    assert None not in [day for pair in promised for day in pair]
    gate = autumn.gates.get(kind="go_no_go")
    assert gate.baseline_date == date(2026, 11, 10) != gate.planned_date


def test_inheriting_copies_phases_and_gates_and_follows(autumn, payments, rita):
    child = child_of(payments, rita)

    attach(child, autumn, inherits=True, by=rita, at=JUNE_1)
    move([Move(again(autumn), LATER)], by=rita, at=JUNE_1)

    child = again(child)
    assert (child.parent, child.follows_parent, child.target_date) == (autumn, True, LATER)
    spans = [
        list(one.phases.order_by("position").values_list("name", "starts_on", "ends_on"))
        for one in (autumn, child)
    ]
    assert spans[0] == spans[1]
    assert [gate.planned_date for gate in child.gates.order_by("name")] == [
        gate.parent.planned_date for gate in child.gates.order_by("name")
    ]
    with pytest.raises(ValidationError, match="follows"):
        move([Move(child, NOVEMBER)], by=rita, at=JUNE_1)


def test_a_follower_follows_a_single_phase_and_the_undo_of_a_move(autumn, payments, rita):
    attach(child_of(payments, rita), autumn, inherits=True, by=rita, at=JUNE_1)
    child = autumn.children.get()
    sit = autumn.phases.get(kind="sit")

    edit_phase(sit, {"ends_on": sit.ends_on + timedelta(days=3)}, by=rita, at=JUNE_1)

    assert child.phases.get(kind="sit").ends_on == again(sit).ends_on
    before = dates_in(again(child))
    outcome = move([Move(again(autumn), LATER)], by=rita, at=JUNE_1)
    assert dates_in(again(child)) != before
    undo(outcome.act_id, by=rita, at=JUNE_1)
    assert dates_in(again(child)) == before


def test_what_follows_has_no_dates_of_its_own(autumn, payments, rita):
    attach(child_of(payments, rita), autumn, inherits=True, by=rita, at=JUNE_1)
    child = autumn.children.get()
    sit, gate = child.phases.get(kind="sit"), child.gates.get(kind="go_no_go")

    with pytest.raises(ValidationError, match="follows") as refused:
        edit_phase(sit, {"ends_on": sit.ends_on - timedelta(days=1)}, by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="follows"):
        edit_gate(gate, {"planned_date": gate.planned_date - timedelta(days=1)}, by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="follows"):
        edit(child, {"target_date": EARLIER}, by=rita, at=JUNE_1)
    edit_phase(sit, {"name": "SIT with partners"}, by=rita, at=JUNE_1)

    assert list(refused.value.message_dict) == ["ends_on"]
    assert again(sit).name == "SIT with partners"


def test_another_enterprise_release_is_not_followed_by_itself(autumn, payments, rita):
    attach(child_of(payments, rita), autumn, inherits=True, by=rita, at=JUNE_1)
    other = plan([Release(kind="enterprise", name="Winter", target_date=LATER)], by=rita, at=JUNE_1).rows[0]

    edit(autumn.children.get(), {"parent": other}, by=rita, at=JUNE_1)

    child = other.children.get()
    assert (child.follows_parent, child.gates.filter(parent__isnull=False).count()) == (False, 0)


def test_keeping_leaves_the_dates_alone(autumn, payments, rita):
    child = child_of(payments, rita, target=date(2026, 11, 1))

    attach(child, autumn, inherits=False, by=rita, at=JUNE_1)
    move([Move(again(autumn), LATER)], by=rita, at=JUNE_1)

    child = again(child)
    assert (child.parent, child.target_date, child.phases.count()) == (autumn, date(2026, 11, 1), 0)


def test_detached_gates_count_no_more(autumn, payments, rita):
    attach(child_of(payments, rita), autumn, inherits=True, by=rita, at=JUNE_1)
    child = autumn.children.get()

    detach(child, by=rita, at=JUNE_1)
    move([Move(again(autumn), LATER)], by=rita, at=JUNE_1)

    child = again(child)
    assert (child.parent, child.follows_parent, child.target_date) == (None, False, NOVEMBER)
    assert not child.gates.filter(parent__isnull=False).exists()


@pytest.mark.parametrize("followers", [1, 3])
def test_a_move_costs_the_same_for_any_number_of_followers(
    autumn, payments, rita, followers, django_assert_max_num_queries
):
    for n in range(followers):
        attach(child_of(payments, rita, f"Payments {n}"), autumn, inherits=True, by=rita, at=JUNE_1)

    with django_assert_max_num_queries(110):
        move([Move(again(autumn), LATER)], by=rita, at=JUNE_1)
