"""Rules over facts: each judged at once by every act that changes what it reads."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calendar_app.gates.criteria import add_criteria
from calendar_app.gates.facts import Outcome, rulebook, verify_criteria, words_of
from calendar_app.gates.rounds import decide, revoke, submit
from calendar_app.models import (
    Criterion,
    Dependency,
    Gate,
    PhaseActivity,
    PlannedVersion,
    Release,
    TestRun,
    Version,
    WorkItem,
)
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.tenancy.models import next_numbers
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

LATER = JUNE_1 + timedelta(hours=3)


@pytest.fixture
def rule(world, rita):
    """Adds a criterion with a rule to the gate of September, or to another."""

    def add(code, gate=None, **parameters):
        row = Criterion(gate=gate or world.gate, name=code, rule=code, parameters=parameters)
        add_criteria([row], by=rita, at=JUNE_1)
        return row

    return add


@pytest.fixture
def enterprise(world, rita):
    """An enterprise release over September and October, with a gate."""
    row = Release(
        number=next_numbers("release")[0], kind="enterprise", name="Autumn", target_date=date(2026, 12, 1)
    )
    create([row], by=rita, at=JUNE_1)
    for child in (world.september, world.october):
        change(child, parent=row)
    return create([Gate(release=row, name="Go", planned_date=date(2026, 11, 1))], by=rita, at=JUNE_1).rows[0]


def change(row, **values):
    return revise([Revision(row, None, values)], by=None, at=LATER).rows[0]


def found(criterion):
    """``(state, what was found in words)`` as stored now."""
    criterion.refresh_from_db()
    return criterion.state, words_of(criterion)


def defect(release, key, severity=1, **values):
    row = WorkItem(
        release=release, key=key, title=key, kind="defect", severity=severity, added_at=JUNE_1, **values
    )
    return create([row], by=None, at=LATER).rows[0]


def test_open_defects_are_counted_from_the_first_to_the_last(world, rule):
    criterion = rule("open-defects", severity=2, most=0)
    assert found(criterion) == ("met", "0 open defects of severity 2 or worse")

    first, _minor = defect(world.september, "PAY-1", 1), defect(world.september, "PAY-2", 3)
    second = defect(world.september, "PAY-3", 2)
    assert found(criterion) == ("failed", "2 open defects of severity 2 or worse")
    assert criterion.judged_at == LATER

    change(first, status="done")
    change(second, status="removed")
    assert found(criterion) == ("met", "0 open defects of severity 2 or worse")


def test_an_enterprise_release_counts_the_defects_of_its_manifest(world, rule, enterprise):
    criterion = rule("open-defects", enterprise, severity=1, most=0)
    defect(world.september, "PAY-1")
    defect(world.october, "CARD-1")
    assert found(criterion) == ("failed", "2 open defects of severity 1 or worse")

    change(world.september, parent=None)
    assert found(criterion) == ("failed", "1 open defect of severity 1 or worse")

    change(world.october, status="cancelled", cancelled_at=LATER)
    assert found(criterion) == ("met", "0 open defects of severity 1 or worse")


def test_a_gate_for_one_project_looks_at_that_project(world, rule, enterprise):
    change(enterprise, project=world.cards)
    criterion = rule("open-defects", enterprise, severity=1, most=0)

    defect(world.september, "PAY-1")

    assert found(criterion)[0] == "met"


def run(release, passed, total, at=JUNE_1, **values):
    row = TestRun(release=release, name="Regression", executed_at=at, total=total, passed=passed, **values)
    return create([row], by=None, at=LATER).rows[0]


def test_the_newest_run_of_each_test_counts(world, rule):
    criterion = rule("pass-rate", at_least=98)
    assert found(criterion) == ("open", "no test has run yet")

    run(world.september, 90, 100)
    assert found(criterion) == ("failed", "90 % passed (90 of 100 cases)")

    run(world.september, 98, 100, at=LATER)
    assert found(criterion) == ("met", "98 % passed (98 of 100 cases)")


def test_a_rate_just_below_is_not_rounded_up(world, rule):
    criterion = rule("pass-rate", at_least=98)

    run(world.september, 97_999, 100_000)

    assert found(criterion) == ("failed", "97.9 % passed (97999 of 100000 cases)")


def test_planned_tested_and_approved_versions_agree(world, rule):
    criterion = rule("versions-agree")
    assert found(criterion) == ("open", "no version is planned")

    planned = PlannedVersion(release=world.september, application=world.ledger, label="2.1")
    create([planned], by=None, at=LATER)
    run(world.september, 1, 1, application=world.ledger, version_label="2.1")
    assert found(criterion) == ("failed", "1 of 1 applications differ: Ledger")

    change(planned, approved_label="2.1", approved_at=LATER)
    assert found(criterion) == ("met", "the same for all 1 applications")

    run(world.september, 1, 1, at=LATER, application=world.ledger, version_label="2.2")
    assert found(criterion)[0] == "failed"
    (case,) = rulebook["versions-agree"].cases(criterion)
    assert (case.outcome, case.why) == (
        Outcome.DIFFERS,
        "Ledger: planned 2.1, tested 2.2, approved 2.1",
    )


def test_what_the_release_needs_must_be_satisfied(world, rule):
    criterion = rule("dependencies-satisfied")
    assert found(criterion) == ("met", "nothing is needed of others")
    need = Dependency(
        number=1,
        release=world.september,
        provider=world.october,
        title="New card API",
        needed_by=date(2026, 8, 1),
    )
    elsewhere = create(
        [Gate(release=world.september, name="Later", planned_date=date(2026, 8, 1))], by=None, at=LATER
    ).rows[0]
    other = Dependency(
        number=2,
        release=world.september,
        gate=elsewhere,
        provider=world.october,
        title="Later",
        needed_by=date(2026, 8, 1),
    )

    create([need, other], by=None, at=LATER)
    assert found(criterion) == ("failed", "1 of 1 still owed")

    change(need, state="waived", waived_until=date(2026, 5, 31))
    assert found(criterion)[0] == "failed"

    change(need, waived_until=date(2026, 6, 1))
    assert found(criterion) == ("met", "0 of 1 still owed")


def test_the_activities_of_the_guarded_phase_must_be_done(world, rule):
    criterion = rule("activities-done")
    assert found(criterion) == ("open", "no activity is planned")
    data, report = create(
        [PhaseActivity(phase=world.sit, name=name) for name in ("Test data", "Report")], by=None, at=LATER
    ).rows

    change(data, percent_done=100)
    assert found(criterion) == ("failed", "1 of 2 activities done")

    change(report, removed_at=LATER)
    assert found(criterion) == ("met", "1 of 1 activities done")


def test_the_gates_below_must_be_passed(world, rule, rita, enterprise):
    criterion = rule("gates-below-passed", enterprise)
    assert found(criterion) == ("open", "no gate counts toward it")
    gate = change(world.gate, parent=enterprise)
    (gate,) = submit([gate], by=rita, at=LATER).rows
    assert found(criterion) == ("failed", "0 of 1 gates below passed")

    (gate,) = decide([gate], "passed", by=rita, at=LATER).rows
    assert found(criterion) == ("met", "1 of 1 gates below passed")

    revoke([gate], by=rita, at=LATER)
    assert found(criterion)[0] == "failed"


def version(release, label, kind, commit=""):
    row = Version(
        application_id=release.impacts.get().application_id,
        release=release,
        label=label,
        kind=kind,
        commit=commit,
        date_quality="unknown",
    )
    return create([row], by=None, at=LATER).rows[0]


def cases(criterion):
    return {
        (case.release.name, case.outcome.value, case.why)
        for case in rulebook["final-is-last-candidate"].cases(criterion)
    }


def test_a_final_is_its_last_candidate(world, rule, enterprise):
    criterion = rule("final-is-last-candidate", enterprise)
    assert found(criterion)[0] == "open"
    for label, commit in (("2.0.0rc9", "a1"), ("2.0.0rc10", "b2")):
        version(world.september, label, "rc", commit)
    final = version(world.september, "2.0.0", "final", "b2")
    assert found(criterion) == ("met", "holds for 1, not for 0, cannot be told of 1")

    Version.objects.filter(pk=final.pk).update(commit="c3")
    version(world.october, "1.0", "final")
    assert found(criterion) == ("failed", "holds for 0, not for 1, cannot be told of 1")
    assert cases(criterion) == {
        ("September", "differs", "2.0.0 is commit c3, 2.0.0rc10 was b2."),
        ("October", "unknown", "1.0 had no release candidate."),
    }


@pytest.mark.parametrize(
    ("final", "outcome"),
    [("2.0.0", "unknown"), ("2.0.1", "differs")],
)
def test_without_commits_only_the_numbers_tell(world, rule, final, outcome):
    criterion = rule("final-is-last-candidate")
    version(world.september, "2.0.0.0rc1", "rc")
    version(world.september, final, "final")

    assert {case[1] for case in cases(criterion)} == {outcome}


def test_a_change_of_state_is_recorded_as_the_products_own_act(world, rule):
    criterion = rule("open-defects", severity=1, most=0)
    version_before = Criterion.objects.get().version

    defect(world.september, "PAY-1")
    defect(world.september, "PAY-2")

    entries = Entry.objects.filter(subject_id=criterion.pk, verb="judged", at=LATER)
    assert [entry.changes for entry in entries] == [{"state": ["met", "failed"]}]
    assert Criterion.objects.get().version == version_before  # nobody who edits it loses a race to the facts


@pytest.mark.parametrize("rows", [1, 8])
def test_an_act_judges_in_one_pass(world, rule, enterprise, rows):
    for _ in range(rows):
        for gate in (world.gate, enterprise):
            rule("open-defects", gate, severity=1, most=0)
            rule("pass-rate", gate)

    with CaptureQueriesContext(
        connection,
    ) as cost:
        create(
            [
                WorkItem(release=world.september, key=f"PAY-{n}", title="x", kind="task", added_at=JUNE_1)
                for n in range(rows)
            ],
            by=None,
            at=LATER,
        )

    selects = [one["sql"] for one in cost if one["sql"].startswith("SELECT")]
    assert len(selects) == 13
    assert verify_criteria(LATER) == []


def test_a_release_for_itself_costs_its_acts_almost_nothing(world):
    with CaptureQueriesContext(connection) as cost:
        defect(world.october, "CARD-1")

    assert sum("criterion" in one["sql"] for one in cost) == 1
