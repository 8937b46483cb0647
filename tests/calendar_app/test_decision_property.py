"""Decisions against a model: whatever the people of a gate do and whatever changes around it, the state is the same."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calendar_app.approvals.conclusions import condition
from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.votes import delegate, take_back, vote
from calendar_app.gates.criteria import add_criteria
from calendar_app.gates.rounds import submit, withdraw
from calendar_app.models import Absence, Criterion, Gate, GateRound, Vote, WorkItem
from calendar_app.models.releases import NotPossible
from releasemgr.activity.discussion import Notice
from releasemgr.changes.revisions import Revision, create, revise
from tests.calendar_app import deciders
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

NAMES = ("ada", "ben", "cem")
NOW = JUNE_1 + timedelta(hours=3)
DUE = date(2026, 7, 20)


class Deciding(RuleBasedStateMachine):
    """Two of Ada, Ben and Cem decide; Dua may stand in. The model knows votes, obstacles and scope as plain sets."""

    world = rita = None

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.people = {name: deciders.person(name) for name in (*NAMES, "dua")}
        self.gate = self.world.gate
        deciders.rule(self.gate, *(self.people[name] for name in NAMES), by=self.rita, needed=2)
        self.state, self.votes, self.deputies = "open", {}, {}
        self.is_blocked, self.items, self.open_conditions, self.criterion = False, 0, 0, None

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    @precondition(lambda self: self.state in ("open", "rejected"))
    @rule()
    def ask(self):
        submit([deciders.fresh(self.gate)], by=self.rita, at=NOW)
        self.state, self.votes, self.delegated = "submitted", {}, {}

    @precondition(lambda self: self.state == "submitted")
    @rule()
    def withdraw(self):
        withdraw([deciders.fresh(self.gate)], by=self.rita, at=NOW)
        self.state = "open"

    @rule(
        name=st.sampled_from(NAMES),
        actor=st.sampled_from((*NAMES, "dua")),
        verdict=st.sampled_from(("approve", "approve", "conditional", "reject")),
    )
    def say(self, name, actor, verdict):
        person, acting = self.people[name], self.people[actor]
        wanted = [condition("Look again", person, DUE)] if verdict == "conditional" else ()
        seen = standing_of(deciders.fresh(self.gate), at=NOW).digest
        allowed = self.state == "submitted" and self._may(name, actor)
        try:
            vote(
                deciders.fresh(self.gate), verdict, person=person, actor=acting, seen=seen, by=None, at=NOW,
                note="No", conditions=wanted,
            )  # fmt: skip
        except NotPossible:
            assert not allowed
            return
        assert allowed
        self.votes[name] = (actor, verdict)
        self._conclude()

    @precondition(lambda self: self.state == "submitted" and self.votes)
    @rule(data=st.data())
    def regret(self, data):
        name = data.draw(st.sampled_from(sorted(self.votes)))
        actor = self.people[self.votes[name][0]]
        take_back(deciders.fresh(self.gate), person=self.people[name], actor=actor, by=None, at=NOW)
        del self.votes[name]
        self._conclude()

    @precondition(lambda self: self.state == "submitted")
    @rule(name=st.sampled_from(NAMES), back=st.booleans())
    def hand_over(self, name, back):
        to = None if back else self.people["dua"]
        try:
            delegate(deciders.fresh(self.gate), person=self.people[name], to=to, by=None, at=NOW)
        except ValidationError:
            assert name in self.votes
            return
        assert name not in self.votes
        self.delegated.pop(name, None)
        if to:
            self.delegated[name] = "dua"

    @rule(name=st.sampled_from(NAMES), deputy=st.sampled_from((*NAMES, "dua")))
    def leave(self, name, deputy):
        if name == deputy or name in self.deputies:
            return
        day = NOW.date()
        row = Absence(person=self.people[name], deputy=self.people[deputy], starts_on=day, ends_on=day)
        create([row], by=self.rita, at=NOW)
        self.deputies[name] = deputy

    @precondition(lambda self: self.items < 4)
    @rule()
    def add_scope(self):
        self.items += 1
        row = WorkItem(release=self.world.september, key=f"PAY-{self.items}", title="More", added_at=NOW)
        create([row], by=self.rita, at=NOW)
        self._covered_changed()

    @precondition(lambda self: self.criterion is None)
    @rule()
    def demand(self):
        self.criterion = Criterion(gate=self.gate, name="Tested")
        add_criteria([self.criterion], by=self.rita, at=NOW)
        self.is_blocked = True
        self._covered_changed()

    @precondition(lambda self: self.is_blocked)
    @rule()
    def prove(self):
        self._met(self.criterion.pk)
        self.is_blocked = False
        self._conclude()

    @precondition(lambda self: self.open_conditions)
    @rule()
    def meet_conditions(self):
        for pk in (
            Criterion.objects.filter(condition_of__isnull=False)
            .exclude(state="met")
            .values_list("pk", flat=True)
        ):
            self._met(pk)
        self.open_conditions = 0
        if self.state == "conditional":
            self.state = "passed"
        self._conclude()

    @invariant()
    def the_gate_is_as_the_model_says(self):
        assert Gate.objects.get(pk=self.gate.pk).state == self.state

    @invariant()
    def nobody_was_told_twice(self):
        keys = list(Notice.objects.values_list("person", "key"))
        assert len(keys) == len(set(keys))

    @invariant()
    def a_stale_decision_names_what_changed_and_told_whoever_voted(self):
        for one in GateRound.objects.filter(gate=self.gate, revoked_at__isnull=False):
            assert one.revoked_because["changes"]
            told = set(Notice.objects.filter(key=f"stale:{one.pk}").values_list("person", flat=True))
            assert set(Vote.objects.filter(round=one).values_list("cast_by", flat=True)) <= told

    def _may(self, name, actor):
        """Everybody speaks for themselves; a stand-in unless the person spoke already."""
        if name == actor:
            return True
        stand_in = self.delegated.get(name) or self.deputies.get(name)
        return actor == stand_in and self.votes.get(name, (None,))[0] != name

    def _met(self, pk):
        row = Criterion.objects.get(pk=pk)
        revise([Revision(row, row.version, {"state": "met", "judged_at": NOW})], by=self.rita, at=NOW)

    def _covered_changed(self):
        """A pass falls; votes on the former state count no more."""
        if self.state in ("passed", "conditional"):
            self.state = "open"
        self.votes = {}

    def _conclude(self):
        if self.state != "submitted":
            return
        against = {name for name, (_actor, verdict) in self.votes.items() if verdict == "reject"}
        if len(against) >= 2:
            self.state = "rejected"
            return
        signed = {actor for actor, verdict in self.votes.values() if verdict != "reject"}
        if len(signed) < 2 or self.is_blocked or self.open_conditions:
            return
        wanted = sum(verdict == "conditional" for _actor, verdict in self.votes.values())
        self.state, self.open_conditions = ("conditional", wanted) if wanted else ("passed", 0)


def test_decisions_are_what_the_model_says(world, rita):
    machine = type("DecidingHere", (Deciding,), {"world": world, "rita": rita})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
