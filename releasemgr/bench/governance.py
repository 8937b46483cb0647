"""Governance of an enterprise release with 300 children and 60 gates: its tabs, one fact, one vote, and growth.

The limits are those of the decision note 0043. What an act costs stands beside its own statements sent by hand, and
beside itself with half as many children: what grows faster than they do is a fault.
"""

from functools import partial

from django.db import connection, transaction

from calendar_app.approvals.standings import standing_of
from calendar_app.approvals.votes import vote
from calendar_app.models import Gate, TestRun, WorkItem
from calendar_app.scope.items import edit_item
from calendar_app.scope.versions import edit_run
from releasemgr.bench import Goal, interleaved
from releasemgr.bench.byhand import Recorded
from releasemgr.bench.calendar import tidy
from releasemgr.bench.enterprise import NOW, governed_organisation
from releasemgr.bench.visits import EMPTY, Visitor
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.scope import org_scope
from reporting.touches import fetch

NAME = "governance"
CHILDREN = 300
PAGE_LIMIT, ACT_LIMIT, GROWTH_LIMIT = 20, 5, 2.2
_MANIFEST = """
SELECT r.id, r.number, r.name, r.kind, r.status, r.target_date, a.id, a.name, v.label, v.approved_label, v.version,
    (SELECT t.version_label FROM calendar_app_testrun t WHERE t.org_id = r.org_id AND t.release_id = r.id
        AND t.application_id = a.id AND t.passed = t.total ORDER BY t.executed_at DESC LIMIT 1),
    ARRAY(SELECT d.version_label FROM calendar_app_deployment d WHERE d.org_id = r.org_id AND d.release_id = r.id
        AND d.application_id = a.id AND d.stage = 'prd' AND d.status = 'succeeded' ORDER BY d.finished_at)
FROM calendar_app_release e
JOIN calendar_app_release r ON r.org_id = e.org_id AND r.parent_id = e.id AND r.status <> 'cancelled'
LEFT JOIN calendar_app_plannedversion v ON v.org_id = r.org_id AND v.release_id = r.id
LEFT JOIN portfolio_application a ON a.org_id = v.org_id AND a.id = v.application_id
WHERE e.org_id = %(org)s AND e.number = 1 ORDER BY r.target_date, r.number, a.name"""
_GATES = """
SELECT g.*, p.name, c.asked, c.met, c.barring, b.counted, b.passed, b.missing, r.at
FROM calendar_app_release e
JOIN calendar_app_gate g ON g.org_id = e.org_id AND g.release_id = e.id
LEFT JOIN portfolio_person p ON p.org_id = g.org_id AND p.id = g.owner_id
CROSS JOIN LATERAL (
    SELECT count(*) AS asked, count(*) FILTER (WHERE c.state = 'met') AS met,
        array_agg(c.name || ' ' || coalesce(o.name, '')) FILTER (WHERE c.is_mandatory AND c.state <> 'met') AS barring
    FROM calendar_app_criterion c LEFT JOIN portfolio_person o ON o.org_id = c.org_id AND o.id = c.owner_id
    WHERE c.org_id = g.org_id AND c.gate_id = g.id AND c.state <> 'dropped'
) c
CROSS JOIN LATERAL (
    SELECT count(*) AS counted, count(*) FILTER (WHERE k.state IN ('passed', 'conditional')) AS passed,
        array_agg(r.name ORDER BY r.name) FILTER (WHERE k.state NOT IN ('passed', 'conditional')) AS missing
    FROM calendar_app_gate k JOIN calendar_app_release r ON r.org_id = k.org_id AND r.id = k.release_id
    WHERE k.org_id = g.org_id AND k.parent_id = g.id AND k.state <> 'cancelled' AND r.status <> 'cancelled'
) b
CROSS JOIN LATERAL (
    SELECT max(o.decided_at) AS at FROM calendar_app_gateround o
    WHERE o.org_id = g.org_id AND o.gate_id = g.id AND o.decision IN ('passed', 'conditional') AND o.revoked_at IS NULL
) r
WHERE e.org_id = %(org)s AND e.number = 1 ORDER BY g.planned_date, g.name, g.id LIMIT 50"""


def prepare(scale):
    """Organisations by the number of children: as many as the goal says, and half of them."""
    sizes = [int(CHILDREN * scale), int(CHILDREN * scale) // 2]
    orgs = {size: governed_organisation(f"governance-{size}", children=size) for size in sizes}
    tidy()
    return orgs


def goals(orgs):
    (many, org), (_few, smaller) = orgs.items()
    for tab, statement in (("manifest", _MANIFEST), ("gates", _GATES)):
        yield Goal(f"{tab} tab", partial(_tab, org, tab, statement), most=PAGE_LIMIT)
    for name, act in (("defect", _defect), ("test run", _test_run), ("scope", _scope), ("vote", _vote)):
        yield Goal(name, partial(_by_hand, org, act), most=ACT_LIMIT)
        yield Goal(
            f"{name}, {many} children to {many // 2}", partial(_grown, org, smaller, act), most=GROWTH_LIMIT
        )


def _tab(org, tab, statement):
    """The whole answer of a tab beside the empty view and one statement that fetches its rows."""
    visitor, place = Visitor(org), f"calendar/releases/1/{tab}/"

    def floor():
        visitor.get(EMPTY)
        with org_scope(org):
            return fetch(statement, {"org": org.pk})

    seconds = interleaved(floor, lambda: visitor.get(place))
    return *seconds, {"rows": len(floor()), "kb": round(len(visitor.get(place)) / 1024)}


def _by_hand(org, act):
    """An act, taken back, beside the statements it sends, taken back too."""
    with Recorded() as recorded:
        _taken_back(org, act)
    floor, ours = interleaved(partial(_repeat, org, recorded.statements), partial(_taken_back, org, act))
    return floor, ours, {"statements": len(recorded.statements)}


def _grown(org, smaller, act):
    floor, ours = interleaved(partial(_taken_back, smaller, act), partial(_taken_back, org, act))
    return floor, ours, {}


def _taken_back(org, act):
    with org_scope(org):
        act()
        transaction.set_rollback(True)


def _repeat(org, statements):
    with org_scope(org), connection.connection.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters or None)
            if cursor.description:
                cursor.fetchall()
        transaction.set_rollback(True)


def _defect():
    """A defect of one release below is closed: every gate above that asks for defects is judged anew."""
    item = WorkItem.objects.select_related("release").get(release__number=10_000, key="ITEM-0")
    edit_item(item, {"status": "done"}, by=None, at=NOW)


def _test_run():
    """A test run turns out red: criteria of every gate above fail."""
    run = TestRun.objects.get(release__number=10_000, name="Regression 0")
    edit_run(run, {"passed": 10}, by=None, at=NOW)


def _scope():
    """An item moves out of the scope: every pass that covers it falls, and the people who gave it are told."""
    item = WorkItem.objects.select_related("release").get(release__number=10_000, key="ITEM-1")
    edit_item(item, {"status": "removed"}, by=None, at=NOW)


def _vote():
    """One person approves a gate that asks two."""
    asked = Gate.objects.select_related("release", "owner").filter(release__number=1, state="submitted")
    gate, person = asked.order_by("name")[0], Person.objects.get(name="Approver 0")
    seen = standing_of(gate, at=NOW).digest
    vote(gate, "approve", person=person, actor=person, seen=seen, by=None, at=NOW)
