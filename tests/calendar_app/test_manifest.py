"""Planned, tested and approved versions, and what reached production."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.models import Deployment, PlannedVersion, Release, ReleaseImpact, TestRun
from calendar_app.releases import lifecycle
from calendar_app.releases.plans import plan
from calendar_app.scope.manifest import lines_of
from calendar_app.scope.versions import approve_versions, edit_version, plan_version, record_run
from releasemgr.portfolio.models import Application
from releasemgr.tenancy.models import next_numbers
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
RELEASES = "/o/acme/calendar/releases/"
MANIFEST = f"{RELEASES}1/manifest/"
HOUR = timedelta(hours=1)


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


def text_of(response):
    return response.content.decode()


def run(of, application, label, *, passed=10, at=JUNE_1, by=None):
    row = TestRun(
        release=of,
        application=application,
        name="SIT",
        version_label=label,
        executed_at=at,
        total=10,
        passed=passed,
    )
    return record_run(row, by=by, at=at).rows[0]


def delivered(of, application, label, at=JUNE_1):
    Deployment.objects.create(
        number=next_numbers("deployment")[0], application=application, release=of, stage="prd", version_label=label,
        status="succeeded", started_at=at, finished_at=at,
    )  # fmt: skip


def state(of):
    (line,) = lines_of(of)
    return line.state


def test_planned_tested_and_approved_agree_or_the_page_says_what_differs(world, rita):
    assert state(world.september) == "none"
    (row,) = plan_version(world.september, world.ledger, "4.2.0", by=rita, at=JUNE_1).rows
    assert state(world.september) == "open"

    run(world.september, world.ledger, "4.1.0")
    assert state(world.september) == "differs"
    run(world.september, world.ledger, "4.2.0", passed=9, at=JUNE_1 + HOUR)
    assert state(world.september) == "differs"  # only a run that passed whole tested it
    run(world.september, world.ledger, "4.2.0", at=JUNE_1 + 2 * HOUR)
    (row,) = approve_versions([row], by=rita, at=JUNE_1).rows
    assert (state(world.september), row.approved_label, row.approved_by_name) == ("same", "4.2.0", "Rita")

    edit_version(row, "4.3.0", by=rita, at=JUNE_1)
    assert state(world.september) == "differs"


def test_after_the_go_live_deviations_are_listed(as_rita, world, rita):
    extra, unplanned = (Application.objects.create(key=key, name=key) for key in ("extra", "unplanned"))
    plan_version(world.september, world.ledger, "4.2.0", by=rita, at=JUNE_1)
    plan_version(world.september, world.portal, "1.0", by=rita, at=JUNE_1)
    plan_version(world.september, extra, "7", by=rita, at=JUNE_1)
    delivered(world.september, world.ledger, "4.2.1")
    delivered(world.september, world.portal, "1.0")
    delivered(world.september, world.portal, "1.0.1", JUNE_1 + HOUR)
    delivered(world.september, unplanned, "3")
    assert [str(line.deviation) for line in lines_of(world.september)] == ["", "", "", ""]

    lifecycle.go_live([world.september], by=rita, at=JUNE_1)

    september = Release.objects.get(pk=world.september.pk)
    assert {line.application: str(line.deviation) for line in lines_of(september)} == {
        "Ledger": "another version reached production",
        "Portal": "",
        "extra": "never reached production",
        "unplanned": "reached production without being planned",
    }
    page = text_of(as_rita.get(f"{MANIFEST}?state=deviation"))
    assert "3 deviations from what was planned" in page
    assert "1.0.1" not in page
    with pytest.raises(ValidationError, match="is over"):
        plan_version(september, unplanned, "3", by=rita, at=JUNE_1)


def test_a_version_is_planned_changed_and_approved_by_page(as_rita, world, client, pete):
    as_rita.post(f"{RELEASES}1/versions/new/", {"application": world.ledger.pk, "label": "4.2.0"})
    row = PlannedVersion.objects.get()
    twice = as_rita.post(f"{RELEASES}1/versions/new/", {"application": world.ledger.pk, "label": "5"})
    assert 'id="id_application-error"' in text_of(twice)
    as_rita.post(f"/o/acme/calendar/versions/{row.pk}/", {"label": "4.2.1", "version": 1})
    lost = as_rita.post(f"/o/acme/calendar/versions/{row.pk}/", {"label": "4.2.2", "version": 1})
    assert lost.status_code == 409

    client.force_login(pete)
    assert client.post(f"/o/acme/calendar/versions/{row.pk}/approval/").status_code == 403


def test_what_was_tested_is_approved_in_one_step(as_rita, world, rita):
    plan_version(world.september, world.ledger, "4.2.0", by=rita, at=JUNE_1)
    plan_version(world.september, world.portal, "1.0", by=rita, at=JUNE_1)
    run(world.september, world.ledger, "4.2.0")

    as_rita.post(f"{RELEASES}1/versions/approval/")

    approved = dict(PlannedVersion.objects.values_list("application__name", "approved_label"))
    assert approved == {"Ledger": "4.2.0", "Portal": ""}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"passed": "11"}, "passed"),
        ({"total": "0"}, "total"),
        ({"executed_at": "2099-01-01T10:00"}, "executed_at"),
        ({"executed_at": "yesterday"}, "executed_at"),
        ({"application": "019a0000-0000-7000-8000-000000000000"}, "application"),
        ({"name": "x" * 5_000_000}, "name"),
    ],
)
def test_a_wrong_test_run_is_refused_at_the_field(as_rita, world, wrong, field):
    right = {"name": "SIT", "executed_at": "2026-05-01T10:00", "total": "10", "passed": "9"}

    answer = as_rita.post(f"{RELEASES}1/test-runs/new/", right | wrong)

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in text_of(answer)
    assert TestRun.objects.count() == 0


def test_the_pass_rate_stands_beside_the_run(as_rita, world):
    as_rita.post(
        f"{RELEASES}1/test-runs/new/",
        {"name": "Regression", "executed_at": "2026-05-01T10:00", "total": "8", "passed": "7"},
    )
    assert "87.5 %" in text_of(as_rita.get(MANIFEST))

    row = TestRun.objects.get()
    form = {
        "name": "Regression",
        "executed_at": "2026-05-01T10:00",
        "total": "8",
        "passed": "8",
        "version": 1,
    }
    as_rita.post(f"/o/acme/calendar/test-runs/{row.pk}/", form)
    assert "100 %" in text_of(as_rita.get(MANIFEST))


def test_a_nested_release_and_what_it_holds_stand_in_the_manifest(as_rita, world, rita):
    autumn, week = plan(
        [Release(kind="enterprise", name=name, target_date=date(2026, 12, 1)) for name in ("Autumn", "Week")],
        by=rita,
        at=JUNE_1,
    ).rows
    Release.objects.filter(pk=week.pk).update(parent=autumn)
    Release.objects.filter(pk=world.september.pk).update(parent=week)

    page = text_of(as_rita.get(f"{RELEASES}{autumn.number}/manifest/"))

    assert "September" in page
    assert "in Week" in page


def test_the_export_says_the_same(as_rita, world, rita):
    plan_version(world.september, world.ledger, "4.2.0", by=rita, at=JUNE_1)

    lines = b"".join(as_rita.get(f"{MANIFEST}export/?state=open").streaming_content).decode().splitlines()

    assert lines[1] == "REL-1,September,Ledger,4.2.0,,,,open,"


@pytest.mark.parametrize("children", [1, 3, 300])
def test_the_manifest_costs_the_same_for_any_number_of_releases(
    as_rita, world, rita, children, django_assert_num_queries
):
    autumn = plan(
        [Release(kind="enterprise", name="Autumn", target_date=date(2026, 12, 1))], by=rita, at=JUNE_1
    ).rows[0]
    if children <= 3:
        for n in range(children):
            row = release(
                world.payments, f"Child {n}", date(2026, 9, 1), rita, changes=[world.ledger], parent=autumn
            )
            plan_version(row, world.ledger, "1", by=rita, at=JUNE_1)
            run(row, world.ledger, "1")
    else:
        rows = [
            Release(
                kind="project", name=f"Child {n}", number=1000 + n, project=world.payments, parent=autumn,
                target_date=date(2026, 9, 1),
            )
            for n in range(children)
        ]  # fmt: skip
        Release.objects.bulk_create(rows)
        ReleaseImpact.objects.bulk_create(
            [ReleaseImpact(release=row, application=world.ledger) for row in rows]
        )
        PlannedVersion.objects.bulk_create(
            [PlannedVersion(release=row, application=world.ledger, label="1") for row in rows]
        )

    with django_assert_num_queries(20):
        response = as_rita.get(f"{RELEASES}{autumn.number}/manifest/")

    words = text_of(response)
    assert words.count('<tr id="version-') == min(children, 50)
    assert words.count("<") / 2 < 1500  # nodes: the budget of a page
