"""Criteria of gates: added, judged with evidence, removed, put in order, waived; and what they bar."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.gates.criteria import (
    add_criteria,
    blocking,
    drop_criteria,
    edit_criterion,
    judge,
    move_criterion,
)
from calendar_app.gates.plans import cancel_gates
from calendar_app.gates.rounds import decide, submit
from calendar_app.models import Criterion, ExceptionRequest
from calendar_app.models.releases import NotPossible
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Moved, create, undo
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.models import next_numbers
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

LATER = JUNE_1 + timedelta(hours=3)


def criterion(gate, name="Test report signed", **values):
    return Criterion(gate=gate, name=name, **values)


def waiver(criterion, *, until, state="granted"):
    """A waiver of a criterion, granted on 1 June."""
    return create(
        [
            ExceptionRequest(
                number=next_numbers("exception")[0],
                kind="waiver",
                release=criterion.gate.release,
                criterion=criterion,
                subject="Go without it",
                reason="The report is late",
                risk_if_granted="Little",
                risk_if_refused="A week",
                approver=Person.objects.create(name="Ann"),
                state=state,
                requested_at=JUNE_1,
                decided_at=JUNE_1,
                expires_at=until,
            )
        ],
        by=None,
        at=JUNE_1,
    ).rows[0]


def test_criteria_are_added_in_order(world, rita):
    first = add_criteria([criterion(world.gate, "A"), criterion(world.gate, "B")], by=rita, at=JUNE_1).rows
    (third,) = add_criteria([criterion(world.gate, "C")], by=rita, at=JUNE_1).rows

    assert [row.position for row in [*first, third]] == [1, 2, 3]


def test_a_criterion_is_due_before_its_gate(world, rita):
    with pytest.raises(ValidationError) as caught:
        add_criteria([criterion(world.gate, due_on=date(2026, 7, 18))], by=rita, at=JUNE_1)

    assert list(caught.value.message_dict) == ["due_on"]


def test_a_cancelled_gate_takes_no_criteria(world, rita):
    cancel_gates([world.gate], by=rita, at=JUNE_1)

    with pytest.raises(NotPossible, match="cancelled"):
        add_criteria([criterion(world.gate)], by=rita, at=JUNE_1)


def test_evidence_is_kept_with_the_judgement(world, rita):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows

    judge(
        row, "met", by=rita, at=LATER, evidence_url="https://wiki.example/report", evidence_note="All green"
    )

    row.refresh_from_db()
    assert (row.state, row.judged_at, row.judged_by_name) == ("met", LATER, "Rita")
    assert (row.evidence_url, row.evidence_note) == ("https://wiki.example/report", "All green")


def test_not_met_says_what_is_missing(world, rita):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows

    with pytest.raises(ValidationError) as caught:
        judge(row, "failed", by=rita, at=LATER)

    assert list(caught.value.message_dict) == ["evidence_note"]


def test_of_two_who_judge_at_once_the_second_sees_what_the_first_said(world, rita, pete):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows
    seen_by_pete = Criterion.objects.get()
    judge(row, "met", by=rita, at=LATER)

    with pytest.raises(Moved) as caught:
        judge(seen_by_pete, "failed", by=pete, at=LATER, evidence_note="Two cases are red")

    (disputed,) = [one for one in caught.value.collisions if one.field == "state"]
    assert (disputed.yours, disputed.theirs, disputed.actor_name) == ("failed", "met", "Rita")
    assert Criterion.objects.get().state == "met"


def test_a_judgement_can_be_taken_back(world, rita):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows
    outcome = judge(row, "met", by=rita, at=LATER)

    undo(outcome.act_id, by=rita, at=LATER)

    row.refresh_from_db()
    assert (row.state, row.judged_at, row.judged_by_name) == ("open", None, "")


def test_a_removed_criterion_bars_nothing_and_keeps_its_history(world, rita):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows
    (row,) = judge(row, "failed", by=rita, at=LATER, evidence_note="Not signed").rows
    assert blocking([world.gate], LATER) == {world.gate.pk: [row]}

    drop_criteria([row], by=rita, at=LATER)

    assert blocking([world.gate], LATER) == {world.gate.pk: []}
    verbs = Entry.objects.filter(subject_id=row.pk).order_by("at", "pk").values_list("verb", flat=True)
    assert list(verbs) == ["added", "judged", "removed"]
    with pytest.raises(NotPossible, match="removed"):
        judge(Criterion.objects.get(), "met", by=rita, at=LATER)


def test_criteria_are_put_in_order(world, rita):
    rows = add_criteria([criterion(world.gate, name) for name in "ABC"], by=rita, at=JUNE_1).rows

    move_criterion(rows[2], -1, by=rita, at=JUNE_1)
    move_criterion(rows[0], -1, by=rita, at=JUNE_1)

    assert "".join(Criterion.objects.order_by("position").values_list("name", flat=True)) == "ACB"


def test_an_entry_criterion_bars_the_submission(world, rita):
    (row,) = add_criteria([criterion(world.gate, "Plan agreed", kind="entry")], by=rita, at=JUNE_1).rows

    with pytest.raises(NotPossible, match="Plan agreed"):
        submit([world.gate], by=rita, at=JUNE_1)

    judge(row, "met", by=rita, at=LATER)
    assert submit([world.gate], by=rita, at=LATER).rows[0].state == "submitted"


def test_an_exit_criterion_bars_the_pass_but_not_the_refusal(world, rita):
    add_criteria([criterion(world.gate)], by=rita, at=JUNE_1)
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows

    for decision in ("passed", "conditional"):
        with pytest.raises(NotPossible, match="Test report signed"):
            decide([gate], decision, by=rita, at=LATER, note="x")

    assert decide([gate], "rejected", by=rita, at=LATER, note="No report").rows[0].state == "rejected"


def test_what_is_not_mandatory_bars_nothing(world, rita):
    add_criteria([criterion(world.gate, is_mandatory=False)], by=rita, at=JUNE_1)
    (gate,) = submit([world.gate], by=rita, at=JUNE_1).rows

    assert decide([gate], "passed", by=rita, at=LATER).rows[0].state == "passed"


def test_a_waiver_lifts_the_bar_until_it_expires(world, rita):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows
    waiver(row, until=LATER)

    assert blocking([world.gate], LATER - timedelta(seconds=1)) == {world.gate.pk: []}
    assert blocking([world.gate], LATER) == {world.gate.pk: [row]}


@pytest.mark.parametrize("state", ["refused", "expired"])
def test_only_a_granted_waiver_lifts_the_bar(world, rita, state):
    (row,) = add_criteria([criterion(world.gate)], by=rita, at=JUNE_1).rows
    waiver(row, until=LATER, state=state)

    assert blocking([world.gate], JUNE_1) == {world.gate.pk: [row]}


def test_a_rule_is_not_judged_by_hand(world, rita):
    (row,) = add_criteria([criterion(world.gate, rule="open-defects")], by=rita, at=JUNE_1).rows

    with pytest.raises(NotPossible, match="ask for a waiver"):
        judge(row, "met", by=rita, at=LATER)


def test_a_rule_is_judged_anew_when_it_asks_for_something_else(world, rita):
    parameters = {"severity": 1, "most": 0}
    (row,) = add_criteria(
        [criterion(world.gate, rule="open-defects", parameters=parameters)], by=rita, at=JUNE_1
    ).rows

    edit_criterion(row, {"parameters": {"severity": 2, "most": 3}}, by=rita, at=LATER)

    row.refresh_from_db()
    assert (row.state, row.judged_at) == ("met", LATER)
    assert row.value == {"open": 0, "severity": 2, "most": 3}
