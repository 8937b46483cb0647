"""What awaits one person: votes, exceptions to decide, criteria and conditions, decisions of the log, notices."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from calendar_app.approvals.standings import standings
from calendar_app.log.queries import decisions_wanted
from calendar_app.models import (
    Absence,
    ApprovalRule,
    Criterion,
    Delegation,
    ExceptionRequest,
    Gate,
    Release,
)
from releasemgr.activity.discussion import Notice

SOON = timedelta(days=14)
MOST = 50


@dataclass(frozen=True)
class Wanted:
    """Everything on the page "Decisions" of a person; ``votes`` are (standing, principals, whether renewing)."""

    votes: list
    exceptions: list
    criteria: list
    decisions: list
    notices: list

    @property
    def count(self):
        """What asks for an act: unread notices only tell."""
        return len(self.votes) + len(self.exceptions) + len(self.decisions)


def wanted(person, *, at, today):
    """The Wanted of a person, in a fixed number of statements."""
    return Wanted(
        votes=_votes(person, at, today),
        exceptions=list(_exceptions(person)),
        criteria=list(_criteria(person, today)),
        decisions=list(decisions_wanted(person, today)[:MOST]),
        notices=list(Notice.objects.filter(person=person, read_at=None).order_by("-told_at", "-pk")[:MOST]),
    )


def waiting_count(person, *, at, today):
    """How many acts await a person."""
    return (
        len(_votes(person, at, today))
        + _exceptions(person).count()
        + len(decisions_wanted(person, today)[:MOST])
    )


def overdue_conditions(gates, today):
    """``{gate.pk: [Criterion, …]}``: open conditions of passed gates that are past their day."""
    found = {}
    rows = Criterion.objects.filter(
        gate__in=[gate.pk for gate in gates], gate__state=Gate.State.CONDITIONAL, condition_of__isnull=False
    )
    for one in (
        rows.exclude(state=Criterion.State.MET)
        .filter(due_on__lt=today)
        .select_related("owner")
        .order_by("due_on")
    ):
        found.setdefault(one.gate_id, []).append(one)
    return found


def _votes(person, at, today):
    gates = Gate.objects.filter(
        pk__in=_named_in(person, today), state=Gate.State.SUBMITTED, release__status__in=Release.OPEN
    )
    rows = gates.select_related("release", "owner", "phase", "parent__release").order_by(
        "planned_date", "name", "pk"
    )
    found = []
    for standing in standings(list(rows), at=at).values():
        if standing.judgement is None:
            continue
        people = [standing.people[pk] for actor, pk in standing.judgement.awaited if actor == person.pk]
        if people:
            renewing = any(vote.cast_by_id == person.pk for vote in standing.former)
            found.append((standing, people, renewing))
    return found


def _named_in(person, today):
    """Ids of gates whose rules name a person, or somebody they stand in for."""
    away = Absence.objects.filter(deputy=person, starts_on__lte=today, ends_on__gte=today)
    people = [person.pk, *away.values_list("person_id", flat=True)]
    named = Q(seats__person__in=people) | Q(group__members__person__in=people)
    rules = ApprovalRule.objects.filter(named).values_list("gate_id", flat=True)
    delegated = Delegation.objects.filter(delegate=person, round__decided_at=None)
    return {*rules, *delegated.values_list("round__gate_id", flat=True)}


def _exceptions(person):
    asked = ExceptionRequest.objects.filter(approver=person, state=ExceptionRequest.State.REQUESTED)
    return asked.select_related("release").order_by("requested_at", "pk")


def _criteria(person, today):
    rows = Criterion.objects.filter(
        owner=person, gate__release__status__in=Release.OPEN, due_on__lte=today + SOON
    )
    open_ones = rows.exclude(state=Criterion.State.MET).filter(
        Q(condition_of__isnull=False) | ~Q(gate__state__in=[Gate.State.PASSED, Gate.State.CANCELLED])
    )
    return open_ones.select_related("gate__release", "condition_of").order_by("due_on", "pk")[:MOST]
