"""An organisation for measuring bookings: environments of three units, and bookings that follow one another on each."""

from datetime import datetime

from django.db import connection

from environments.models import CapacityStep, EnvironmentUse
from releasemgr.portfolio.models import Environment, Portfolio, Project
from releasemgr.tenancy.models import Counter, Organisation
from releasemgr.tenancy.scope import org_scope

UNITS = 3
_TYPES = ("dev", "sit", "uat", "pre")

# Each environment gets its bookings one after the other, %(hours)s apart and as long; two in three belong to a project.
_BOOKINGS = """
INSERT INTO environments_booking (id, org_id, number, environment_id, requested_environment_id, project_id, purpose,
    starts_at, ends_at, units, is_exclusive, status, holds, request_key, requested_by_name, requested_at,
    requested_starts_at, requested_ends_at, decided_at, decided_by_name, refusal, note, version)
SELECT made.id, %(org)s, %(numbered)s + n, e.id, e.id, CASE WHEN n %% 3 > 0 THEN p.id END,
    (ARRAY['Regression test', 'Load test', 'Training', 'Rehearsal'])[n %% 4 + 1], made.at, made.at + made.length,
    n %% 2 + 1, false, CASE WHEN made.at + made.length < %(today)s THEN 'completed' ELSE 'approved' END,
    made.at + made.length >= %(today)s, made.id, 'Pete', made.at - interval '9 days', made.at,
    made.at + made.length, made.at - interval '8 days', 'Emma', '', '', 1
  FROM generate_series(0, %(many)s - 1) AS n
  JOIN (SELECT id, row_number() OVER (ORDER BY key) - 1 AS place FROM portfolio_environment WHERE org_id = %(org)s) e
    ON e.place = n %% %(environments)s
  CROSS JOIN (SELECT id FROM portfolio_project WHERE org_id = %(org)s LIMIT 1) p
  CROSS JOIN LATERAL (
    SELECT md5(%(org)s::text || (%(numbered)s + n))::uuid AS id, %(hours)s * interval '1 hour' AS length,
           %(first)s::timestamptz + n / %(environments)s * %(hours)s * interval '1 hour' AS at
  ) made
"""
_CLAIMS = """
INSERT INTO calendar_app_claim (id, org_id, kind, resource_kind, resource_id, source_kind, source_id, part, release_id,
    project_id, starts_at, ends_at, units, is_hard, is_primary, is_long, is_open, state, title, path)
SELECT md5('claim' || id)::uuid, org_id, 'booking', 'environment', environment_id, 'booking', id, '', NULL,
    project_id, starts_at, ends_at, units, true, true, ends_at - starts_at > interval '35 days',
    status <> 'completed', status, purpose || ' (BKG-' || number || ')', 'environments/bookings/' || number || '/'
  FROM environments_booking WHERE org_id = %(org)s
"""


def booked_organisation(slug, *, environments, bookings, first: datetime, hours: float, today: datetime):
    """An organisation with so many environments and bookings, the first of each environment at ``first``."""
    org = Organisation.objects.create(slug=slug, name=slug.title(), time_zone="UTC")
    with org_scope(org):
        _structure(environments, first)
        values = {
            "org": org.pk,
            "many": bookings,
            "environments": environments,
            "first": first,
            "hours": hours,
            "today": today,
            "numbered": 1,
        }
        with connection.cursor() as cursor:
            cursor.execute(_BOOKINGS, values)
            cursor.execute(_CLAIMS, values)
        Counter.objects.create(noun="booking", value=bookings + 1)
    return org


def _structure(count, first):
    root = Portfolio.objects.create(name="Bank")
    Project.objects.create(key="payments", name="Payments", portfolio=root)
    environments = [
        Environment(
            key=f"e{number:04}",
            name=f"Environment {number:04}",
            type=_TYPES[number * len(_TYPES) // count],
            commissioned_at=first,
        )
        for number in range(count)
    ]
    Environment.objects.bulk_create(environments, batch_size=500)
    EnvironmentUse.objects.bulk_create(
        [EnvironmentUse(environment=environment) for environment in environments], batch_size=500
    )
    CapacityStep.objects.bulk_create(
        [CapacityStep(environment=environment, starts_at=first, units=UNITS) for environment in environments],
        batch_size=500,
    )
