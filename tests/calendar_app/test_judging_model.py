"""After any sequence of verbs: what the facts were found to say equals judging from scratch, and no pass is broken."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app.gates.counting import choose_below
from calendar_app.gates.criteria import add_criteria, drop_criteria, edit_criterion
from calendar_app.gates.facts import rulebook, verify_criteria
from calendar_app.gates.plans import cancel_gates, edit_gate
from calendar_app.gates.reopening import broken_passes
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
from calendar_app.releases.lifecycle import cancel
from calendar_app.releases.plans import edit
from releasemgr.changes.revisions import CannotUndo, Moved, Revision, create, rehearse, revise, undo
from releasemgr.tenancy.models import next_numbers
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

acts = st.lists(
    st.tuples(
        st.sampled_from(
            ["defect", "work", "run", "plan", "need", "activity", "version", "add", "ask", "drop", "link",
             "choose", "rule", "submit", "pass_", "revoke", "cancel_gate", "parent", "cancel", "undo"]
        ),
        st.integers(0, 5),
        st.integers(0, 5),
        st.booleans(),
    ),
    min_size=6,
    max_size=14,
)  # fmt: skip


class Player:
    """Plays acts on two enterprise releases, two project releases below them and their gates."""

    def __init__(self, world, rita):
        self.rita, self.world, self.acts, self.n = rita, world, [], 0
        days = {"kind": "enterprise", "target_date": date(2026, 12, 20)}
        group = self.make(Release(number=next_numbers("release")[0], name="Group", **days))
        autumn = self.make(Release(number=next_numbers("release")[0], name="Autumn", parent=group, **days))
        self.releases = [world.september, world.october, autumn, group]
        for child in self.releases[:2]:
            self.change(child, parent=autumn)
        self.gates = []
        for row, above in ((group, None), (autumn, 0), (world.september, 1), (world.october, 1)):
            parent = self.gates[above] if above is not None else None
            gate = Gate(release=row, name="Go", planned_date=date(2026, 8, 30), parent=parent)
            self.gates.append(self.make(gate))
        self.gates.append(world.gate)
        for gate in self.gates[:2]:
            self.change(gate, rollup="all")
        rows = [
            Criterion(gate=gate, name=code, rule=code, is_mandatory=code == "open-defects")
            for gate in self.gates
            for code in rulebook
        ]
        add_criteria(rows, by=rita, at=JUNE_1)

    @property
    def at(self):
        self.n += 1
        return JUNE_1 + timedelta(minutes=self.n)

    def make(self, row):
        return create([row], by=self.rita, at=self.at).rows[0]

    def change(self, row, **values):
        outcome = revise([Revision(row, None, values)], by=self.rita, at=self.at)
        self.acts.append(outcome.act_id)
        return outcome

    def play(self, act):
        what, which, much, flag = act
        with suppress(ValidationError, Moved):
            getattr(self, what)(which, much, flag)

    def gate_(self, which):
        return Gate.objects.select_related("release").get(pk=self.gates[which % len(self.gates)].pk)

    def one(self, model, which, **values):
        rows = list(model.objects.filter(**values).order_by("pk"))
        return rows[which % len(rows)] if rows else None

    def defect(self, which, much, flag):
        kind = {"kind": "defect", "severity": 1 + much % 4} if flag else {"kind": "task"}
        row = WorkItem(
            release=self.releases[which % 4], key=f"K-{self.n}", title="x", added_at=JUNE_1, **kind
        )
        self.make(row)

    def work(self, which, much, flag):
        if row := self.one(WorkItem, which):
            self.change(row, status=["open", "active", "done", "removed"][much % 4])

    def run(self, which, much, flag):
        row = TestRun(
            release=self.releases[which % 4],
            application=self.world.ledger if flag else None,
            name="Regression",
            version_label=str(much % 2) if flag else "",
            executed_at=self.at,
            total=5,
            passed=much,
        )
        self.make(row)

    def plan(self, which, much, flag):
        release, label = self.releases[which % 4], str(much % 2)
        row = PlannedVersion.objects.filter(release=release).first()
        if row is None:
            self.make(PlannedVersion(release=release, application=self.world.ledger, label=label))
        else:
            self.change(row, **({"approved_label": label} if flag else {"label": label}))

    def need(self, which, much, flag):
        row = self.one(Dependency, which)
        if row is None or flag:
            release, provider = self.releases[which % 2], self.releases[1 - which % 2]
            gate = self.gates[2 + which % 2] if much % 2 else None
            days = {"needed_by": date(2026, 8, 1), "promised_on": date(2026, 8, 1)}
            number = next_numbers("dependency")[0]
            self.make(
                Dependency(number=number, release=release, provider=provider, gate=gate, title="x", **days)
            )
        else:
            states = ["requested", "accepted", "refused", "satisfied", "waived", "withdrawn"]
            self.change(row, state=states[much], waived_until=date(2026, 5, 31 - which % 2))

    def activity(self, which, much, flag):
        row = self.one(PhaseActivity, which)
        if row is None or flag:
            self.make(PhaseActivity(phase=self.world.sit, name="x"))
        else:
            self.change(row, **({"removed_at": JUNE_1} if much == 5 else {"percent_done": 25 * much}))

    def version(self, which, much, flag):
        row = Version(
            application=self.world.ledger,
            release=self.releases[which % 4],
            label=f"1.0rc{self.n}" if flag else f"1.{self.n}",
            kind="rc" if flag else "final",
            commit=["", "a", "b"][much % 3],
            date_quality="unknown",
        )
        self.make(row)

    def add(self, which, much, flag):
        code = list(rulebook)[much % len(rulebook)]
        add_criteria([Criterion(gate=self.gate_(which), name=code, rule=code)], by=self.rita, at=self.at)

    def ask(self, which, much, flag):
        row = self.one(Criterion, which, rule="open-defects")
        row = Criterion.objects.select_related("gate").get(pk=row.pk)
        values = {"parameters": {"severity": 1 + much % 4, "most": which % 3}}
        self.acts.append(edit_criterion(row, values, by=self.rita, at=self.at).act_id)

    def drop(self, which, much, flag):
        row = self.one(Criterion, which)
        self.acts.append(drop_criteria([row], by=self.rita, at=self.at).act_id)

    def link(self, which, much, flag):
        above = self.gate_(much % 2) if flag else None
        values = {"parent": above, "phase": None if much == 3 else self.gate_(which).phase}
        self.acts.append(edit_gate(self.gate_(which), values, by=self.rita, at=self.at).act_id)

    def choose(self, which, much, flag):
        names = [["Go"], ["SIT exit"], ["Go", "SIT exit"], []][much % 4]
        values = {"rollup": "required" if flag else "all", "rollup_needed": None}
        choose_below(self.gate_(which % 2), names, values, by=self.rita, at=self.at)

    def rule(self, which, much, flag):
        rules = [("none", None), ("all", None), ("required", None), ("some", 1), ("some", 2)]
        rollup, needed = rules[much % 5]
        values = {"rollup": rollup, "rollup_needed": needed}
        self.acts.append(edit_gate(self.gate_(which % 2), values, by=self.rita, at=self.at).act_id)

    def submit(self, which, much, flag):
        submit([self.gate_(which)], by=self.rita, at=self.at)

    def pass_(self, which, much, flag):
        if self.gate_(which).state in ("open", "rejected"):
            submit([self.gate_(which)], by=self.rita, at=self.at)
        decide([self.gate_(which)], "passed", by=self.rita, at=self.at)

    def revoke(self, which, much, flag):
        revoke([self.gate_(which)], by=self.rita, at=self.at)

    def cancel_gate(self, which, much, flag):
        if much == 0:
            cancel_gates([self.gate_(which)], by=self.rita, at=self.at)

    def parent(self, which, much, flag):
        child = Release.objects.get(pk=self.releases[which % 3].pk)
        above = Release.objects.get(pk=self.releases[2 + much % 2].pk) if flag else None
        self.acts.append(edit(child, {"parent": above}, by=self.rita, at=self.at).act_id)

    def cancel(self, which, much, flag):
        if much == 0:
            cancel([Release.objects.get(pk=self.releases[which % 2].pk)], by=self.rita, at=self.at)

    def undo(self, which, much, flag):
        with suppress(CannotUndo):
            known = [act_id for act_id in self.acts if act_id]
            undo(known[-1 - which % len(known)], by=self.rita, at=self.at)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=acts)
def test_incremental_judging_equals_judging_from_scratch(world, rita, acts):
    with rehearse():
        player = Player(world, rita)
        for act in acts:
            player.play(act)
            assert (verify_criteria(player.at), broken_passes()) == ([], [])
