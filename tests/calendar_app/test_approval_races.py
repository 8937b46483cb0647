"""Two people at once before one decision: one outcome, shown to both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection

from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.votes import CoverageMoved, vote
from calendar_app.gates.criteria import add_criteria
from calendar_app.gates.rounds import withdraw
from calendar_app.models import Criterion, Gate, GateRound, Vote, WorkItem
from calendar_app.models.releases import NotPossible
from releasemgr.activity.discussion import Notice
from releasemgr.changes.revisions import Moved, Revision, create, revise
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import release
from tests.calendar_app.deciders import LATER, asked, fresh, person, rule
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


@pytest.fixture
def cast(acme, rita):
    """A release, and two people who decide its gates."""
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        row = release(project, "September", date(2026, 9, 1), rita)
        return row, person("Ada"), person("Ben")


def gates(acme, row, people, rita, *, needed=1):
    """Submitted gates of a release, each with one rule over ``people``."""
    with org_scope(acme):
        made = create(
            [Gate(release=row, name=f"Exit {n}", planned_date=date(2026, 7, 15)) for n in range(ROUNDS)],
            by=rita,
            at=JUNE_1,
        ).rows
        for gate in made:
            rule(gate, *people, by=rita, needed=needed)
        return [asked(gate, by=rita) for gate in made]


def at_once(acme, *acts):
    """Run acts on connections of their own, started together; what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=10)
            with org_scope(acme):
                return act()
        except (NotPossible, Moved, CoverageMoved) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def ballot(acme, gate, one, verdict="approve"):
    """A vote that will be cast on what the gate covers now."""
    with org_scope(acme):
        seen = standing_of(fresh(gate), at=LATER).digest
    return lambda: vote(
        gate,
        verdict,
        person=one,
        actor=one,
        seen=seen,
        by=None,
        at=LATER,
        note="No" if verdict == "reject" else "",
    )


def add_scope(row, key, by):
    """Add a work item to a release."""
    return create([WorkItem(release=row, key=key, title="More", added_at=LATER)], by=by, at=LATER)


def test_two_approvers_at_once_for_the_last_seat_decide_once(acme, rita, cast):
    row, ada, ben = cast
    for gate in gates(acme, row, (ada, ben), rita):
        answers = at_once(acme, ballot(acme, gate, ada), ballot(acme, gate, ben))

        with org_scope(acme):
            assert sorted(type(answer).__name__ for answer in answers) == ["NotPossible", "Vote"]
            assert fresh(gate).state == "passed"
            assert GateRound.objects.filter(gate=gate, decision="passed").count() == 1


def test_two_signatures_that_are_both_needed_pass_the_gate(acme, rita, cast):
    row, ada, ben = cast
    for gate in gates(acme, row, (ada, ben), rita, needed=2):
        at_once(acme, ballot(acme, gate, ada), ballot(acme, gate, ben))

        with org_scope(acme):
            assert fresh(gate).state == "passed"


def test_an_approval_during_a_scope_change_never_stands_on_the_former_scope(acme, rita, cast):
    row, ada, _ben = cast
    for n, gate in enumerate(gates(acme, row, (ada,), rita)):
        at_once(acme, ballot(acme, gate, ada), lambda n=n: add_scope(row, f"PAY-{n}", rita))

        with org_scope(acme):
            state, asked_for = fresh(gate).state, GateRound.objects.get(gate=gate)
            told = set(Notice.objects.filter(subject_id=gate.pk).values_list("code", flat=True))
            if state == "open":
                assert asked_for.revoked_because["changes"][0]["keys"] == [f"PAY-{n}"]
                assert "decision-stale" in told
            else:
                assert (state, asked_for.record["changed"][-1]["keys"]) == ("submitted", [f"PAY-{n}"])


def test_a_vote_during_a_withdrawal_is_counted_or_refused(acme, rita, cast):
    row, ada, _ben = cast
    for gate in gates(acme, row, (ada,), rita):
        voted, withdrawn = at_once(
            acme, ballot(acme, gate, ada), lambda gate=gate: withdraw([gate], by=rita, at=LATER)
        )

        with org_scope(acme):
            if isinstance(voted, Vote):
                assert (fresh(gate).state, type(withdrawn)) == ("passed", Moved)
            else:
                assert (fresh(gate).state, Vote.objects.filter(round__gate=gate).count()) == ("open", 0)


def test_the_last_vote_and_the_last_criterion_at_once_pass_the_gate(acme, rita, cast):
    row, ada, _ben = cast
    for gate in gates(acme, row, (ada,), rita):
        with org_scope(acme):
            criterion = Criterion(gate=gate, name="Tested")
            add_criteria([criterion], by=rita, at=JUNE_1)
            criterion = Criterion.objects.get(pk=criterion.pk)
        met = Revision(criterion, None, {"state": "met", "judged_at": LATER})
        at_once(
            acme,
            ballot(acme, gate, ada),
            lambda met=met: revise([met], by=rita, at=LATER + timedelta(hours=1)),
        )

        with org_scope(acme):
            assert fresh(gate).state == "passed"
