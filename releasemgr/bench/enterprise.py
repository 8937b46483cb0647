"""An enterprise release for measuring governance: 300 releases below it, 60 gates of its own and 900 below them.

Rules over facts judge each gate, two of three people must approve it; a third of the gates is passed, a third asked
about, a third open. What verbs derive is derived by them; only the mass of facts is written in bulk.
"""

from datetime import UTC, date, datetime, timedelta

from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.votes import vote
from calendar_app.gates.facts.judging import judge_all
from calendar_app.gates.rounds import submit
from calendar_app.models import (
    ApprovalRule,
    ApprovalSeat,
    Criterion,
    Gate,
    PlannedVersion,
    Release,
    TestRun,
    WorkItem,
)
from releasemgr.portfolio.models import Application, Person, Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope

GATES, BELOW = 60, 3  # gates of the enterprise release, and of each release below it
ITEMS, RUNS = 20, 5  # work items and test runs of a release
NOW = datetime(2026, 10, 5, 9, tzinfo=UTC)
GO_LIVE = date(2026, 12, 1)
BATCH = 2_000
_RULES = (
    ("open-defects", {"severity": 1, "most": 0}),
    ("pass-rate", {"at_least": 95}),
    ("versions-agree", {}),
    ("gates-below-passed", {}),
)


def governed_organisation(slug, *, children) -> Organisation:
    """An organisation with two enterprise releases of so many children: number 1 is governed, number 2 stands beside."""
    org = Organisation.objects.create(slug=slug, name=slug.title(), time_zone="UTC")
    with org_scope(org):
        root = Portfolio.objects.create(name="Bank")
        owners = _bulk([(Application, {"key": f"a{n}", "name": f"Application {n}"}) for n in range(children)])
        projects = _bulk(
            [(Project, {"key": f"p{n}", "name": f"Project {n}", "portfolio": root}) for n in range(children)]
        )
        people = _bulk([(Person, {"name": f"Approver {n}"}) for n in range(3)])
        enterprises = [_enterprise(number, root, projects, owners, people) for number in (1, 2)]
        judge_all(Criterion.objects.exclude(rule=""), NOW)
        _decide(enterprises[0], people)
    return org


def _enterprise(number, root, projects, applications, people):
    """The release of that number with everything below it, nothing judged or asked for yet."""
    (enterprise,) = _bulk(
        [
            (
                Release,
                {"number": number, "kind": "enterprise", "name": f"Release {number}", "portfolio": root}
                | _planned(GO_LIVE),
            )
        ]
    )
    gates = _bulk(
        [
            (
                Gate,
                {
                    "release": enterprise,
                    "name": f"Gate {n}",
                    "rollup": "all",
                    "owner": people[n % 3],
                    "planned_date": GO_LIVE - timedelta(days=n),
                },
            )
            for n in range(GATES)
        ]
    )
    _rules(gates, people)
    children = _bulk(
        [
            (
                Release,
                {
                    "number": number * 10_000 + n,
                    "kind": "project",
                    "name": f"{project.name} {number}",
                    "project": project,
                    "parent": enterprise,
                }
                | _planned(GO_LIVE - timedelta(days=n % 9)),
            )
            for n, project in enumerate(projects)
        ]
    )
    below = _below(children, gates)
    _criteria([*gates, *below], people)
    _facts(children, applications)
    return enterprise


def _planned(day):
    return {"target_date": day, "baseline_date": day, "status": "active"}


def _below(children, gates):
    """Three gates of each child; those toward the first third of the gates above are passed."""
    return _bulk(
        [
            (
                Gate,
                {
                    "release": child,
                    "name": f"Gate {n}",
                    "parent": gates[place],
                    "planned_date": GO_LIVE,
                    "state": "passed" if place < GATES * 2 // 3 else "open",
                },
            )
            for number, child in enumerate(children)
            for n in range(BELOW)
            for place in [(BELOW * number + n) % GATES]
        ]
    )


def _rules(gates, people):
    rules = _bulk([(ApprovalRule, {"gate": gate, "name": "Board", "needed": 2}) for gate in gates])
    _bulk([(ApprovalSeat, {"rule": rule, "person": one}) for rule in rules for one in people])


def _criteria(gates, people):
    """Of each gate one that people judge and three that facts do; gates without any below leave out that rule."""
    met = {"state": "met", "judged_at": NOW, "judged_by_name": "Ann"}
    _bulk(
        [
            row
            for n, gate in enumerate(gates)
            for row in (
                (Criterion, {"gate": gate, "name": "Signed", "owner": people[n % 3]} | met),
                *(
                    (Criterion, {"gate": gate, "name": code, "rule": code, "parameters": parameters})
                    for code, parameters in (_RULES if gate.rollup == "all" else _RULES[:1])
                ),
            )
        ]
    )


def _facts(children, applications):
    """Every version planned, approved and tested; one item in ten a defect, none of them of severity 1."""
    _bulk(
        [
            (
                PlannedVersion,
                {
                    "release": child,
                    "application": application,
                    "label": "2.0",
                    "approved_label": "2.0",
                    "approved_at": NOW,
                },
            )
            for child, application in zip(children, applications, strict=True)
        ]
    )
    _bulk(
        [
            (
                TestRun,
                {
                    "release": child,
                    "application": application,
                    "name": f"Regression {n}",
                    "version_label": "2.0",
                    "executed_at": NOW - timedelta(days=n),
                    "total": 100,
                    "passed": 100,
                },
            )
            for child, application in zip(children, applications, strict=True)
            for n in range(RUNS)
        ]
    )
    _bulk(
        [
            (
                WorkItem,
                {
                    "release": child,
                    "application": application,
                    "key": f"ITEM-{n}",
                    "title": f"Item {n}",
                    "kind": "feature" if n % 10 else "defect",
                    "severity": None if n % 10 else 3,
                    "added_at": NOW,
                },
            )
            for child, application in zip(children, applications, strict=True)
            for n in range(ITEMS)
        ]
    )


def _decide(enterprise, people):
    """Ask for two thirds of the gates; two people pass the first of them."""
    gates = list(
        enterprise.gates.select_related("release", "owner").order_by("-planned_date")[: GATES * 2 // 3]
    )
    submit(gates, by=None, at=NOW)
    for gate in gates[: GATES // 3]:
        seen = standing_of(Gate.objects.select_related("release", "owner").get(pk=gate.pk), at=NOW).digest
        for one in people[:2]:
            vote(gate, "approve", person=one, actor=one, seen=seen, by=None, at=NOW)


def _bulk(rows):
    """Write new rows ``(model, values)`` of one model; returns them."""
    made = [model(**values) for model, values in rows]
    type(made[0]).objects.bulk_create(made, batch_size=BATCH)
    return made
