"""Capacity of persistent environments: units by interval, planned outages cut out, one part per interval.

Overlapping planned outages count once; the cut is made with multiranges, not with sums.
"""

from reporting.items.bookings import environment_project
from reporting.items.source import JOIN_LINEAGE, LINEAGE, Source, scopes

SOURCE = Source(
    entity="capacity",
    table="portfolio_environment",
    columns=("starts_at", "ends_at", "units"),
    parts=f"""
f AS (
    SELECT x.id, own.project_id, own.portfolio_id AS node_id, NULL::uuid AS release_id,
        x.commissioned_at, x.decommissioned_at
    FROM portfolio_environment x
    {environment_project("x")}
    WHERE x.org_id = %(org)s AND x.is_persistent {{only}}
),
steps AS (
    SELECT f.id, s.units, greatest(s.starts_at, f.commissioned_at) AS from_at,
        least(lead(s.starts_at) OVER (PARTITION BY f.id ORDER BY s.starts_at), f.decommissioned_at) AS to_at
    FROM f JOIN environments_capacitystep s ON s.org_id = %(org)s AND s.environment_id = f.id
),
planned AS (
    SELECT o.environment_id AS id, range_agg(tstzrange(o.starts_at, o.ends_at)) AS away
    FROM environments_outage o
    WHERE o.org_id = %(org)s AND o.is_planned AND o.environment_id IN (SELECT f.id FROM f)
    GROUP BY o.environment_id
),
supply AS (
    SELECT steps.id, steps.units, unnest(
        tstzmultirange(tstzrange(steps.from_at, steps.to_at)) - coalesce(planned.away, '{{}}'::tstzmultirange)
    ) AS during
    FROM steps LEFT JOIN planned ON planned.id = steps.id
    WHERE steps.to_at IS NULL OR steps.to_at > steps.from_at
),
{LINEAGE}""",
    select=f"""
SELECT f.id AS fact_id, row_number() OVER (PARTITION BY f.id ORDER BY lower(supply.during)) - 1 AS part,
    {scopes("f.project_id", "f.id")} AS scopes,
    lower(supply.during) AS starts_at, upper(supply.during) AS ends_at, supply.units
FROM supply JOIN f ON f.id = supply.id {JOIN_LINEAGE}""",
    span="min(x.commissioned_at)::date, max(coalesce(x.decommissioned_at, x.commissioned_at))::date",
)
