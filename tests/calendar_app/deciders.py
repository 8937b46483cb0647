"""People who decide the gates of the small world, and how they do it in a test."""

from datetime import timedelta

from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.votes import vote
from calendar_app.gates.rounds import submit
from calendar_app.models import ApprovalRule, ApprovalSeat, Gate
from releasemgr.changes.revisions import create
from releasemgr.portfolio.models import Person
from tests.conftest import JUNE_1

LATER = JUNE_1 + timedelta(hours=3)


def person(name, user=None):
    """Somebody of Acme, with the account of ``user`` when given."""
    return Person.objects.create(
        name=name, email=f"{name.lower()}@acme.example", user_id=user.pk if user else None
    )


def rule(gate, *people, by, name="Board", needed=1, **more):
    """A rule that names people."""
    row = ApprovalRule(gate=gate, name=name, needed=needed, **more)
    create([row], by=by, at=JUNE_1)
    create([ApprovalSeat(rule=row, person=one) for one in people], by=by, at=JUNE_1)
    return row


def asked(gate, *, by):
    """The gate, submitted."""
    submit([fresh(gate)], by=by, at=JUNE_1)
    return fresh(gate)


def fresh(gate):
    return Gate.objects.select_related("release", "owner").get(pk=gate.pk)


def say(gate, one, verdict="approve", *, by=None, at=LATER, actor=None, note="", conditions=()):
    """A vote of a person on what the gate covers now; returns the gate's state after it."""
    seen = standing_of(fresh(gate), at=at).digest
    vote(
        gate,
        verdict,
        person=one,
        actor=actor or one,
        seen=seen,
        by=by,
        at=at,
        note=note,
        conditions=conditions,
    )
    return fresh(gate).state
