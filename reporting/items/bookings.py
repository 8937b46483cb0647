"""Bookings: part 0 is the request and its wait, for who asked; part 1 the use, for the environment."""

from reporting.items.source import JOIN_LINEAGE, LINEAGE, Source, scopes


def environment_project(environment: str) -> str:
    """A join to the project that owns an environment's application now; environments have no history of owners."""
    return f"""
LEFT JOIN LATERAL (
    SELECT o.project_id, p.portfolio_id FROM portfolio_ownership o
    JOIN portfolio_project p ON p.org_id = %(org)s AND p.id = o.project_id
    WHERE o.org_id = %(org)s AND o.application_id = {environment}.application_id
    ORDER BY o.starts_at DESC LIMIT 1
) own ON true
"""


SOURCE = Source(
    entity="booking",
    table="environments_booking",
    columns=(
        "release_id",
        "is_invalid",
        "cancelled_at",
        "decided_at",
        "is_denied",
        "wait",
        "open_from",
        "open_to",
        "starts_at",
        "ends_at",
        "units",
        "reserved_from",
        "reserved_to",
    ),
    parts=f"""
b AS (
    SELECT x.*, x.status IN ('approved', 'active', 'completed') AS is_granted,
        e.is_persistent,
        own.project_id AS owner_id, own.portfolio_id AS owner_node_id
    FROM environments_booking x
    JOIN portfolio_environment e ON e.org_id = %(org)s AND e.id = x.environment_id
    {environment_project("e")}
    WHERE x.org_id = %(org)s {{only}}
),
f AS (
    SELECT b.id, 0 AS part, b.release_id, coalesce(b.project_id, r.project_id) AS project_id,
        coalesce(p.portfolio_id, r.portfolio_id) AS node_id
    FROM b
    LEFT JOIN calendar_app_release r ON r.org_id = %(org)s AND r.id = b.release_id
    LEFT JOIN portfolio_project p ON p.org_id = %(org)s AND p.id = coalesce(b.project_id, r.project_id)
    UNION ALL
    SELECT b.id, 1, NULL, b.owner_id, b.owner_node_id FROM b
    WHERE b.is_persistent AND (b.actual_started_at IS NOT NULL OR b.is_granted)
),
{LINEAGE}""",
    select=f"""
SELECT f.id AS fact_id, f.part, {scopes("f.project_id", "b.environment_id")} AS scopes, f.release_id,
    f.part = 0 AND b.is_granted AND b.decided_at IS NULL AS is_invalid,
    CASE WHEN b.status = 'cancelled' THEN b.cancelled_at END AS cancelled_at,
    CASE WHEN f.part = 1 THEN NULL WHEN b.is_granted OR b.status = 'rejected'
        THEN coalesce(b.decided_at, b.requested_at) WHEN b.status = 'cancelled' THEN b.decided_at END AS decided_at,
    CASE WHEN f.part = 0 THEN b.status = 'rejected' AND b.refusal = 'capacity' END AS is_denied,
    CASE WHEN f.part = 0 AND b.is_granted
        THEN greatest(b.starts_at - b.requested_starts_at, interval '0') END AS wait,
    CASE WHEN f.part = 0 THEN b.requested_at END AS open_from,
    CASE WHEN f.part = 0 AND b.status <> 'requested' THEN
        coalesce(b.decided_at, b.cancelled_at, b.requested_at) END AS open_to,
    CASE WHEN f.part = 1 THEN b.actual_started_at END AS starts_at,
    CASE WHEN f.part = 1 THEN b.actual_ended_at END AS ends_at,
    CASE WHEN f.part = 1 THEN b.units END AS units,
    CASE WHEN f.part = 1 AND b.is_granted THEN b.starts_at END AS reserved_from,
    CASE WHEN f.part = 1 AND b.is_granted THEN b.ends_at END AS reserved_to
FROM f JOIN b ON b.id = f.id {JOIN_LINEAGE}""",
    span=(
        "least(min(x.requested_at), min(x.starts_at), min(x.actual_started_at))::date, "
        "greatest(max(x.decided_at), max(x.ends_at), max(x.actual_ended_at))::date"
    ),
)
