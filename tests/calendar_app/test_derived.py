"""After any sequence of verbs: claims equal a rebuild, and the incremental conflicts equal a recompute."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app.claims import rebuild_claims, verify_claims
from calendar_app.conflicts import recompute_conflicts, verify_conflicts
from calendar_app.models import Blockout, Claim, Conflict, Deployment, ReleaseImpact
from releasemgr.changes.revisions import CannotUndo, Revision, create, rehearse, revise, undo
from releasemgr.portfolio.models import Ownership
from releasemgr.tenancy.models import next_numbers
from tests.calendar_app.conftest import DAY
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

START = date(2026, 8, 20)
MIDNIGHT = datetime(2026, 8, 20, 22, tzinfo=UTC)

# Few days and few resources, so that things meet often; an act is (what, how much, which, flag).
acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["move", "parent", "status", "impact", "phase", "gate", "milestone", "deploy", "deployed", "block",
             "blocked", "own", "undo"]
        ),
        st.integers(0, 12),
        st.integers(0, 5),
        st.booleans(),
    ),
    min_size=6,
    max_size=16,
)  # fmt: skip


class Player:
    """Plays acts on the world through the verb contract, remembering what exists."""

    def __init__(self, world, rita):
        self.rita, self.world = rita, world
        self.releases = [world.september, world.october]
        self.projects = [world.payments, world.cards]
        self.applications = [world.ledger, world.portal]
        self.phases, self.gates, self.milestones = [world.sit], [world.gate], [world.summit]
        self.deployments, self.blockouts, self.acts = [], [], []

    def play(self, act):
        what, days, which, flag = act
        getattr(self, what)(days, which, flag)

    def move(self, days, which, flag):
        values = {"target_date": START + days * DAY, "starts_on": date(2026, 7, 1) + days * DAY * flag}
        self.change(self.releases[which % 2], values)

    def parent(self, days, which, flag):
        child, parent = self.releases if flag else self.releases[::-1]
        if which % 3:
            self.change(parent, {"parent": None})
        self.change(child, {"parent": parent if which % 3 else None})

    def status(self, days, which, flag):
        states = [
            {"status": "on_hold"},
            {"status": "active"},
            {"status": "live", "actual_go_live": MIDNIGHT + days * DAY},
            {"status": "cancelled", "cancelled_at": JUNE_1},
        ]
        self.change(self.releases[flag], states[which % 4])

    def impact(self, days, which, flag):
        row, application = self.releases[flag], self.applications[which % 2]
        if not ReleaseImpact.objects.filter(release=row, application=application).exists():
            self.make(
                ReleaseImpact(
                    release=row, application=application, impact=["code", "regression"][which % 3 == 0]
                )
            )

    def phase(self, days, which, flag):
        starts_on = date(2026, 6, 28) + days * DAY
        values = {
            "starts_on": starts_on,
            "ends_on": starts_on + which * DAY,
            "status": ["planned", "done"][flag],
        }
        self.change(self.phases[0], values)

    def gate(self, days, which, flag):
        values = {"planned_date": date(2026, 7, 1) + days * DAY, "phase": self.phases[0] if flag else None}
        self.change(self.gates[0], values | {"state": ["open", "passed", "cancelled"][which % 3]})

    def milestone(self, days, which, flag):
        day = START + days * DAY
        self.change(
            self.milestones[0], {"starts_on": day, "ends_on": day + which * DAY, "name": f"Day {days}"}
        )

    def deploy(self, days, which, flag):
        row = Deployment(
            number=next_numbers("deployment")[0],
            application=self.applications[flag],
            release=[None, *self.releases][which % 3],
            stage=["prd", "sit"][which == 4],
            version_label=str(days),
            planned_start=MIDNIGHT + days * DAY,
            planned_end=MIDNIGHT + days * DAY + timedelta(hours=which + 1),
        )
        self.deployments.append(self.make(row))

    def deployed(self, days, which, flag):
        if self.deployments:
            row, at = self.deployments[which % len(self.deployments)], MIDNIGHT + days * DAY
            ended = {"status": "succeeded", "started_at": at, "finished_at": at + DAY / 24}
            self.change(row, ended if flag else {"planned_start": at, "planned_end": at + DAY / 8})

    def block(self, days, which, flag):
        scopes = [
            {"portfolio": self.world.bank},
            {"project": self.projects[flag]},
            {"application": self.applications[flag]},
        ]
        starts_at = MIDNIGHT + days * DAY
        row = Blockout(
            name=f"Freeze {days}",
            is_hard=flag,
            starts_at=starts_at,
            ends_at=starts_at + (which + 1) * DAY,
            **scopes[which % 3],
        )
        self.blockouts.append(self.make(row))

    def blocked(self, days, which, flag):
        if self.blockouts:
            row, starts_at = self.blockouts[which % len(self.blockouts)], MIDNIGHT + days * DAY
            moved = {"starts_at": starts_at, "ends_at": starts_at + DAY, "is_hard": flag}
            self.change(row, {"cancelled_at": JUNE_1} if which == 5 else moved)

    def own(self, days, which, flag):
        application, at = self.applications[flag], MIDNIGHT + days * DAY
        held = Ownership.objects.filter(application=application, ends_at=None).first()
        if held and held.starts_at < at:
            Ownership.objects.filter(pk=held.pk).update(ends_at=at)
            self.make(Ownership(application=application, project=self.projects[which % 2], starts_at=at))

    def undo(self, days, which, flag):
        with suppress(CannotUndo):  # decisions of gates are withdrawn or revoked instead
            if self.acts:
                undo(self.acts.pop(), by=self.rita, at=JUNE_1)

    def change(self, row, values):
        outcome = revise([Revision(row, None, values)], by=self.rita, at=JUNE_1)
        self.acts = [*self.acts[:-1], outcome.act_id] if outcome.act_id else []

    def make(self, row):
        self.acts = []
        return create([row], by=self.rita, at=JUNE_1).rows[0]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(played=acts)
def test_claims_equal_a_rebuild_and_conflicts_a_recompute(world, rita, played):
    with rehearse():
        player = Player(world, rita)
        for act in played:
            player.play(act)
            assert verify_conflicts() == []

        assert verify_claims() == []
        for conflict in Conflict.objects.exclude(rule__in=["releases-too-close"]):
            assert conflict.starts_at < conflict.ends_at  # what only touches would have no time in common


def test_a_planted_fault_is_found_and_a_rebuild_repairs_it(world):
    Claim.objects.filter(kind="gate").delete()
    Claim.objects.filter(kind="phase").update(title="Something else")
    assert sorted(line.split()[-1] for line in verify_claims()) == ["missing", "outdated"]

    assert rebuild_claims() == 2

    assert verify_claims() == []
    assert recompute_conflicts() == 0


def test_a_claim_without_a_source_is_found(world):
    Claim.objects.filter(kind="milestone").update(source_id=world.bank.pk)

    assert sorted(line.split()[-1] for line in verify_claims()) == ["missing", "source"]
