"""Exception requests: when they were asked for and decided, how, and whether what was granted was ever used."""

from reporting.items.source import JOIN_LINEAGE, LINEAGE, Source, scopes

SOURCE = Source(
    entity="exceptionrequest",
    table="calendar_app_exceptionrequest",
    columns=(
        "release_id",
        "is_invalid",
        "cancelled_at",
        "kind",
        "decided_at",
        "is_passed",
        "is_unused",
        "wait",
        "open_from",
        "open_to",
    ),
    parts=f"""
f AS (
    SELECT x.id, x.release_id, r.project_id, coalesce(p.portfolio_id, r.portfolio_id) AS node_id, x.kind, x.state,
        x.requested_at, CASE WHEN x.state = 'withdrawn' THEN coalesce(x.withdrawn_at, x.requested_at) END AS withdrawn_at,
        CASE WHEN x.state IN ('granted', 'refused', 'expired') THEN x.decided_at END AS decided_at, x.was_used
    FROM calendar_app_exceptionrequest x
    JOIN calendar_app_release r ON r.org_id = %(org)s AND r.id = x.release_id
    LEFT JOIN portfolio_project p ON p.org_id = %(org)s AND p.id = r.project_id
    WHERE x.org_id = %(org)s {{only}}
),
{LINEAGE}""",
    select=f"""
SELECT f.id AS fact_id, 0 AS part, {scopes("f.project_id")} AS scopes, f.release_id,
    coalesce(f.decided_at, f.withdrawn_at) < f.requested_at IS TRUE AS is_invalid, f.withdrawn_at AS cancelled_at, f.kind,
    coalesce(f.decided_at, f.withdrawn_at) AS decided_at,
    CASE WHEN f.decided_at IS NOT NULL THEN f.state <> 'refused' END AS is_passed,
    CASE WHEN f.state = 'expired' THEN NOT f.was_used END AS is_unused,
    f.decided_at - f.requested_at AS wait,
    f.requested_at AS open_from, coalesce(f.decided_at, f.withdrawn_at) AS open_to
FROM f {JOIN_LINEAGE}""",
    span=(
        "least(min(x.requested_at), min(x.decided_at))::date, "
        "greatest(max(x.requested_at), max(x.decided_at), max(x.withdrawn_at))::date"
    ),
)
