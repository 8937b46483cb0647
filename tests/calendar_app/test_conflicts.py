"""Conflicts: what is flagged, once, at its own time; what survives; what goes by itself."""

from datetime import UTC, date, datetime, timedelta

import pytest

from calendar_app.claims import rebuild_claims
from calendar_app.conflicts import (
    Finding,
    LoadRule,
    Side,
    recompute_conflicts,
    refresh_resources,
    rulebook,
    sentence,
    verify_conflicts,
)
from calendar_app.models import Blockout, Claim, Conflict, Deployment, Phase
from releasemgr.changes.revisions import Revision, create, rehearse, revise
from releasemgr.portfolio.models import Ownership
from releasemgr.tenancy.models import next_numbers
from tests.calendar_app.conftest import DAY, release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

SEPTEMBER_1 = datetime(2026, 8, 31, 22, tzinfo=UTC)  # midnight in Berlin


def blockout(rita, *, starts_at=SEPTEMBER_1 - DAY, ends_at=SEPTEMBER_1 + DAY, is_hard=True, **scope):
    rows = [Blockout(name="Quarter end", starts_at=starts_at, ends_at=ends_at, is_hard=is_hard, **scope)]
    return create(rows, by=rita, at=JUNE_1).rows[0]


def deployment(application, rita, *, starts_at, ends_at=None, **fields):
    row = Deployment(
        number=next_numbers("deployment")[0],
        application=application,
        stage=fields.pop("stage", "prd"),
        version_label="1.0",
        planned_start=starts_at,
        planned_end=ends_at or starts_at + timedelta(hours=2),
        **fields,
    )
    return create([row], by=rita, at=JUNE_1).rows[0]


def change(row, rita, **values):
    return revise([Revision(row, None, values)], by=rita, at=JUNE_1)


def listed():
    return sorted(Conflict.objects.values_list("rule", "severity", "first_title", "second_title"))


@pytest.mark.parametrize("scope", ["portfolio", "project", "application"])
def test_a_go_live_inside_a_hard_blockout_is_a_blocker_once(world, rita, scope):
    scopes = {"portfolio": world.bank, "project": world.payments, "application": world.ledger}

    blockout(rita, **{scope: scopes[scope]})

    assert listed() == [("in-blockout", "blocker", "September", "Quarter end")]
    assert sentence(Conflict.objects.get()) == "“September” falls into the blockout “Quarter end”"


def test_a_soft_blockout_warns(world, rita):
    blockout(rita, project=world.payments, is_hard=False)

    assert listed() == [("in-blockout", "warning", "September", "Quarter end")]


def test_a_blockout_of_another_project_says_nothing(world, rita):
    blockout(rita, project=world.cards)

    assert listed() == []


@pytest.mark.parametrize(
    ("starts_at", "ends_at"),
    [(SEPTEMBER_1 - DAY, SEPTEMBER_1), (SEPTEMBER_1 + DAY, SEPTEMBER_1 + 2 * DAY)],
)
def test_touching_is_not_meeting(world, rita, starts_at, ends_at):
    blockout(rita, project=world.payments, starts_at=starts_at, ends_at=ends_at)

    assert listed() == []


def test_a_deployment_is_judged_at_its_own_time(world, rita):
    blockout(rita, application=world.portal)
    deployment(world.portal, rita, starts_at=SEPTEMBER_1 - 2 * DAY)
    inside = deployment(world.portal, rita, starts_at=SEPTEMBER_1)

    assert listed() == [("in-blockout", "blocker", "Portal 1.0 to PRD", "Quarter end")]
    assert Conflict.objects.get().first_id == inside.pk


def test_a_deployment_that_is_over_conflicts_with_nothing(world, rita):
    blockout(rita, application=world.portal)
    row = deployment(world.portal, rita, starts_at=SEPTEMBER_1)

    change(row, rita, status="succeeded", started_at=SEPTEMBER_1, finished_at=SEPTEMBER_1 + DAY / 24)

    assert listed() == []


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (date(2026, 9, 1), 1),
        (date(2026, 9, 4), 1),
        (date(2026, 9, 5), 0),
        (date(2026, 8, 29), 1),
        (date(2026, 8, 28), 0),
    ],
)
def test_two_releases_on_one_application_within_three_days(world, rita, target, found):
    release(world.cards, "Ledger fix", target, rita, changes=[world.ledger])

    assert len(listed()) == found


def test_two_releases_with_many_deployments_are_one_conflict(world, rita):
    other = release(world.cards, "Ledger fix", date(2026, 9, 2), rita, changes=[world.ledger])
    for hours in range(3):
        deployment(world.ledger, rita, starts_at=SEPTEMBER_1 + hours * DAY / 24, release=other)

    assert listed() == [("releases-too-close", "warning", *sorted_titles(world.september, other))]


def test_a_test_deployment_is_no_delivery(world, rita):
    deployment(world.ledger, rita, starts_at=SEPTEMBER_1, release=world.october, stage="sit")

    assert listed() == []


def test_a_phase_outside_its_release(world, rita):
    change(world.sit, rita, starts_on=date(2026, 6, 20))

    assert listed() == [("phase-outside-release", "warning", "SIT", "September")]


def test_hypercare_comes_after_the_go_live(world, rita):
    row = Phase(
        release=world.september,
        kind="hypercare",
        name="Hypercare",
        position=2,
        starts_on=date(2026, 9, 2),
        ends_on=date(2026, 9, 15),
    )
    create([row], by=rita, at=JUNE_1)

    assert listed() == []


def test_a_gate_after_the_phase_it_guards_though_no_claim_changes(world, rita):
    change(world.gate, rita, phase=None)
    change(world.gate, rita, planned_date=date(2026, 7, 20))
    assert listed() == []

    change(world.gate, rita, phase=world.sit)

    assert listed() == [("gate-after-phase", "warning", "SIT exit", "SIT")]


def test_a_release_after_its_enterprise_release(world, rita):
    autumn = release(world.payments, "Autumn", date(2026, 8, 20), rita)

    change(world.september, rita, parent=autumn)

    assert listed() == [("release-after-parent", "warning", "September", "Autumn")]
    change(autumn, rita, target_date=date(2026, 9, 1))
    assert listed() == []


def test_what_people_decided_survives_a_restake(world, rita, bank):
    row = blockout(rita, project=world.payments)
    Conflict.objects.update(
        state="accepted", reason="Agreed with the board", accepted_until=date(2026, 9, 30)
    )
    before = Conflict.objects.get()

    change(row, rita, name="Year end", ends_at=SEPTEMBER_1 + 2 * DAY)

    after = Conflict.objects.get()
    assert (after.pk, after.state, after.reason, after.found_at) == (
        before.pk,
        "accepted",
        "Agreed with the board",
        before.found_at,
    )
    assert after.second_title == "Year end"


def test_an_act_that_moves_both_sides_together_keeps_the_decision(world, rita):
    row = blockout(rita, project=world.payments)
    Conflict.objects.update(state="accepted", reason="Agreed")

    revise(
        [
            Revision(world.september, None, {"target_date": date(2026, 9, 11)}),
            Revision(row, None, {"starts_at": row.starts_at + 10 * DAY, "ends_at": row.ends_at + 10 * DAY}),
        ],
        by=rita,
        at=JUNE_1,
    )

    assert Conflict.objects.get().state == "accepted"


def test_a_conflict_goes_with_its_cause(world, rita):
    row = blockout(rita, project=world.payments)
    assert len(listed()) == 1

    change(row, rita, cancelled_at=JUNE_1)

    assert listed() == []


def test_an_accepted_conflict_opens_again_when_its_time_is_over(world, rita):
    blockout(rita, project=world.payments)
    Conflict.objects.update(state="accepted", reason="Agreed", accepted_until=date(2026, 6, 30))

    assert Conflict.objects.open(date(2026, 6, 30)).count() == 0
    assert Conflict.objects.open(date(2026, 7, 1)).count() == 1
    assert Conflict.objects.accepted(date(2026, 6, 30)).count() == 1


def test_a_preview_shows_conflicts_and_leaves_none(world, rita):
    with rehearse():
        blockout(rita, project=world.payments)
        assert len(listed()) == 1

    assert listed() == []


def test_a_new_owner_of_an_application_brings_it_under_the_blockout(world, rita):
    blockout(rita, portfolio=world.bank, starts_at=SEPTEMBER_1 + 4 * DAY, ends_at=SEPTEMBER_1 + 5 * DAY)
    deployment(world.ledger, rita, starts_at=SEPTEMBER_1 + 4 * DAY)
    Ownership.objects.filter(application=world.ledger).delete()
    recompute_claims_and_conflicts()
    assert listed() == []

    create(
        [Ownership(application=world.ledger, project=world.cards, starts_at=JUNE_1 - DAY)], by=rita, at=JUNE_1
    )

    assert listed() == [("in-blockout", "blocker", "Ledger 1.0 to PRD", "Quarter end")]


def test_a_planted_fault_is_found_and_repaired(world, rita):
    blockout(rita, project=world.payments)
    Conflict.objects.all().delete()
    assert [line.split(":")[0] for line in verify_conflicts()] == ["in-blockout"]

    assert recompute_conflicts() == 1

    assert verify_conflicts() == []


def test_a_higher_practice_brings_its_own_rule(world, rita, monkeypatch):
    monkeypatch.setitem(
        rulebook, "crowded", LoadRule("crowded", "Crowded", "%(first)s", frozenset({"go_live"}), crowded)
    )
    release(world.cards, "Hotfix", date(2026, 11, 2), rita, changes=[world.portal])

    assert listed() == [("crowded", "warning", "2 go-lives", "")]
    refresh_resources([world.portal.pk])
    assert listed() == [("crowded", "warning", "2 go-lives", "")]
    change(world.october, rita, status="cancelled", cancelled_at=JUNE_1)
    assert listed() == []


def crowded(resource_ids):
    """More than one go-live of an application, however far apart."""
    claims = Claim.objects.filter(kind="go_live", resource_kind="application")
    if resource_ids is not None:
        claims = claims.filter(resource_id__in=resource_ids)
    by_resource = {}
    for one in claims:
        by_resource.setdefault(one.resource_id, []).append(one)
    for pk, group in by_resource.items():
        if len(group) > 1:
            side = Side("application", pk, f"{len(group)} go-lives")
            yield Finding(
                "crowded",
                "warning",
                side,
                Side("application", pk, ""),
                "application",
                pk,
                group[0].starts_at,
                group[0].ends_at,
            )


def recompute_claims_and_conflicts():
    rebuild_claims()
    recompute_conflicts()


def sorted_titles(*releases):
    return [row.name for row in sorted(releases, key=lambda row: row.pk)]
