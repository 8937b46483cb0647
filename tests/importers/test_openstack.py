"""Importing a release data pack: rules of the mapping, repetition, broken rows. The fixture pack is invented."""

import json
import shutil
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from calendar_app.gates.facts import rulebook, verify_criteria
from calendar_app.models import Claim, Criterion, Deployment, Gate, Milestone, Release, ReleaseImpact, Version
from releasemgr.activity.models import Entry, FactMark
from releasemgr.portfolio.models import Application, Ownership, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope

pytestmark = pytest.mark.django_db

PACK = Path(__file__).parent / "fixtures" / "pack"


def import_pack(folder=PACK):
    output, progress = StringIO(), StringIO()
    call_command("import_openstack", folder, "--org", "brook", "--json", stdout=output, stderr=progress)
    return json.loads(output.getvalue())


@pytest.fixture
def counts(db):
    """The fixture pack, imported: what the command printed."""
    return import_pack()


@pytest.fixture
def brook(counts):
    """The scope of the organisation the pack was imported into."""
    with org_scope(Organisation.objects.get(slug="brook")) as org:
        yield org


@pytest.fixture
def spoilt(tmp_path):
    """A copy of the pack that a test may spoil: ``spoilt(file, old, new)`` replaces bytes and returns the folder."""
    folder = tmp_path / "pack"
    shutil.copytree(PACK, folder)

    def spoil(file, old, new):
        path = folder / file
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))
        return folder

    return spoil


def test_every_row_arrives(counts):
    assert {
        name: counts[name] for name in ("cycles", "events", "projects", "versions", "versions_dated")
    } == {
        "cycles": 3,
        "events": 10,
        "projects": 12,
        "versions": 20,
        "versions_dated": 16,
    }
    assert counts["stored"] == {
        "enterprise_releases": 3,
        "project_releases": 11,
        "independent_releases": 1,
        "gates": 6,
        "milestones": 6,
        "versions": 20,
        "versions_dated": 16,
        "versions_bounded": 1,
        "versions_undated": 4,
        "deployments_production": 6,
        "deployments_before_production": 4,
    }
    assert counts["events_listed_twice"] == 1
    assert counts["problems"] == []
    assert counts["by_cycle"]["boa"] == {
        "final_date": "2025-10-01",
        "deliverables": 6,
        "versions": 13,
        "finals_on_the_day": 2,
    }


def test_a_second_import_changes_nothing(counts):
    with org_scope(Organisation.objects.get(slug="brook")):
        entries, marks = Entry.objects.count(), FactMark.objects.count()

    again = import_pack()

    assert again["created"] == {}
    assert again["changed"] == {}
    assert again["stored"] == counts["stored"]
    with org_scope(Organisation.objects.get(slug="brook")):
        assert (Entry.objects.count(), FactMark.objects.count()) == (entries, marks)


def test_a_second_import_says_so(counts):
    output = StringIO()
    call_command("import_openstack", PACK, "--org", "brook", stdout=output, stderr=StringIO())

    assert "0 created, 0 changed" in output.getvalue()
    assert "Everything was there already; nothing was changed." in output.getvalue()


def test_a_newer_pack_changes_what_differs(counts, spoilt):
    folder = spoilt("cycles.csv", b"2026-04-01", b"2026-04-08")
    spoilt("releases.csv", b"9.0.1,stable,2025-11-13T14:00:00Z", b"9.0.1,stable,2025-11-13T15:00:00Z")

    again = import_pack(folder)

    assert again["created"] == {}
    assert again["changed"] == {"release": 4, "version": 1, "deployment": 1, "gate": 1}
    with org_scope(Organisation.objects.get(slug="brook")):
        cobra = Release.objects.get(name="2025.2 Cobra")
        assert cobra.target_date == date(2026, 4, 8)
        assert cobra.baseline_date == date(2026, 4, 8)
        assert Entry.objects.of(cobra).newest_first().first().changes["target_date"] == [
            "2026-04-01",
            "2026-04-08",
        ]


def test_a_cycle_is_an_enterprise_release(brook):
    adder, boa, cobra = (Release.objects.get(name=name) for name in ("Adder", "2025.1 Boa", "2025.2 Cobra"))

    assert [one.status for one in (adder, boa, cobra)] == ["live", "live", "active"]
    assert boa.baseline_date == date(2025, 9, 24)  # first published a week earlier
    assert boa.baselined_at == datetime(2025, 1, 20, 12, tzinfo=UTC)
    assert boa.target_date == date(2025, 10, 1)
    assert boa.actual_go_live == datetime(
        2025, 10, 1, 11, 45, tzinfo=UTC
    )  # not that of the trailing hose-kit
    assert boa.scope_locked_at == datetime(2025, 8, 29, tzinfo=UTC)
    assert cobra.scope_locked_at is None  # the pack ends before that day
    assert (adder.baseline_date, adder.actual_go_live) == (None, datetime(2012, 4, 5, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("name", "status", "target", "baseline", "live"),
    [
        ("pump 2025.1 Boa", "live", date(2025, 10, 1), date(2025, 9, 24), "2025-10-01T10:20"),
        ("hose-kit 2025.1 Boa", "live", date(2025, 12, 11), date(2025, 12, 11), "2025-12-09T16:00"),
        ("pump-tests 2025.1 Boa", "live", date(2025, 10, 1), None, "2025-10-01T12:00"),
        ("gauge 2025.1 Boa", "cancelled", date(2025, 10, 1), None, None),
        ("pump Adder", "live", date(2012, 4, 5), None, "2012-04-05T12:00"),
        ("pump 2025.2 Cobra", "active", date(2026, 4, 1), date(2026, 4, 1), None),
        ("valve 2025.2 Cobra", "planned", date(2026, 4, 1), date(2026, 4, 1), None),
    ],
)
def test_a_deliverable_of_a_cycle_is_a_project_release(brook, name, status, target, baseline, live):
    release = Release.objects.get(name=name)

    assert (release.kind, release.status) == ("project", status)
    assert (release.target_date, release.baseline_date) == (target, baseline)
    assert release.actual_go_live == (datetime.fromisoformat(f"{live}Z") if live else None)
    assert ReleaseImpact.objects.get(release=release).application.name == release.project.name


def test_freezes_are_gates_and_everything_else_milestones(brook):
    freeze = Gate.objects.get(name="Feature freeze", release__name="2025.1 Boa")

    assert (freeze.kind, freeze.planned_date, freeze.locks_scope) == ("freeze", date(2025, 8, 28), True)
    assert Gate.objects.get(name="Pump spec freeze").project.name == "pump"
    assert Gate.objects.filter(rounds__isnull=False).count() == 0
    assert set(Milestone.objects.values_list("release__name", "name", "starts_on", "ends_on")) == {
        ("2025.1 Boa", "Meeting in Reykjavik", date(2025, 5, 12), date(2025, 5, 16)),
        ("2025.1 Boa", "RC1 target week", date(2025, 8, 28), date(2025, 8, 28)),
        ("2025.1 Boa", "2025.1 Boa release", date(2025, 10, 1), date(2025, 10, 1)),
        ("2025.2 Cobra", "2025.2 elections", date(2025, 8, 11), date(2025, 8, 22)),
        ("2025.2 Cobra", "2025.1 Boa trailing deadline", date(2025, 12, 11), date(2025, 12, 11)),
        ("2025.2 Cobra", "2025.2 Cobra release", date(2026, 4, 1), date(2026, 4, 1)),
    }


def test_each_cycle_asks_that_finals_are_their_last_candidates(brook):
    boa = Criterion.objects.get(rule="final-is-last-candidate", gate__release__name="2025.1 Boa")
    cases = {case.release.name: (case.outcome.value, case.why) for case in rulebook[boa.rule].cases(boa)}

    assert (boa.state, boa.gate.name) == ("met", "Coordinated release")
    assert boa.value == {"holds": 2, "differs": 0, "unknown": len(cases) - 2}
    assert cases["pump 2025.1 Boa"] == ("holds", "9.0.0 is 9.0.0.0rc1: both are commit 02ab.")
    assert cases["pump.lib 2025.1 Boa"] == ("unknown", "3.2.0 had no release candidate.")
    assert verify_criteria(boa.judged_at) == []


def test_a_final_that_is_not_its_last_candidate_fails_the_cycle(spoilt):
    import_pack(spoilt("releases.csv", b",04aa,f004", b",04ab,f004"))

    with org_scope(Organisation.objects.get(slug="brook")):
        boa = Criterion.objects.get(rule="final-is-last-candidate", gate__release__name="2025.1 Boa")
        (case,) = [case for case in rulebook[boa.rule].cases(boa) if case.outcome == "differs"]
        assert (boa.state, case.release.name) == ("failed", "valve 2025.1 Boa")
        assert case.why == "4.0.0 is commit 04ab, 4.0.0.0rc1 was 04aa."


def test_versions_keep_the_quality_of_their_dates(brook):
    bounded = Version.objects.get(label="3.1.0")

    assert (bounded.date_quality, bounded.earliest_at) == ("bounded", datetime(2025, 6, 30, 10, tzinfo=UTC))
    assert Version.objects.get(label="9.0.0").date_quality == "exact"
    undated = Version.objects.filter(date_quality="unknown").order_by("application__name", "label")
    assert [(str(one), one.released_at) for one in undated] == [
        ("pump 2012.1", None),
        ("pump 2012.1.1", None),
        ("valve 2012.1", None),
        ("wrench 1.0.0", None),
    ]
    late_request = Version.objects.get(label="9.0.1")  # asked for after it was released: a fault of a clock
    assert late_request.requested_at > late_request.released_at


def test_only_finals_and_stable_updates_went_to_production(brook):
    deployed = Deployment.objects.order_by("number").values_list("version_label", "stage", "status")

    assert set(deployed.filter(stage="prd")) == {
        (label, "prd", "succeeded") for label in ("9.0.0", "9.0.1", "3.2.0", "3.2.1", "4.0.0", "1.5.0")
    }
    assert set(deployed.filter(stage="pre")) == {
        (label, "pre", "succeeded") for label in ("3.0.0", "3.1.0", "3.3.0", "2.0.0")
    }
    final = Deployment.objects.get(version_label="9.0.0")
    assert final.finished_at == final.built.released_at == final.release.actual_go_live


def test_independent_deliverables_are_independent_releases(brook):
    release = Release.objects.get(kind="independent")

    assert (release.name, release.status, release.parent) == ("wrench (independent)", "active", None)
    assert release.versions.count() == 2


def test_the_portfolio_follows_the_newest_cycle(brook):
    valve = Project.objects.get(name="valve")

    assert (valve.portfolio.name, valve.portfolio.parent.name) == ("Services", "OpenStack")
    assert valve.team.name == "fittings"
    assert Project.objects.get(name="pump.lib").key == "pump-lib"
    owned = Ownership.objects.get(application=Application.objects.get(name="pump"))
    assert (owned.project.name, owned.starts_at) == ("pump", datetime(2012, 4, 5, tzinfo=UTC))


def test_claims_and_marks_come_with_the_rows(brook):
    feature_freeze = Gate.objects.get(name="Feature freeze", release__name="2025.1 Boa")

    assert Claim.objects.get(source_id=feature_freeze.pk).starts_at == datetime(2025, 8, 28, tzinfo=UTC)
    assert Claim.objects.filter(kind=Claim.Kind.DEPLOYMENT).count() == 10
    assert FactMark.objects.filter(org_id=brook.pk, entity="deployment").count() == 10


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column", "reason"),
    [
        ("releases.csv", b"4.0.0,final,2025-10-01T", b"4.0.0,final,2025-13-01T", 15, "released_utc", "is not a time"),
        ("releases.csv", b"4.0.0,final", b"4.0.0,finale", 15, "kind", "is not one of"),
        ("releases.csv", b"boa,valve,4.0.0,", b"boa,valv,4.0.0,", 15, "deliverable", "not in projects.csv"),
        ("releases.csv", b"boa,valve,4.0.0,", b"boa,valve,\xff.0,", 15, "version", "not UTF-8"),
        ("releases.csv", b"boa,valve,4.0.0,", b"boa,valve,4\x00,", 15, "version", "zero byte"),
        ("releases.csv", b"boa,valve,4.0.0,", b"boa,valve,,", 15, "version", "is empty"),
        ("releases.csv", b"boa,valve,4.0.0,", b"boa,valve,4.0.0.0rc1,", 15, "version", "there twice"),
        ("releases.csv", b"boa,valve,4.0.0,", b"boa,valve,4.0.0,,", 15, "", "has 16 cells, the header has 15"),
        ("releases.csv", b"boa,valve,4.0.0,", b'boa,"valve,4.0.0,', 15, "", "quote is not closed"),
        ("releases.csv", b"11:45:00Z,merge", b"11:45:00Z,history", 15, "released_utc", "do not agree"),
        ("events.csv", b"pump,2025-07-31", b"pump,", 4, "deadline_date", "a freeze needs its deadline"),
        ("events.csv", b"2025-07-28,2025-08-01", b"2025-07-28,2025-07-01", 4, "end_date", "before the start"),
        ("projects.csv", b"boa,gauge,fittings,other", b"bao,gauge,fittings,other", 9, "cycle", "not in cycles.csv"),
        ("schedule_changes.csv", b"2025-02-17T12:00:00Z", b"yesterday", 3, "changed_utc", "is not a time"),
    ],
)  # fmt: skip
def test_a_broken_row_is_named_and_the_rest_goes_in(spoilt, file, old, new, line, column, reason):
    counts = import_pack(spoilt(file, old, new))

    first = counts["problems"][0]
    assert (first["file"], first["line"], first["column"]) == (file, line, column)
    assert reason in first["reason"]
    assert counts["stored"]["enterprise_releases"] == 3
    assert counts["stored"]["versions"] >= 19


def test_a_broken_row_is_shown_to_people(spoilt):
    shown = StringIO()
    folder = spoilt("releases.csv", b"4.0.0,final,2025-10-01T", b"4.0.0,final,2025-13-01T")
    call_command("import_openstack", folder, "--org", "brook", stdout=StringIO(), stderr=shown)

    assert (
        "releases.csv, line 15, released_utc: “2025-13-01T11:45:00Z” is not a time in UTC" in shown.getvalue()
    )


def test_a_repaired_row_comes_in_later(spoilt):
    import_pack(spoilt("releases.csv", b"4.0.0,final", b"4.0.0,finale"))

    repaired = import_pack()

    assert repaired["created"] == {"version": 1, "deployment": 1}
    assert repaired["changed"] == {"release": 2}  # valve went live, and with it the cycle


def test_a_missing_file_is_named_before_anything_is_made(tmp_path):
    with pytest.raises(CommandError, match=r"cycles\.csv: No such file"):
        import_pack(tmp_path)

    assert not Organisation.objects.filter(slug="brook").exists()


def test_a_missing_column_is_named_before_anything_is_made(spoilt):
    folder = spoilt("releases.csv", b"date_quality", b"quality")

    with pytest.raises(CommandError, match=r"releases\.csv, line 1: the column date_quality is missing"):
        import_pack(folder)

    assert not Organisation.objects.filter(slug="brook").exists()


def test_a_slug_that_does_not_do_is_refused():
    with pytest.raises(CommandError, match="small letters"):
        call_command("import_openstack", PACK, "--org", "No Slug", stderr=StringIO())
