"""An organisation for measuring figures: a bank of 80 projects that has deployed, released, tested for three years."""

from datetime import UTC, datetime, timedelta

from django.db import transaction

from environments.models import CapacityStep, EnvironmentUse, Outage
from releasemgr.accounts.models import Membership, User
from releasemgr.accounts.roles import Role
from releasemgr.bench.governed import govern
from releasemgr.portfolio.models import Application, Environment, Ownership, Portfolio, Project
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from reporting.touches import execute

FIRST, LAST = datetime(2023, 11, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
PROJECTS = 80
USUAL, LARGE = 100_000, 1_000_000  # deployments: a bank of this size, and the size that the goals name
BOOKINGS = 100_000  # at most


def measured_organisation(deployments) -> Organisation:
    """The organisation with so many deployments and up to 100,000 bookings; made once per database.

    Each project has an application, an environment, and a release with three gates every month, at any size.
    """
    many = int(deployments)
    with transaction.atomic():  # whole or not at all
        org, is_new = Organisation.objects.get_or_create(
            slug=f"bench-measured-{many}", defaults={"name": "Bench", "time_zone": "Europe/Berlin"}
        )
        if is_new:
            with org_scope(org):
                _fill(org, many)
    return org


def _fill(org, many) -> None:
    govern(_structure(), FIRST, LAST)
    execute("SET LOCAL enable_nestloop = off", {})  # what was just written has no statistics
    for facts, number in ((_DEPLOYMENTS, many), (_BOOKINGS, min(many, BOOKINGS))):
        execute(facts, {"org": org.pk, "many": number, "first": FIRST, "last": LAST})


def looker_of(org) -> User:
    """A person who may see the organisation."""
    user, _is_new = User.objects.get_or_create(
        email=f"looker@{org.slug}.example", defaults={"name": "Looker"}
    )
    Membership.objects.get_or_create(org=org, user=user, defaults={"role": Role.VIEWER})
    return user


def _structure() -> list[Project]:
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
    _environments(applications)
    return projects


def _environments(applications) -> None:
    """One for each application: two units, three after a year, and a planned outage of a weekend each quarter."""
    environments = [
        Environment(key=f"e{n}", name=f"Environment {n}", type="uat", application=app, commissioned_at=FIRST)
        for n, app in enumerate(applications)
    ]
    Environment.objects.bulk_create(environments)
    EnvironmentUse.objects.bulk_create([EnvironmentUse(environment=each) for each in environments])
    CapacityStep.objects.bulk_create(
        CapacityStep(environment=each, starts_at=starts_at, units=units)
        for each in environments
        for starts_at, units in ((FIRST, 2), (FIRST + timedelta(days=366), 3))
    )
    Outage.objects.bulk_create(
        Outage(environment=each, starts_at=at, ends_at=at + timedelta(days=2), reason="Patches")
        for n, each in enumerate(environments)
        for at in (FIRST + timedelta(days=n % 90 + 91 * quarter) for quarter in range(11))
    )


# Nine in ten to production, one in ten fails, spread evenly over time and deterministically over applications; each
# belongs to the release that its project planned for that month.
_DEPLOYMENTS = """
INSERT INTO calendar_app_deployment (id, org_id, number, application_id, release_id, stage, version_label, kind, status,
    is_unplanned, planned_start, planned_end, started_at, finished_at, source_key, version)
SELECT md5(%(org)s::text || n)::uuid, %(org)s, n, a.application_id, r.id, CASE WHEN n %% 10 = 3 THEN 'sit' ELSE 'prd' END,
    '1.' || n, 'standard', CASE WHEN n %% 10 = 7 THEN 'failed' ELSE 'succeeded' END, false,
    t.at - interval '30 minutes', t.at + interval '30 minutes', t.at - interval '20 minutes', t.at, '', 1
FROM generate_series(1, %(many)s) AS n
CROSS JOIN LATERAL (
    SELECT %(first)s::timestamptz
        + (n::double precision / %(many)s) * (%(last)s::timestamptz - %(first)s::timestamptz) AS at
) t
JOIN (SELECT application_id, project_id, row_number() OVER (ORDER BY application_id) - 1 AS place, count(*) OVER () AS many
      FROM portfolio_ownership WHERE org_id = %(org)s) a ON a.place = (n::bigint * 7919 + n / 80) %% a.many
LEFT JOIN calendar_app_release r ON r.org_id = %(org)s AND r.project_id = a.project_id
    AND r.starts_on = date_trunc('month', t.at AT TIME ZONE 'UTC')::date"""
# On each environment one after the other; of 30 one is refused for capacity and one is given up. The others begin up to
# 20 hours later than wanted, and are used for two thirds of the time.
_BOOKINGS = """
INSERT INTO environments_booking (id, org_id, number, environment_id, requested_environment_id, project_id, purpose,
    starts_at, ends_at, units, is_exclusive, status, holds, request_key, requested_by_name, requested_at,
    requested_starts_at, requested_ends_at, decided_at, decided_by_name, refusal, note, version, cancelled_at,
    actual_started_at, actual_ended_at)
SELECT t.id, %(org)s, n, e.id, e.id, e.project_id, 'Regression test', t.at + t.late, t.at + t.late + t.length,
    n %% 2 + 1, false, CASE n %% 30 WHEN 7 THEN 'rejected' WHEN 11 THEN 'cancelled' ELSE 'completed' END,
    false, t.id, 'Pete', t.at - interval '9 days', t.at, t.at + t.length, t.at - interval '8 days', 'Emma',
    CASE n %% 30 WHEN 7 THEN 'capacity' ELSE '' END, '', 1,
    CASE n %% 30 WHEN 11 THEN t.at - interval '7 days' END,
    CASE WHEN n %% 30 NOT IN (7, 11) THEN t.at + t.late END,
    CASE WHEN n %% 30 NOT IN (7, 11) THEN t.at + t.late + t.length * 2 / 3 END
FROM generate_series(0, %(many)s - 1) AS n
JOIN (SELECT e.id, o.project_id, row_number() OVER (ORDER BY e.key) - 1 AS place, count(*) OVER () AS many
      FROM portfolio_environment e JOIN portfolio_ownership o ON o.org_id = e.org_id AND o.application_id = e.application_id
      WHERE e.org_id = %(org)s) e ON e.place = n %% e.many
CROSS JOIN LATERAL (
    SELECT md5('booking' || %(org)s::text || n)::uuid AS id, n %% 6 * interval '4 hours' AS late, s.each AS length,
        %(first)s::timestamptz + interval '10 days' + n / e.many * s.each AS at
    FROM (SELECT (%(last)s::timestamptz - %(first)s::timestamptz - interval '20 days') / (%(many)s / e.many + 1) AS each) s
) t"""
