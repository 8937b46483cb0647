"""The pages of gates, criteria, activities and visits, as people use them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calendar_app.gates.criteria import add_criteria
from calendar_app.models import Criterion, Gate, Phase, PhaseActivity, Release, Version
from calendar_app.phases.activities import add_activities
from calendar_app.releases.phases import begin_phases, finish_phases
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.portfolio.models import Person
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MOUNT = "/o/acme/calendar"


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def criterion(world, rita):
    return add_criteria([Criterion(gate=world.gate, name="Report signed")], by=rita, at=JUNE_1).rows[0]


@pytest.fixture
def activity(world, rita):
    return add_activities([PhaseActivity(phase=world.sit, name="Test data")], by=rita, at=JUNE_1).rows[0]


def text_of(response):
    return response.content.decode()


def test_every_page_opens_whole_and_as_a_fragment(as_rita, world, criterion, activity):
    Phase.objects.filter(pk=world.sit.pk).update(status="done")
    gate = f"gates/{world.gate.pk}"
    for path in (
        "releases/1/gates/",
        f"{gate}/",
        f"{gate}/below/",
        f"{gate}/criteria/new/",
        f"{gate}/criteria/new/?rule=open-defects",
        f"{gate}/criteria/rules/",
        f"criteria/{criterion.pk}/",
        f"criteria/{criterion.pk}/edit/",
        f"criteria/{criterion.pk}/judgement/",
        "releases/1/phases/1/",
        "releases/1/phases/1/activities/new/",
        "releases/1/phases/1/reentry/",
        f"activities/{activity.pk}/edit/",
    ):
        for headers in ({}, HTMX, {**HTMX, "HX-Target": "peek-body"}):
            answer = as_rita.get(f"{MOUNT}/{path}", headers=headers)
            assert (path, answer.status_code) == (path, 200)
            assert ("<html" in text_of(answer)) is not bool(headers)


def test_a_criterion_is_added_judged_and_removed(as_rita, world):
    as_rita.post(
        f"{MOUNT}/gates/{world.gate.pk}/criteria/new/",
        {"name": "Report signed", "kind": "exit", "is_mandatory": "on", "due_on": "2026-07-10"},
    )
    row = Criterion.objects.get()
    answer = as_rita.post(
        f"{MOUNT}/criteria/{row.pk}/judgement/",
        {
            "version": row.version,
            "state": "met",
            "evidence_url": "https://wiki.example/r",
            "evidence_note": "",
        },
    )
    assert answer.url == f"{MOUNT}/gates/{world.gate.pk}/"
    page = text_of(as_rita.get(answer.url))
    assert 'href="https://wiki.example/r"' in page
    assert "1 of 1 met" in page

    as_rita.post(f"{MOUNT}/criteria/{row.pk}/removal/")
    assert (
        "Report signed"
        not in text_of(as_rita.get(answer.url)).partition('id="criteria"')[2].partition("</section>")[0]
    )


def test_a_rule_over_facts_is_added_with_its_parameters(as_rita, world):
    as_rita.post(
        f"{MOUNT}/gates/{world.gate.pk}/criteria/new/?rule=open-defects",
        {"name": "No severe defects", "kind": "exit", "is_mandatory": "on", "severity": "2", "most": "1"},
    )

    row = Criterion.objects.get()
    assert (row.parameters, row.state) == ({"severity": 2, "most": 1}, "met")
    page = text_of(as_rita.get(f"{MOUNT}/gates/{world.gate.pk}/"))
    assert "0 open defects of severity 2 or worse" in page
    assert f"{row.pk}/judgement/" not in page


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"evidence_url": "javascript:alert(1)"}, "evidence_url"),
        ({"evidence_url": "ftp://files.example/x"}, "evidence_url"),
        ({"evidence_note": "x" * 5_001}, "evidence_note"),
        ({"state": "dropped"}, "state"),
        ({"state": "failed"}, "evidence_note"),
    ],
)
def test_a_wrong_judgement_is_refused_at_the_field(as_rita, criterion, wrong, field):
    answer = as_rita.post(
        f"{MOUNT}/criteria/{criterion.pk}/judgement/", {"version": 1, "state": "met"} | wrong
    )

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in text_of(answer)
    assert Criterion.objects.get().state == "open"


def test_of_two_who_judge_at_once_the_second_chooses(as_rita, criterion):
    url = f"{MOUNT}/criteria/{criterion.pk}/judgement/"
    as_rita.post(url, {"version": 1, "state": "met"})

    lost = as_rita.post(url, {"version": 1, "state": "failed", "evidence_note": "Red"})

    assert lost.status_code == 409
    assert "keep-state" in text_of(lost)


def test_the_owner_of_a_criterion_judges_as_a_viewer_and_nobody_else_does(
    client, vic, emma, criterion, world
):
    owner = Person.objects.create(name="Vic", user_id=vic.pk)
    revise([Revision(criterion, None, {"owner": owner})], by=None, at=JUNE_1)
    url = f"{MOUNT}/criteria/{criterion.pk}/judgement/"

    client.force_login(emma)
    assert client.post(url, {"state": "met"}).status_code == 403
    client.force_login(vic)
    assert f"{criterion.pk}/judgement/" in text_of(client.get(f"{MOUNT}/gates/{world.gate.pk}/"))
    assert client.post(url, {"state": "met"}).status_code == 302
    assert Criterion.objects.get().judged_by_name == "Vic"


def test_a_condition_of_another_organisation_is_not_found(client, mallory, criterion, activity):
    client.force_login(mallory)

    for path in (f"criteria/{criterion.pk}/", f"activities/{activity.pk}/edit/"):
        assert client.get(f"{MOUNT}/{path}").status_code == 404


def test_the_per_cent_is_set_in_place(as_rita, activity):
    url = f"{MOUNT}/activities/{activity.pk}/percent/"

    answer = as_rita.post(url, {"version": 1, "percent_done": 40}, headers=HTMX)
    assert (answer.status_code, PhaseActivity.objects.get().percent_done) == (200, 40)
    assert '<section class="card" id="activities">' in text_of(answer)

    late = as_rita.post(url, {"version": 1, "percent_done": 90}, headers=HTMX)
    assert (late.status_code, PhaseActivity.objects.get().percent_done) == (409, 40)
    assert "Rita changed “Test data” first" in text_of(late)

    wrong = as_rita.post(url, {"version": 2, "percent_done": 101}, headers=HTMX)
    assert (wrong.status_code, PhaseActivity.objects.get().percent_done) == (422, 40)


def test_without_script_the_per_cent_is_set_too(as_rita, activity):
    answer = as_rita.post(f"{MOUNT}/activities/{activity.pk}/percent/", {"version": 1, "percent_done": 40})

    assert answer.url == f"{MOUNT}/releases/1/phases/1/"
    assert "40 %" in text_of(as_rita.get(answer.url))


def test_a_phase_is_entered_again_by_form(as_rita, world, rita):
    (sit,) = begin_phases([world.sit], by=rita, at=JUNE_1).rows
    (sit,) = finish_phases([sit], by=rita, at=JUNE_1 + timedelta(days=1)).rows

    as_rita.post(f"{MOUNT}/releases/1/phases/1/reentry/", {"version": sit.version, "reason": "A late defect"})

    page = text_of(as_rita.get(f"{MOUNT}/releases/1/phases/1/"))
    assert "A late defect" in page
    assert Phase.objects.get(pk=world.sit.pk).status == "active"


@pytest.fixture
def cycle(world, rita):
    """September and October belong to Autumn, which asks that finals are their last candidates."""
    autumn = create(
        [Release(number=77, kind="enterprise", name="Autumn", target_date=date(2026, 12, 1))],
        by=rita,
        at=JUNE_1,
    ).rows[0]
    for child in (world.september, world.october):
        revise([Revision(child, None, {"parent": autumn})], by=None, at=JUNE_1)
    for label, kind, commit in (("2.0rc1", "rc", "aa"), ("2.0", "final", "bb")):
        row = Version(
            application=world.ledger,
            release=world.september,
            label=label,
            kind=kind,
            commit=commit,
            date_quality="unknown",
        )
        create([row], by=None, at=JUNE_1)
    gate = create([Gate(release=autumn, name="Go", planned_date=date(2026, 11, 1))], by=rita, at=JUNE_1).rows[
        0
    ]
    row = Criterion(gate=gate, name="Finals", rule="final-is-last-candidate")
    return add_criteria([row], by=rita, at=JUNE_1).rows[0]


def test_cases_are_listed_filtered_and_exported(as_rita, cycle):
    url = f"{MOUNT}/criteria/{cycle.pk}/"
    page = text_of(as_rita.get(url))
    assert page.count('<tr class="case">') == 2
    assert "2.0 is commit bb, 2.0rc1 was aa." in page

    assert text_of(as_rita.get(f"{url}?outcome=unknown", headers=HTMX)).count('<tr class="case">') == 1
    assert text_of(as_rita.get(f"{url}?outcome=nonsense")).count('<tr class="case">') == 2
    lines = b"".join(as_rita.get(f"{url}export/?outcome=differs").streaming_content).decode().splitlines()
    assert lines == [
        "release,name,project,outcome,why",
        'REL-1,September,Payments,differs,"2.0 is commit bb, 2.0rc1 was aa."',
    ]


def test_a_gate_below_is_offered_only_gates_above(as_rita, world, cycle):
    page = text_of(as_rita.get(f"{MOUNT}/gates/{world.gate.pk}/edit/"))
    assert "Autumn: Go" in page
    assert 'name="rollup"' not in page

    above = text_of(as_rita.get(f"{MOUNT}/gates/{cycle.gate_id}/edit/"))
    assert 'name="parent"' not in above
    as_rita.post(
        f"{MOUNT}/gates/{cycle.gate_id}/below/",
        {"version": cycle.gate.version, "names": ["SIT exit"], "rollup": "some", "rollup_needed": "1"},
    )
    assert Gate.objects.get(pk=world.gate.pk).parent_id == cycle.gate_id
    board = text_of(as_rita.get(f"{MOUNT}/releases/77/gates/"))
    assert "0 of 1 passed" in board


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_costs_the_same_for_any_number_of_gates(
    as_rita, world, cycle, rita, rows, django_assert_num_queries
):
    for n in range(rows):
        days = {"planned_date": date(2026, 8, 1), "rollup": "all"}
        gate = create([Gate(release=cycle.gate.release, name=f"Go {n}", **days)], by=rita, at=JUNE_1).rows[0]
        add_criteria([Criterion(gate=gate, name="A"), Criterion(gate=gate, name="B")], by=rita, at=JUNE_1)
        create(
            [Gate(release=world.september, name="x", planned_date=date(2026, 8, 1), parent=gate)],
            by=rita,
            at=JUNE_1,
        )
    with django_assert_num_queries(17):
        answer = as_rita.get(f"{MOUNT}/releases/77/gates/")

    assert text_of(answer).count('<tr id="gate-') == rows + 1


@pytest.mark.parametrize("rows", [1, 3])
def test_a_gate_costs_the_same_for_any_number_of_criteria(as_rita, world, rita, rows):
    for n in range(rows):
        add_criteria([Criterion(gate=world.gate, name=str(n))], by=rita, at=JUNE_1)
    with CaptureQueriesContext(connection) as cost:
        answer = as_rita.get(f"{MOUNT}/gates/{world.gate.pk}/")

    assert text_of(answer).count('<tr id="criterion-') == rows
    assert len(cost) == 14


@pytest.mark.parametrize("rows", [1, 3])
def test_a_phase_costs_the_same_for_any_number_of_activities(as_rita, world, rita, rows):
    for n in range(rows):
        add_activities([PhaseActivity(phase=world.sit, name=str(n))], by=rita, at=JUNE_1)
    with CaptureQueriesContext(connection) as cost:
        answer = as_rita.get(f"{MOUNT}/releases/1/phases/1/")

    assert text_of(answer).count('<tr id="activity-') == rows
    assert len(cost) == 11
