"""Gates through their rounds, and blockouts and deployments through their lives."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.blockouts import cancel_blockouts, edit_blockout, plan_blockouts
from calendar_app.deployments import (
    begin_deployments,
    cancel_deployments,
    finish_deployments,
    move_deployment,
    plan_deployments,
    roll_back,
)
from calendar_app.gates.plans import cancel_gates, edit_gate
from calendar_app.gates.rounds import decide, revoke, submit, withdraw
from calendar_app.models import Blockout, Claim, Deployment, Gate, GateRound, Release
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import CannotUndo, Moved, undo
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

LATER = JUNE_1 + timedelta(hours=3)


def rounds():
    return list(GateRound.objects.order_by("number").values_list("number", "decision", "decided_by_name"))


def test_a_gate_is_submitted_and_passed(world, rita):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows
    (gate,) = decide([gate], "passed", by=rita, at=LATER).rows

    assert (gate.state, rounds()) == ("passed", [(1, "passed", "Rita")])
    assert Claim.objects.get(kind="gate").is_open is False


def test_a_rejected_gate_gets_a_second_round(world, rita):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows
    (gate,) = decide([gate], "rejected", by=rita, at=LATER, note="Two defects are open").rows
    (gate,) = submit([gate], by=rita, at=LATER).rows
    (gate,) = decide([gate], "conditional", by=rita, at=LATER, note="With a workaround").rows

    assert (gate.state, rounds()) == ("conditional", [(1, "rejected", "Rita"), (2, "conditional", "Rita")])


@pytest.mark.parametrize("decision", ["rejected", "conditional"])
def test_conditions_and_refusals_say_why(world, rita, decision):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows

    with pytest.raises(ValidationError) as caught:
        decide([gate], decision, by=rita, at=LATER, note="  ")

    assert list(caught.value.message_dict) == ["note"]


def test_an_unknown_decision_is_refused(world, rita):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows

    with pytest.raises(ValidationError, match="Choose a decision"):
        decide([gate], "maybe", by=rita, at=LATER, note="x")


def test_a_submission_is_withdrawn_and_a_pass_revoked(world, rita):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows
    (gate,) = withdraw([gate], by=rita, at=JUNE_1).rows
    (gate,) = submit([gate], by=rita, at=JUNE_1).rows
    (gate,) = decide([gate], "passed", by=rita, at=LATER).rows

    (gate,) = revoke([gate], by=rita, at=LATER).rows

    assert (gate.state, rounds()) == ("open", [(1, "withdrawn", "Rita"), (2, "passed", "Rita")])
    assert GateRound.objects.get(number=2).revoked_at == LATER


def test_a_scope_freeze_locks_the_scope_of_its_release_once(world, rita):
    edit_gate(world.gate, {"locks_scope": True}, by=rita, at=JUNE_1)
    gate = Gate.objects.select_related("release").get()
    (gate,) = submit([gate], by=rita, at=JUNE_1).rows

    decide([gate], "passed", by=rita, at=LATER)

    assert Release.objects.get(pk=world.september.pk).scope_locked_at == LATER


def test_two_decisions_at_once_leave_one(world, rita, olga):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows
    stale = Gate.objects.get()
    decide([gate], "passed", by=rita, at=LATER)

    with pytest.raises(Moved) as caught:
        decide([stale], "rejected", by=olga, at=LATER, note="No")

    assert [(one.field, one.theirs, one.actor_name) for one in caught.value.collisions] == [
        ("state", "passed", "Rita")
    ]
    assert rounds() == [(1, "passed", "Rita")]


def test_a_decision_is_not_undone(world, rita):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows
    act_id = decide([gate], "passed", by=rita, at=LATER).act_id

    with pytest.raises(CannotUndo, match="withdraw or revoke"):
        undo(act_id, by=rita, at=LATER)


def test_a_gate_stays_before_the_end_of_its_phase_and_the_go_live(world, rita):
    with pytest.raises(ValidationError, match="phase it guards"):
        edit_gate(world.gate, {"planned_date": date(2026, 7, 20)}, by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="goes live before"):
        edit_gate(world.gate, {"planned_date": date(2026, 9, 20), "phase": None}, by=rita, at=JUNE_1)


def test_only_an_open_gate_is_cancelled(world, rita):
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows
    with pytest.raises(NotPossible):
        cancel_gates([gate], by=rita, at=JUNE_1)
    (gate,) = withdraw([gate], by=rita, at=JUNE_1).rows

    cancel_gates([gate], by=rita, at=JUNE_1)

    assert Claim.objects.filter(kind="gate").count() == 0


def test_a_blockout_is_planned_changed_and_lifted(world, rita):
    row = Blockout(name="Freeze", portfolio=world.bank, starts_at=JUNE_1, ends_at=LATER)
    (row,) = plan_blockouts([row], by=rita, at=JUNE_1).rows
    values = {"portfolio": None, "project": world.payments, "application": None}
    (row,) = edit_blockout(row, values, by=rita, at=JUNE_1).rows
    assert Claim.objects.filter(kind="blockout").count() == 2  # the project and the ledger

    cancel_blockouts([row], by=rita, at=LATER)

    assert Claim.objects.filter(kind="blockout").count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"ends_at": JUNE_1}, "before the start"), ({"project_id": None}, "exactly one")],
)
def test_a_wrong_blockout_is_refused(world, rita, fields, words):
    row = Blockout(
        **({"name": "Freeze", "project": world.payments, "starts_at": JUNE_1, "ends_at": LATER} | fields)
    )
    if "project_id" in fields:
        row.project = None

    with pytest.raises(ValidationError, match=words):
        plan_blockouts([row], by=rita, at=JUNE_1)


def test_a_deployment_from_plan_to_rollback(world, rita):
    row = Deployment(
        application=world.ledger, stage="prd", version_label="2.1", planned_start=JUNE_1, planned_end=LATER
    )
    (row,) = plan_deployments([row], by=rita, at=JUNE_1).rows
    (row,) = move_deployment(row, LATER, LATER + timedelta(hours=1), by=rita, at=JUNE_1).rows
    (row,) = begin_deployments([row], by=rita, at=LATER).rows
    with pytest.raises(NotPossible):
        cancel_deployments([row], by=rita, at=LATER)
    (row,) = finish_deployments([row], by=rita, at=LATER + timedelta(minutes=5), succeeded=True).rows

    (row,) = roll_back([row], by=rita, at=LATER + timedelta(minutes=9)).rows

    assert (row.reference, row.status) == ("DEP-1", "rolled_back")
    assert Claim.objects.get(kind="deployment").title == "Ledger 2.1 to PRD"
