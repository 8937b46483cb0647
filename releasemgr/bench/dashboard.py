"""P7 to P9: figures read from cells beside the same figures computed on the fly, and a whole page beside its query."""

import json

from django.conf import settings
from django.test import Client

from releasemgr.bench import Goal, interleaved
from releasemgr.bench.calendar import tidy
from releasemgr.bench.deployments import LAST, deployed_organisation, looker_of
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from reporting.kpis import KPIS
from reporting.models import Cell
from reporting.recompute import recompute
from reporting.touches import fetch

NAME = "dashboard"
FREQUENCY = KPIS["F1"]
MONTHS, YEAR = 36, 12
BRIEF = ("metric", "scope_id", "start_on", "value", "n", "is_partial")
# Deployments per project and month straight from the facts.
_ON_THE_FLY = """
SELECT o.project_id, p.start_on, count(*) FROM calendar_app_deployment d
JOIN portfolio_ownership o ON o.org_id = d.org_id AND o.application_id = d.application_id
    AND o.starts_at <= d.finished_at AND (o.ends_at IS NULL OR o.ends_at > d.finished_at)
JOIN reporting_period p ON p.org_id = d.org_id AND p.type = 'month'
    AND p.starts_at <= d.finished_at AND p.ends_at > d.finished_at
WHERE d.org_id = %(org)s AND d.stage = 'prd' AND d.kind <> 'rollback' AND d.status IN ('succeeded', 'rolled_back')
    AND p.start_on = ANY(%(starts)s)
GROUP BY o.project_id, p.start_on"""
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
    org = deployed_organisation(scale)
    recompute(org, as_of=LAST)
    tidy()
    return org


def goals(org):
    yield Goal("P7", lambda: _scoped(org, _on_the_fly), most=1 / 30)
    yield Goal("P8", lambda: _scoped(org, _panel), least=50)
    yield Goal("P9", lambda: _page(org), most=3)


def _scoped(org, measure):
    with org_scope(org):
        return measure(org)


def _on_the_fly(org):
    starts, projects = _months(MONTHS), _projects()
    floor, ours = interleaved(
        lambda: fetch(_ON_THE_FLY, {"org": org.pk, "starts": starts}),
        lambda: _values(projects, starts),
        rounds=5,
    )
    return floor, ours, {"values": len(_values(projects, starts))}


def _panel(org):
    starts, projects = _months(YEAR), _projects()
    parameters = {"org": org.pk, "starts": starts, "since": starts[0]}
    floor, ours = interleaved(lambda: fetch(_PANEL, parameters), lambda: _values(projects, starts), rounds=5)
    return floor, ours, {"chart": "deployment frequency only: the other three come with their KPIs"}


def _page(org):
    with org_scope(org):
        starts, projects = _months(MONTHS), _projects()
        division = Portfolio.objects.get(name="Division")
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0], "hx-request": "true"})
    client.force_login(looker_of(org), backend="allauth.account.auth_backends.AuthenticationBackend")
    query = f"scope=portfolio:{division.pk}&period=month&until={starts[-1]}&count={MONTHS}"
    path = f"/o/{org.slug}/reporting/kpis/{FREQUENCY.slug}/members/?{query}"

    def floor():
        with org_scope(org):
            json.dumps(list(_cells(projects, starts).values_list(*BRIEF)), default=str)

    def ours():
        response = client.get(path, secure=settings.IS_HTTPS)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")

    floor_seconds, our_seconds = interleaved(floor, ours)
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


def _values(projects, starts):
    """The same three columns that the figures computed on the fly have."""
    return list(_cells(projects, starts).values_list("scope_id", "start_on", "value"))
