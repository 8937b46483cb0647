"""P7 to P9: figures read from cells beside the same figures computed on the fly, and a whole page beside its query.

Judged at a million deployments, the size that the design names for the store (P14). Cells cost the same however many
facts stand behind them, what they are compared with does not; so both are shown at a hundred thousand as well.
"""

import json

from calendar_app.models import Deployment
from environments.models import Booking
from releasemgr.bench import Goal, interleaved
from releasemgr.bench.calendar import tidy
from releasemgr.bench.measured import LARGE, LAST, USUAL, measured_organisation
from releasemgr.bench.onthefly import ON_THE_FLY
from releasemgr.bench.visits import Visitor
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from reporting.kpis import KPIS
from reporting.models import Cell, Period
from reporting.recompute import recompute
from reporting.spread import spread
from reporting.touches import fetch

NAME = "dashboard"
FREQUENCY = KPIS["F1"]
MONTHS, YEAR = 36, 12
TOLERANCE = 5e-7  # of the catalogue
BRIEF = ("metric", "scope_id", "start_on", "value", "n", "is_partial")
# The shape of Apache DevLake's deployment frequency panel, written for this schema: last finish per deployment,
# months by formatting the time, a calendar of months joined to the left, 0 where there is none.
_PANEL = """
WITH finished AS (
    SELECT d.id, o.project_id, max(d.finished_at) AS finished_at FROM calendar_app_deployment d
    JOIN portfolio_ownership o ON o.org_id = d.org_id AND o.application_id = d.application_id
    WHERE d.org_id = %(org)s AND d.status = 'succeeded' AND d.stage = 'prd'
    GROUP BY d.id, o.project_id HAVING max(d.finished_at) >= %(since)s
),
counted AS (
    SELECT project_id, to_char(finished_at, 'YY/MM') AS month, count(id) AS deployments FROM finished GROUP BY 1, 2
)
SELECT j.id, to_char(p.start_on, 'YY/MM') AS month, coalesce(c.deployments, 0)
FROM reporting_period p CROSS JOIN portfolio_project j
LEFT JOIN counted c ON c.month = to_char(p.start_on, 'YY/MM') AND c.project_id = j.id
WHERE p.org_id = %(org)s AND j.org_id = %(org)s AND p.type = 'month' AND p.start_on = ANY(%(starts)s)"""


def prepare(scale):
    """Organisations with their cells, by how many deployments they stand for at scale 1."""
    orgs = {size: measured_organisation(size * scale) for size in (LARGE, USUAL)}
    tidy()  # as autovacuum would have, long before somebody recomputes
    for org in orgs.values():
        with org_scope(org):
            is_computed = Cell.objects.exists()
        if not is_computed:
            recompute(org, as_of=LAST)
    tidy()
    return orgs


def goals(orgs):
    for size, org in orgs.items():
        is_judged, suffix = size == LARGE, "" if size == LARGE else f" at {size:,}"
        for name, measure, bound in (
            ("P7", lambda org=org: _scoped(org, _on_the_fly), {"most": 1 / 30}),
            ("P8", lambda org=org: _scoped(org, _panel), {"least": 50}),
            ("P9", lambda org=org: _page(org), {"most": 3}),
        ):
            yield Goal(name + suffix, measure, **bound, is_judged=is_judged)


def _scoped(org, measure):
    with org_scope(org):
        return measure(org)


def _on_the_fly(org):
    """All six charts of 80 projects × 36 months, as the pages read them, beside the same figures from the facts."""
    starts, projects = _months(MONTHS), _projects()
    agree(org)
    parameters = {"org": org.pk} | _edges(starts)
    floors, ours = {}, {}
    for key, kpi in KPIS.items():
        floors[key], ours[key] = interleaved(
            lambda key=key: fetch(ON_THE_FLY[key], parameters),
            lambda kpi=kpi: spread(kpi, projects, "month", starts),
        )
    detail = {
        "values": len(KPIS) * len(projects) * len(starts),
        "deployments": Deployment.objects.count(),
        "bookings": Booking.objects.count(),
        "fly_ms": {key: round(1000 * floors[key], 1) for key in KPIS},
        "cells_ms": {key: round(1000 * ours[key], 2) for key in KPIS},
    }
    return sum(floors.values()), sum(ours.values()), detail


def agree(org):
    """Raise RuntimeError unless cells and facts give the same figures; a goal met with others would be worth nothing."""
    starts, projects = _months(MONTHS), _projects()
    parameters = {"org": org.pk} | _edges(starts)
    for key, kpi in KPIS.items():
        _compare(kpi, fetch(ON_THE_FLY[key], parameters), projects, starts)


def _edges(starts):
    """The dates and instants at which consecutive months begin, and those at which the last one ends."""
    months = Period.objects.filter(type="month", start_on__in=starts).order_by("start_on")
    begin = list(months.values_list("start_on", "starts_at"))
    end = months.values_list("end_on", "ends_at").last()
    edges, bounds = zip(*begin, end, strict=True)
    return {"edges": list(edges), "bounds": list(bounds)}


def _compare(kpi, computed, projects, starts):
    there = {(project, start): (value, n) for project, start, value, n in computed}
    for project, strip in spread(kpi, projects, "month", starts).items():
        for start, value in zip(starts, strip.values, strict=True):
            unknown = (
                kpi.empty if value is not None else None
            )  # before the first fact of a scope, and not zero
            other, n = there.get((project, start), (unknown, 0))
            is_same = value == other if None in (value, other) else abs(value - other) <= TOLERANCE
            is_hollow = n < kpi.min_n and kpi.empty is None and value is not None
            if not is_same or is_hollow != (start in strip.hollow and value is not None):
                raise RuntimeError(
                    f"{kpi.key} of {project} in {start}: {value} in its cell, {other} on the fly"
                )


def _panel(org):
    starts, projects = _months(YEAR), _projects()
    parameters = {"org": org.pk, "starts": starts, "since": starts[0]}
    floor, ours = interleaved(
        lambda: fetch(_PANEL, parameters), lambda: spread(FREQUENCY, projects, "month", starts)
    )
    return (
        floor,
        ours,
        {
            "values": len(projects) * len(starts),
            "chart": "deployment frequency; the other three need changes and incidents, which the product does not know yet",
        },
    )


def _page(org):
    with org_scope(org):
        starts, projects = _months(MONTHS), _projects()
        division = Portfolio.objects.get(name="Division")
    visitor = Visitor(org, is_htmx=True)
    query = f"scope=portfolio:{division.pk}&period=month&until={starts[-1]}&count={MONTHS}"
    place = f"reporting/kpis/{FREQUENCY.slug}/members/?{query}"

    def floor():
        with org_scope(org):
            json.dumps(list(_cells(projects, starts).values_list(*BRIEF)), default=str)

    floor_seconds, our_seconds = interleaved(floor, lambda: visitor.get(place))
    return floor_seconds, our_seconds, {"values": len(projects) * MONTHS}


def _months(count):
    starts = Cell.objects.filter(metric="F1", period_type="month").order_by("-start_on")
    return sorted(starts.values_list("start_on", flat=True).distinct()[1 : count + 1])


def _projects():
    return list(Project.objects.order_by("name").values_list("pk", flat=True))


def _cells(projects, starts):
    return Cell.objects.filter(
        metric="F1",
        scope_id__in=projects,
        period_type="month",
        start_on__gte=starts[0],
        start_on__lte=starts[-1],
    )
