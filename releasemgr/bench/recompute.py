"""P14: a full recompute beside the same aggregates in bare SQL and as many bare row inserts.

A million deployments, as the goal says; a hundred thousand beside it for information.
"""

import time

from django.db import transaction

from calendar_app.models import Deployment
from releasemgr.activity.trail import mark
from releasemgr.bench import Goal
from releasemgr.bench.calendar import tidy
from releasemgr.bench.measured import LARGE, LAST, USUAL, measured_organisation
from releasemgr.tenancy.scope import org_scope
from reporting.draining import drain
from reporting.recompute import recompute
from reporting.touches import execute, fetch

NAME = "recompute"
# F1 of every application, project, node and the organisation, by week, month and quarter, straight from the facts.
# The floor leaves out the other five figures, which ours computes as well: the ratio is an upper bound.
_AGGREGATES = """
SELECT p.type, p.start_on, d.application_id, o.project_id, j.portfolio_id, n.parent_id, count(*)
FROM calendar_app_deployment d
JOIN portfolio_ownership o ON o.org_id = d.org_id AND o.application_id = d.application_id
    AND o.starts_at <= d.finished_at AND (o.ends_at IS NULL OR o.ends_at > d.finished_at)
JOIN portfolio_project j ON j.org_id = d.org_id AND j.id = o.project_id
JOIN portfolio_portfolio n ON n.org_id = d.org_id AND n.id = j.portfolio_id
JOIN reporting_period p ON p.org_id = d.org_id AND p.type = %(type)s
    AND p.starts_at <= d.finished_at AND p.ends_at > d.finished_at
WHERE d.org_id = %(org)s AND d.stage = 'prd' AND d.kind <> 'rollback' AND d.status IN ('succeeded', 'rolled_back')
GROUP BY GROUPING SETS (
    (p.type, p.start_on, d.application_id), (p.type, p.start_on, o.project_id),
    (p.type, p.start_on, j.portfolio_id), (p.type, p.start_on, n.parent_id), (p.type, p.start_on)
)"""


def prepare(scale):
    """Organisations with their cells, by how many deployments they stand for at scale 1."""
    orgs = {size: measured_organisation(size * scale) for size in (LARGE, USUAL)}
    tidy()
    for org in orgs.values():
        recompute(org, as_of=LAST)
    return orgs


def goals(orgs):
    yield Goal("P14", lambda: _measure(orgs[LARGE]), most=3)
    yield Goal(f"P14 at {USUAL:,}", lambda: _measure(orgs[USUAL]), most=3, is_judged=False)


def _measure(org):
    """One round: either side takes a minute at a million deployments, long enough to be steady."""
    floor = _floor(org)
    started = time.perf_counter()
    items, cells = recompute(org, as_of=LAST)
    ours = time.perf_counter() - started
    return floor, ours, {"items": items, "cells": cells, "late_fact_ms": round(1000 * _late_fact(org), 1)}


def _floor(org) -> float:
    """Seconds of the bare aggregates plus the bare inserts of as many rows into the same tables; all taken back."""
    with org_scope(org):
        parameters = {"org": org.pk}
        started = time.perf_counter()
        for period_type in ("week", "month", "quarter"):
            fetch(_AGGREGATES, parameters | {"type": period_type})
        seconds = time.perf_counter() - started
        for table in ("reporting_item", "reporting_cell"):
            execute(
                f"CREATE TEMPORARY TABLE copied ON COMMIT DROP AS SELECT * FROM {table} WHERE org_id = %(org)s",
                parameters,
            )
            execute(f"DELETE FROM {table} WHERE org_id = %(org)s", parameters)
            started = time.perf_counter()
            execute(f"INSERT INTO {table} SELECT * FROM copied", {})
            seconds += time.perf_counter() - started
            execute("DROP TABLE copied", {})
        transaction.set_rollback(True)
    return seconds


def _late_fact(org) -> float:
    """Seconds of worker time until one late fact is in all its figures."""
    with org_scope(org):
        mark([Deployment.objects.order_by("number")[1000]])
    started = time.perf_counter()
    drain(org, as_of=LAST)
    return time.perf_counter() - started
