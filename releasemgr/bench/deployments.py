"""An organisation for measuring figures: a tree, projects with an application each, and many deployments."""

from datetime import UTC, datetime

from releasemgr.accounts.models import Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from reporting.touches import execute

FIRST, LAST = datetime(2023, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
PROJECTS = 80
DEPLOYMENTS = 100_000


def deployed_organisation(scale) -> Organisation:
    """An organisation of 80 projects with 100,000 × ``scale`` deployments over three years; made once per database."""
    many = int(DEPLOYMENTS * scale)
    org, is_new = Organisation.objects.get_or_create(
        slug=f"bench-deployments-{many}", defaults={"name": "Bench", "time_zone": "Europe/Berlin"}
    )
    if is_new:
        with org_scope(org):
            _structure()
            execute(_DEPLOYMENTS, {"org": org.pk, "many": many, "first": FIRST, "last": LAST})
    return org


def looker_of(org) -> User:
    """A person who may see the organisation."""
    user, _is_new = User.objects.get_or_create(
        email=f"looker@{org.slug}.example", defaults={"name": "Looker"}
    )
    Membership.objects.get_or_create(org=org, user=user, defaults={"role": Role.VIEWER})
    return user


def _structure() -> None:
    root = Portfolio.objects.create(name="Bank")
    division = Portfolio.objects.create(name="Division", parent=root)
    projects = [Project(key=f"p{n}", name=f"Project {n}", portfolio=division) for n in range(PROJECTS)]
    applications = [Application(key=f"a{n}", name=f"Application {n}") for n in range(PROJECTS)]
    Project.objects.bulk_create(projects)
    Application.objects.bulk_create(applications)
    Ownership.objects.bulk_create(
        Ownership(application=application, project=project, starts_at=FIRST)
        for application, project in zip(applications, projects, strict=True)
    )


# Nine in ten to production, one in ten fails, spread evenly over time and deterministically over applications.
_DEPLOYMENTS = """
INSERT INTO calendar_app_deployment (id, org_id, number, application_id, stage, version_label, kind, status,
    is_unplanned, planned_start, planned_end, started_at, finished_at, source_key, version)
SELECT md5(%(org)s::text || n)::uuid, %(org)s, n, a.id, CASE WHEN n %% 10 = 3 THEN 'sit' ELSE 'prd' END, '1.' || n,
    'standard', CASE WHEN n %% 10 = 7 THEN 'failed' ELSE 'succeeded' END, false,
    t.at - interval '30 minutes', t.at + interval '30 minutes', t.at - interval '20 minutes', t.at, '', 1
FROM generate_series(1, %(many)s) AS n
JOIN (SELECT id, row_number() OVER (ORDER BY key) - 1 AS place, count(*) OVER () AS many
      FROM portfolio_application WHERE org_id = %(org)s) a ON a.place = (n::bigint * 7919 + n / 80) %% a.many
CROSS JOIN LATERAL (
    SELECT %(first)s::timestamptz
        + (n::double precision / %(many)s) * (%(last)s::timestamptz - %(first)s::timestamptz) AS at
) t"""
