"""Decisions against a model: whatever people do and whatever changes around them, state, voices and notices agree."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from calendar_app.approvals.conclusions import condition
from calendar_app.approvals.rules import remove_absence
from calendar_app.approvals.standings import standings
from calendar_app.approvals.turns import tell_newly_asked
from calendar_app.approvals.votes import delegate, take_back, vote
from calendar_app.exceptions.requests import expire
from calendar_app.gates.coverage import digest
from calendar_app.gates.criteria import add_criteria
from calendar_app.gates.rounds import revoke, submit, withdraw
from calendar_app.models import Absence, Criterion, ExceptionRequest, Gate, GateRound, Release, WorkItem
from releasemgr.activity.discussion import Notice
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.tenancy.models import next_numbers
from tests.calendar_app import deciders
from tests.calendar_app.deciding_model import GATES, PASSED, Asks, Model
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

MEMBERS = ("ada", "ben", "cem", "rita")  # Rita asks for every decision
PEOPLE = (*MEMBERS, "dua")  # whom no rule names
DUE, TARGETS = date(2026, 7, 20), (date(2026, 9, 1), date(2026, 9, 8))
PAIRS = [(actor, person) for actor in PEOPLE for person in MEMBERS]  # who says it, in whose name
gates, people = st.sampled_from(GATES), st.sampled_from(PEOPLE)
verdicts = st.sampled_from(("approve", "approve", "conditional", "reject"))


@st.composite
def rule_sets(draw, most):
    """One to ``most`` rules that enough people could meet."""
    rules = []
    for _n in range(draw(st.integers(1, most))):
        members = draw(st.frozensets(st.sampled_from(MEMBERS), min_size=1))
        needed = min(draw(st.sampled_from((2, 1))), len(members))
        rules.append(Asks(needed, members, draw(st.integers(1, 2)), draw(st.booleans())))
    return rules


class Deciding(RuleBasedStateMachine):
    """Plays acts on the gate of September and on the one above that it counts toward, and on the model of both."""

    world = by = rows = cast = None

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.steps = 0

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    @property
    def at(self):
        return JUNE_1 + timedelta(days=self.model.day, minutes=self.steps)

    @initialize(child=rule_sets(most=3), top=rule_sets(most=2), absent=st.sampled_from(PAIRS))
    def begin(self, child, top, absent):
        self.model = Model(child, top, "rita")
        for name, rules in zip(GATES, (child, top), strict=True):
            for n, asks in enumerate(rules):
                named = [self.cast[one] for one in sorted(asks.members)]
                about = {"name": f"Rule {n}", "step": asks.step, "allows_own": asks.own}
                deciders.rule(self.rows[name], *named, by=self.by, needed=asks.needed, **about)

        deputy, person = absent
        self.leave_or_come_back(person, deputy, 0, 1)

    @precondition(lambda self: any(not gate.is_asked for gate in self.model.gates.values()))
    @rule(name=gates)
    def ask(self, name):
        if self.model.gates[name].state in ("open", "rejected"):
            submit([self.fresh(name)], by=self.by, at=self.at)
            self.model.ask(name)
            self.agree()

    @precondition(lambda self: self.steps % 4 == 3 and self.asked())
    @rule(data=st.data())
    def withdraw(self, data):
        name = data.draw(st.sampled_from(self.asked()))
        withdraw([self.fresh(name)], by=self.by, at=self.at)
        self.model.gates[name].state = "open"
        self.agree()

    @precondition(lambda self: self.asked())
    @rule(verdict=verdicts, data=st.data())
    def sign_as_asked(self, verdict, data):
        name = data.draw(st.sampled_from(self.asked()))
        awaited = sorted(self.model.awaited(name))
        if awaited:
            self.say(name, *data.draw(st.sampled_from(awaited)), verdict)

    @rule(name=gates)
    def sign_all(self, name):
        self.ask(name)
        while self.model.gates[name].is_asked and self.model.awaited(name):
            self.say(name, *min(self.model.awaited(name)), "approve")

    @precondition(lambda self: self.asked())
    @rule(verdict=verdicts, data=st.data())
    def sign_as_allowed(self, verdict, data):
        name = data.draw(st.sampled_from(self.asked()))
        allowed = [pair for pair in PAIRS if self.model.may_speak(name, *pair)]
        self.say(name, *data.draw(st.sampled_from(allowed or PAIRS)), verdict)

    @precondition(lambda self: self.asked())
    @rule(pair=st.sampled_from(PAIRS), data=st.data())
    def try_to_sign(self, pair, data):
        self.say(data.draw(st.sampled_from(self.asked())), *pair, "approve")

    def say(self, name, actor, person, verdict):
        allowed = self.model.may_speak(name, actor, person)
        wanted = [condition("Look again", self.cast[person], DUE)] if verdict == "conditional" else ()
        seen = digest(GateRound.objects.get(gate=self.rows[name], decided_at=None).covered)
        about = {"person": self.cast[person], "actor": self.cast[actor], "seen": seen, "note": "No"}

        def cast():
            vote(self.fresh(name), verdict, by=None, at=self.at, conditions=wanted, **about)

        if self.may(cast, allowed=allowed):
            self.model.gates[name].votes[person] = actor, verdict, self.model.covered(name)
            self.agree()

    @precondition(lambda self: any(self.model.gates[name].votes for name in self.asked()))
    @rule(person=st.sampled_from(MEMBERS), actor=people, data=st.data())
    def regret(self, person, actor, data):
        name = data.draw(st.sampled_from(self.asked()))
        votes = self.model.gates[name].votes
        allowed = person in votes and actor in (person, votes[person][0])
        about = {"person": self.cast[person], "actor": self.cast[actor]}
        if self.may(lambda: take_back(self.fresh(name), by=None, at=self.at, **about), allowed=allowed):
            del votes[person]
            self.agree()

    @precondition(lambda self: self.asked())
    @rule(person=st.sampled_from(MEMBERS), to=st.sampled_from((None, "dua", "ben")), data=st.data())
    def hand_over(self, person, to, data):
        name = data.draw(st.sampled_from(self.asked()))
        delegates, row = self.model.gates[name].delegates, self.cast[to] if to else None
        allowed = to != person and person not in self.model.said(name)
        allowed = allowed and self.model.may_speak(name, person, person)
        act = {"person": self.cast[person], "to": row, "by": None, "at": self.at}
        if self.may(lambda: delegate(self.fresh(name), **act), allowed=allowed):
            delegates.pop(person, None)
            delegates |= {person: to} if to else {}
            self.agree()

    @rule(person=st.sampled_from(MEMBERS), deputy=people, starts=st.integers(0, 2), days=st.integers(0, 1))
    def leave_or_come_back(self, person, deputy, starts, days):
        first = self.model.day + starts
        if person in self.model.away:
            remove_absence(Absence.objects.get(person=self.cast[person]), by=self.by, at=self.at)
            del self.model.away[person]
        elif person != deputy:
            ends = {"starts_on": self.date(first), "ends_on": self.date(first + days)}
            row = Absence(person=self.cast[person], deputy=self.cast[deputy], **ends)
            create([row], by=self.by, at=self.at)
            self.model.away[person] = deputy, first, first + days
        self.agree()

    @rule()
    def a_night_goes_by(self):
        self.model.day += 1
        expire(at=self.at)
        tell_newly_asked(at=self.at)
        self.agree()

    @rule(n=st.integers(1, 2))
    def change_scope(self, n):
        key = f"PAY-{n}"
        row = WorkItem.objects.filter(key=key).first()
        if row is None:
            row = WorkItem(release=self.world.september, key=key, title="More", added_at=self.at)
            create([row], by=self.by, at=self.at)
        else:
            self.change(row, status="removed" if key in self.model.items else "open")
        self.model.items ^= {key}
        self.agree()

    @rule()
    def move_september(self):
        self.model.is_later = not self.model.is_later
        self.change(self.world.september, target_date=TARGETS[self.model.is_later])
        self.agree()

    @rule()
    def let_october_join_or_leave(self):
        self.model.has_october = not self.model.has_october
        above = self.rows["top"].release if self.model.has_october else None
        self.change(self.world.october, parent=above)
        self.agree()

    @rule(name=gates)
    def demand_or_prove_or_doubt(self, name):
        gate = self.model.gates[name]
        if gate.criterion is None:
            add_criteria([Criterion(gate=self.rows[name], name="Tested")], by=self.by, at=self.at)
            gate.criterion = "open"
        else:
            gate.criterion = "open" if gate.criterion == "met" else "met"
            judged_at = self.at if gate.criterion == "met" else None
            self.change(self.criteria(name).get(condition_of=None), state=gate.criterion, judged_at=judged_at)
        self.agree()

    @rule(name=gates, days=st.integers(1, 2))
    def waive(self, name, days):
        gate = self.model.gates[name]
        if gate.criterion != "open" or self.model.is_waived(name):
            return
        gate.waived_until = self.model.day + days
        ends = JUNE_1 + timedelta(days=gate.waived_until)
        about = {"kind": "waiver", "release": self.rows[name].release, "subject": "Untested", "reason": "r"}
        risks = {"risk_if_granted": "g", "risk_if_refused": "f", "approver": self.cast["ada"]}
        times = {"requested_at": self.at, "decided_at": self.at, "expires_at": ends, "state": "granted"}
        number, criterion = next_numbers("exception")[0], self.criteria(name).get(condition_of=None)
        row = ExceptionRequest(number=number, criterion=criterion, **about, **risks, **times)
        create([row], by=self.by, at=self.at)
        self.agree()

    @precondition(lambda self: any(gate.conditions for gate in self.model.gates.values()))
    @rule(name=gates)
    def meet_conditions(self, name):
        rows = self.criteria(name).filter(condition_of__isnull=False).exclude(state="met")
        met = [Revision(row, row.version, {"state": "met", "judged_at": self.at}) for row in rows]
        revise(met, by=self.by, at=self.at)
        self.model.gates[name].conditions = 0
        self.agree()

    @precondition(lambda self: any(gate.state in PASSED for gate in self.model.gates.values()))
    @rule(name=gates)
    def take_the_pass_back(self, name):
        if self.model.gates[name].state in PASSED:
            revoke([self.fresh(name)], by=self.by, at=self.at)
            self.model.reopen(name)
            self.agree()

    def agree(self):
        """After an act: let the model follow, and compare states, who may say what, and who was told what."""
        self.steps += 1
        self.model.settle()
        states = dict(Gate.objects.values_list("pk", "state"))
        assert {name: states[self.rows[name].pk] for name in GATES} == {
            name: gate.state for name, gate in self.model.gates.items()
        }
        asked = [self.fresh(name) for name in self.asked()]
        for name, standing in zip(self.asked(), standings(asked, at=self.at).values(), strict=True):
            assert self.names(standing.judgement.awaited) == self.model.awaited(name)
            voices = standing.judgement.voices.items()
            assert self.names((actor, person) for actor, people in voices for person in people) == {
                pair for pair in PAIRS if self.model.may_speak(name, *pair)
            }
        assert self.told() == sorted(
            (name, number, person, code) for (name, number, person, _covered), code in self.model.told.items()
        )

    def told(self):
        """Every notice as (gate, number of the round, person, code): one told twice is there twice."""
        gates = {row.pk: name for name, row in self.rows.items()}
        rounds = {
            str(pk): (gates[gate], n) for pk, gate, n in GateRound.objects.values_list("pk", "gate", "number")
        }
        people = {row.pk: name for name, row in self.cast.items()}
        notices = Notice.objects.values_list("key", "person", "code")
        return sorted((*rounds[key.split(":")[1]], people[pk], code) for key, pk, code in notices)

    def asked(self):
        """The gates that are asked about."""
        return [name for name, gate in self.model.gates.items() if gate.is_asked]

    def may(self, act, *, allowed):
        """Whether an act was let through, which must be exactly when the model allows it."""
        try:
            act()
        except ValidationError:
            assert not allowed
            return False
        assert allowed
        return True

    def fresh(self, name):
        return deciders.fresh(self.rows[name])

    def criteria(self, name):
        return Criterion.objects.filter(gate=self.rows[name])

    def change(self, row, **values):
        revise([Revision(row, None, values)], by=self.by, at=self.at)

    def date(self, day):
        return (JUNE_1 + timedelta(days=day)).date()

    def names(self, pairs):
        by_pk = {row.pk: name for name, row in self.cast.items()}
        return {(by_pk[actor], by_pk[person]) for actor, person in pairs}


def test_decisions_are_what_the_model_says(world, rita):
    about = {"kind": "enterprise", "name": "Autumn", "target_date": date(2026, 12, 20)}
    autumn = create([Release(number=next_numbers("release")[0], **about)], by=rita, at=JUNE_1).rows[0]
    revise([Revision(world.september, None, {"parent": autumn})], by=rita, at=JUNE_1)
    top = Gate(release=autumn, name="Go", planned_date=date(2026, 8, 30), rollup="all")
    create([top], by=rita, at=JUNE_1)
    revise([Revision(world.gate, None, {"parent": top})], by=rita, at=JUNE_1)
    cast = {name: deciders.person(name.title(), rita if name == "rita" else None) for name in PEOPLE}
    machine = type(
        "DecidingHere",
        (Deciding,),
        {"world": world, "by": rita, "rows": {"child": world.gate, "top": top}, "cast": cast},
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
