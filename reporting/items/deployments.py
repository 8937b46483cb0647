"""Deployments: the set D of the catalogue, attributed to the project that owned the application at the finish."""

from reporting.items.source import JOIN_LINEAGE, LINEAGE, Source, scopes

SOURCE = Source(
    entity="deployment",
    table="calendar_app_deployment",
    columns=("release_id", "delivered_at"),
    parts=f"""
f AS (
    SELECT x.id, x.release_id, x.application_id, o.project_id, p.portfolio_id AS node_id,
        CASE WHEN x.stage = 'prd' AND x.kind <> 'rollback' AND x.status IN ('succeeded', 'rolled_back')
            THEN x.finished_at END AS delivered_at
    FROM calendar_app_deployment x
    LEFT JOIN portfolio_ownership o ON o.org_id = %(org)s AND o.application_id = x.application_id
        AND o.starts_at <= coalesce(x.finished_at, x.started_at, x.planned_start)
        AND (o.ends_at IS NULL OR o.ends_at > coalesce(x.finished_at, x.started_at, x.planned_start))
    LEFT JOIN portfolio_project p ON p.org_id = %(org)s AND p.id = o.project_id
    WHERE x.org_id = %(org)s {{only}}
),
{LINEAGE}""",
    select=f"""
SELECT f.id AS fact_id, 0 AS part, {scopes("f.application_id", "f.project_id")} AS scopes,
    f.release_id, f.delivered_at
FROM f {JOIN_LINEAGE}""",
    span="min(x.finished_at)::date, max(x.finished_at)::date",
)
