"""Gates: their first round that was decided and not withdrawn, and the time until then."""

from reporting.items.source import JOIN_LINEAGE, LINEAGE, Source, scopes

SOURCE = Source(
    entity="gate",
    table="calendar_app_gate",
    columns=("release_id", "decided_at", "is_passed", "cancelled_at", "open_from", "open_to"),
    parts=f"""
f AS (
    SELECT x.id, x.release_id, coalesce(x.project_id, r.project_id) AS project_id,
        coalesce(p.portfolio_id, r.portfolio_id) AS node_id,
        CASE WHEN x.state = 'cancelled' THEN x.cancelled_at END AS cancelled_at,
        first.decided_at AS first_decided_at, first.decision = 'passed' AS is_passed,
        tries.submitted_at, tries.withdrawn_at
    FROM calendar_app_gate x
    JOIN calendar_app_release r ON r.org_id = %(org)s AND r.id = x.release_id
    LEFT JOIN portfolio_project p ON p.org_id = %(org)s AND p.id = coalesce(x.project_id, r.project_id)
    LEFT JOIN LATERAL (
        SELECT g.decided_at, g.decision FROM calendar_app_gateround g
        WHERE g.org_id = %(org)s AND g.gate_id = x.id AND g.decided_at IS NOT NULL AND g.decision <> 'withdrawn'
        ORDER BY g.decided_at, g.number LIMIT 1
    ) first ON true
    LEFT JOIN LATERAL (
        SELECT min(g.submitted_at) AS submitted_at,
            CASE WHEN count(*) = count(g.decided_at) THEN max(g.decided_at) END AS withdrawn_at
        FROM calendar_app_gateround g WHERE g.org_id = %(org)s AND g.gate_id = x.id
    ) tries ON true
    WHERE x.org_id = %(org)s {{only}}
),
{LINEAGE}""",
    select=f"""
SELECT f.id AS fact_id, 0 AS part, {scopes("f.project_id")} AS scopes, f.release_id,
    coalesce(f.first_decided_at, f.cancelled_at) AS decided_at, f.is_passed, f.cancelled_at,
    CASE WHEN f.cancelled_at IS NULL THEN f.submitted_at END AS open_from,
    CASE WHEN f.cancelled_at IS NULL THEN coalesce(f.first_decided_at, f.withdrawn_at) END AS open_to
FROM f {JOIN_LINEAGE}""",
    span=(
        "(SELECT min(g.submitted_at)::date FROM calendar_app_gateround g WHERE g.org_id = %(org)s "
        "AND g.gate_id = ANY(array_agg(x.id))), "
        "(SELECT max(coalesce(g.decided_at, g.submitted_at))::date FROM calendar_app_gateround g "
        "WHERE g.org_id = %(org)s AND g.gate_id = ANY(array_agg(x.id)))"
    ),
)
