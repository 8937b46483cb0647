"""Releases that deliver: project and independent ones; an enterprise release is the union of its children."""

from reporting.items.source import JOIN_LINEAGE, LINEAGE, Source, local_date, scopes

SOURCE = Source(
    entity="release",
    table="calendar_app_release",
    columns=(
        "release_id",
        "lineage",
        "due_on",
        "due_at",
        "live_at",
        "late_days",
        "cancelled_at",
        "open_from",
        "open_to",
    ),
    parts=f"""
f AS (
    SELECT x.id, x.id AS release_id, x.project_id, coalesce(p.portfolio_id, x.portfolio_id) AS node_id,
        concat_ws('|', x.kind, x.parent_id, x.project_id, x.portfolio_id) AS lineage,
        CASE WHEN x.kind <> 'enterprise' THEN x.baseline_date END AS due_on,
        CASE WHEN x.kind <> 'enterprise' THEN d.ends_at END AS due_at,
        CASE WHEN x.kind <> 'enterprise' AND x.status = 'live' THEN x.actual_go_live END AS live_at,
        CASE WHEN x.kind <> 'enterprise' AND x.status = 'cancelled' THEN x.cancelled_at END AS cancelled_at
    FROM calendar_app_release x
    LEFT JOIN portfolio_project p ON p.org_id = %(org)s AND p.id = x.project_id
    LEFT JOIN reporting_period d ON d.org_id = %(org)s AND d.type = 'day' AND d.start_on = x.baseline_date
    WHERE x.org_id = %(org)s {{only}}
),
{LINEAGE},
dated AS (
    SELECT f.*, coalesce(f.live_at, f.cancelled_at) AS closed_at,
        {local_date("f.live_at")} - f.due_on AS late_days
    FROM f
)""",
    select=f"""
SELECT f.id AS fact_id, 0 AS part, {scopes("f.project_id")} AS scopes, f.release_id, f.lineage,
    f.due_on, f.due_at, f.live_at, f.late_days, f.cancelled_at,
    CASE WHEN f.closed_at IS NULL OR f.closed_at > f.due_at THEN f.due_at END AS open_from,
    CASE WHEN f.closed_at > f.due_at THEN f.closed_at END AS open_to
FROM dated f {JOIN_LINEAGE}""",
    span=(
        "least(min(x.baseline_date), min(x.actual_go_live)::date, min(x.cancelled_at)::date), "
        "greatest(max(x.baseline_date), max(x.actual_go_live)::date, max(x.cancelled_at)::date)"
    ),
)
