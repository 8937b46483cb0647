"""An organisation for measuring figures: a tree, projects with an application each, and many deployments."""

from datetime import UTC, datetime

from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from reporting.touches import execute

FIRST, LAST = datetime(2023, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)


def deployed_organisation(slug: str, *, projects: int, deployments: int) -> Organisation:
    """An organisation with that many deployments spread over three years of working days; made once."""
    found = Organisation.objects.filter(slug=slug).first()
    if found:
        return found
    org = Organisation.objects.create(slug=slug, name=slug.title(), time_zone="Europe/Berlin")
    with org_scope(org):
        _structure(projects)
        execute(_DEPLOYMENTS, {"org": org.pk, "many": deployments, "first": FIRST, "last": LAST})
    return org


def _structure(projects: int) -> None:
    root = Portfolio.objects.create(name="Bank")
    nodes = [Portfolio.objects.create(name=f"Division {n}", parent=root) for n in range(10)]
    made = [Project(key=f"p{n}", name=f"Project {n}", portfolio=nodes[n % 10]) for n in range(projects)]
    applications = [Application(key=f"a{n}", name=f"Application {n}") for n in range(projects)]
    Project.objects.bulk_create(made)
    Application.objects.bulk_create(applications)
    Ownership.objects.bulk_create(
        Ownership(application=application, project=project, starts_at=FIRST)
        for application, project in zip(applications, made, strict=True)
    )


# Nine in ten to production; one in ten fails; the hour and the minute scatter deterministically.
_DEPLOYMENTS = """
INSERT INTO calendar_app_deployment (id, org_id, number, application_id, stage, version_label, kind, status,
    is_unplanned, planned_start, planned_end, started_at, finished_at, source_key, version)
SELECT md5(%(org)s::text || n)::uuid, %(org)s, n, a.id, CASE WHEN n %% 10 = 3 THEN 'sit' ELSE 'prd' END, '1.' || n,
    'standard', CASE WHEN n %% 10 = 7 THEN 'failed' ELSE 'succeeded' END, false,
    t.at - interval '30 minutes', t.at + interval '30 minutes', t.at - interval '20 minutes', t.at, '', 1
FROM generate_series(1, %(many)s) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY key) - 1 AS place, count(*) OVER () AS many
      FROM portfolio_application WHERE org_id = %(org)s) a ON a.place = (n * 7919) %% a.many
CROSS JOIN LATERAL (
    SELECT %(first)s::timestamptz + (n::double precision / %(many)s) * (%(last)s::timestamptz - %(first)s::timestamptz) AS at
) t"""
