"""Votes on gates: who may give one, what the last one does, and what takes a decision back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.approvals.conclusions import condition, decide_alone
from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.votes import CoverageMoved, NotNamed, delegate, take_back, vote
from calendar_app.dependencies.answers import satisfy
from calendar_app.gates.criteria import add_criteria
from calendar_app.gates.rounds import submit, withdraw
from calendar_app.models import (
    Absence,
    Criterion,
    Dependency,
    ExceptionRequest,
    Gate,
    GateRound,
    Vote,
    WorkItem,
)
from calendar_app.models.releases import NotPossible
from releasemgr.activity.discussion import Notice
from releasemgr.changes.revisions import Revision, create, revise
from tests.calendar_app.deciders import LATER, asked, fresh, person, rule, say
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(world):
    return person("Ada")


@pytest.fixture
def ben(world):
    return person("Ben")


def item(world, rita, key="PAY-9"):
    row = WorkItem(release=world.september, key=key, title="One more thing", added_at=JUNE_1)
    create([row], by=rita, at=LATER)
    return row


def criterion(world, rita, name="No open defects"):
    row = Criterion(gate=world.gate, name=name)
    add_criteria([row], by=rita, at=JUNE_1)
    return row


def met(row, rita, at=LATER):
    row = Criterion.objects.get(pk=row.pk)
    revise([Revision(row, row.version, {"state": "met", "judged_at": at})], by=rita, at=at)


def changes_of(number=1):
    return GateRound.objects.get(number=number).revoked_because["changes"]


def told(code):
    return list(
        Notice.objects.filter(code=code).order_by("person__name").values_list("person__name", flat=True)
    )


def test_the_last_signature_that_was_needed_passes_the_gate(world, rita, ada, ben):
    rule(world.gate, ada, ben, by=rita, needed=2)
    asked(world.gate, by=rita)

    assert say(world.gate, ada) == "submitted"
    assert say(world.gate, ben, by=rita) == "passed"
    assert GateRound.objects.get().decided_by_name == "Rita"


def test_whoever_no_rule_names_is_refused(world, rita, ada, ben):
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)

    with pytest.raises(NotNamed):
        say(world.gate, ben)
    with pytest.raises(NotNamed):
        say(world.gate, ada, actor=ben)


def test_a_vote_is_changed_and_taken_back_until_the_gate_is_decided(world, rita, ada, ben):
    rule(world.gate, ada, ben, by=rita, needed=2)
    asked(world.gate, by=rita)
    say(world.gate, ada)

    take_back(fresh(world.gate), person=ada, actor=ada, by=None, at=LATER)
    assert Vote.objects.count() == 0

    say(world.gate, ada)
    say(world.gate, ben)
    with pytest.raises(NotPossible, match="by now"):
        take_back(fresh(world.gate), person=ada, actor=ada, by=None, at=LATER)


def test_a_rejection_says_why_and_ends_the_round_when_nobody_else_could_approve(world, rita, ada, ben):
    rule(world.gate, ada, ben, by=rita)
    asked(world.gate, by=rita)

    with pytest.raises(ValidationError, match="Say why not"):
        say(world.gate, ada, "reject")
    assert say(world.gate, ada, "reject", note="Not tested") == "submitted"
    assert say(world.gate, ben, "reject", note="Nor reviewed") == "rejected"
    assert GateRound.objects.get().note == "Not tested\nNor reviewed"


def test_a_deputy_votes_while_somebody_is_away(world, rita, ada, ben):
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    day = LATER.date()
    create([Absence(person=ada, deputy=ben, starts_on=day, ends_on=day)], by=rita, at=JUNE_1)

    assert standing_of(fresh(world.gate), at=LATER).judgement.awaited == ((ben.pk, ada.pk),)
    with pytest.raises(NotNamed):
        say(world.gate, ada, actor=ben, at=LATER + timedelta(days=1))
    assert say(world.gate, ada, actor=ben) == "passed"


def test_a_delegate_votes_in_ones_place_and_is_told(world, rita, ada, ben):
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)

    delegate(fresh(world.gate), person=ada, to=ben, by=None, at=LATER)

    assert told("vote-wanted") == ["Ada", "Ben"]
    assert say(world.gate, ada, actor=ben) == "passed"


def test_whoever_asked_does_not_approve(world, rita, ben):
    requester = person("Rita", rita)
    rule(world.gate, requester, ben, by=rita)
    asked(world.gate, by=rita)

    with pytest.raises(NotNamed):
        say(world.gate, requester, by=rita)
    assert say(world.gate, ben) == "passed"


def test_when_all_have_signed_the_obstacle_is_named_and_its_end_passes_the_gate(world, rita, ada):
    row = criterion(world, rita)
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)

    assert say(world.gate, ada) == "submitted"
    assert standing_of(fresh(world.gate), at=LATER).obstacles.criteria == [row]
    met(row, rita)

    assert fresh(world.gate).state == "passed"
    assert GateRound.objects.get().decided_by_name == "releasemgr"


def test_a_dependency_of_the_gate_stands_in_the_way(world, rita, ada):
    need = Dependency(
        number=1, release=world.september, gate=world.gate, provider=world.october, title="API",
        needed_by=date(2026, 7, 1),
    )  # fmt: skip
    create([need], by=rita, at=JUNE_1)
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    assert say(world.gate, ada) == "submitted"

    satisfy([need], by=rita, at=LATER)

    assert fresh(world.gate).state == "passed"


def test_a_gate_with_rules_is_not_decided_past_them(world, rita, ada):
    rule(world.gate, ada, by=rita)
    gate = asked(world.gate, by=rita)

    with pytest.raises(NotPossible, match="rules name"):
        decide_alone(gate, "passed", by=rita, at=LATER)


def test_one_person_decides_a_gate_without_rules_when_nothing_stands_in_the_way(world, rita):
    row = criterion(world, rita)
    gate = asked(world.gate, by=rita)

    with pytest.raises(NotPossible, match="No open defects"):
        decide_alone(gate, "passed", by=rita, at=LATER)
    met(row, rita)
    decide_alone(fresh(gate), "passed", by=rita, at=LATER)

    assert fresh(gate).state == "passed"


def test_conditions_become_criteria_and_their_end_makes_a_plain_pass(world, rita, ada, ben):
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    wanted = condition("Load test repeated", ben, date(2026, 7, 20))

    assert say(world.gate, ada, "conditional", conditions=[wanted]) == "conditional"
    row = Criterion.objects.get(condition_of__number=1)
    assert (row.name, row.owner, row.due_on) == ("Load test repeated", ben, date(2026, 7, 20))

    met(row, rita)
    assert (fresh(world.gate).state, GateRound.objects.get().decision) == ("passed", "conditional")


def test_scope_added_after_the_decision_makes_it_stale_and_tells_those_who_decided_once(
    world, rita, ada, ben
):
    rule(world.gate, ada, ben, by=rita, needed=2)
    asked(world.gate, by=rita)
    say(world.gate, ada)
    say(world.gate, ben)

    item(world, rita)
    item(world, rita, "PAY-10")

    assert fresh(world.gate).state == "open"
    assert changes_of() == [{"code": "scope-added", "release": "REL-1", "keys": ["PAY-9"]}]
    assert told("decision-stale") == ["Ada", "Ben"]
    assert Vote.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda w, r: revise([Revision(w.september, None, {"target_date": date(2026, 9, 8)})], by=r, at=LATER),
         "target-moved"),
        (lambda w, r: revise([Revision(w.sit, None, {"ends_on": date(2026, 7, 18)})], by=r, at=LATER),
         "phase-moved"),
        (lambda w, r: criterion(w, r), "criterion-added"),
    ],
)  # fmt: skip
def test_what_changed_is_named(world, rita, ada, change, code):
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    say(world.gate, ada)

    change(world, rita)

    assert [one["code"] for one in changes_of()] == [code]


def test_what_is_not_covered_changes_nothing(world, rita, ada):
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    say(world.gate, ada)

    revise([Revision(world.september, None, {"description": "More words"})], by=rita, at=LATER)
    revise([Revision(world.sit, None, {"name": "Integration"})], by=rita, at=LATER)

    assert fresh(world.gate).state == "passed"


def test_votes_on_the_former_state_need_renewing(world, rita, ada, ben):
    rule(world.gate, ada, ben, by=rita, needed=2)
    gate = asked(world.gate, by=rita)
    seen = standing_of(gate, at=LATER).digest
    say(world.gate, ada)

    item(world, rita)

    standing = standing_of(fresh(gate), at=LATER)
    assert [vote.person_id for vote in standing.former] == [ada.pk]
    assert told("vote-renewal") == ["Ada"]
    with pytest.raises(CoverageMoved):
        vote(gate, "approve", person=ben, actor=ben, seen=seen, by=None, at=LATER)
    assert say(gate, ben) == "submitted"
    assert say(gate, ada) == "passed"


def test_a_waiver_that_ends_takes_the_decision_back(world, rita, ada):
    row = criterion(world, rita)
    waiver = ExceptionRequest(
        number=7, kind="waiver", release=world.september, criterion=row, subject="Defects", reason="r",
        risk_if_granted="g", risk_if_refused="f", approver=ada, state="granted", requested_at=JUNE_1,
        decided_at=JUNE_1, expires_at=LATER + timedelta(days=2),
    )  # fmt: skip
    create([waiver], by=rita, at=JUNE_1)
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    assert say(world.gate, ada) == "passed"

    end = LATER + timedelta(days=3)
    revise([Revision(waiver, 1, {"state": "expired"})], by=None, at=end)

    assert fresh(world.gate).state == "open"
    assert changes_of() == [{"code": "waiver-ended", "waiver": "EXC-7", "name": "No open defects"}]
    assert told("decision-stale") == ["Ada"]


def test_each_approver_is_asked_once(world, rita, ada, ben):
    rule(world.gate, ada, by=rita)
    rule(world.gate, ben, by=rita, name="Risk", step=2)
    asked(world.gate, by=rita)
    assert told("vote-wanted") == ["Ada"]

    revise([Revision(world.sit, None, {"name": "Integration"})], by=rita, at=LATER)
    say(world.gate, ada)

    assert told("vote-wanted") == ["Ada", "Ben"]


def test_what_was_decided_is_frozen(world, rita, ada):
    row = criterion(world, rita)
    met(row, rita, at=JUNE_1)
    rule(world.gate, ada, by=rita)
    asked(world.gate, by=rita)
    say(world.gate, ada)
    before = GateRound.objects.get().record
    row = Criterion.objects.get()

    revise([Revision(row, row.version, {"state": "failed", "name": "Other"})], by=rita, at=LATER)
    revise([Revision(ada, None, {"name": "Somebody else"})], by=rita, at=LATER)

    assert GateRound.objects.get().record == before
    assert [(one["person"], one["rule"]) for one in before["votes"]] == [("Ada", "Board")]
    assert [(one["name"], one["state"]) for one in before["criteria"]] == [("No open defects", "met")]


def test_a_withdrawn_submission_takes_no_votes(world, rita, ada):
    rule(world.gate, ada, by=rita)
    gate = asked(world.gate, by=rita)
    withdraw([gate], by=rita, at=LATER)

    with pytest.raises(NotPossible):
        say(world.gate, ada)
    submit([fresh(gate)], by=rita, at=LATER)
    assert say(world.gate, ada) == "passed"
    assert Gate.objects.get().state == "passed"
