"""The six figures by project and month straight from the facts: what a page would run had it no cells.

Each query gives ``project_id``, ``start_on``, ``value`` and ``n``, by the formulas of the catalogue, for months that are over and
projects that have always been tracked.  They are as fast as we can write them: ``%(edges)s`` are the dates and
``%(bounds)s`` the instants at which the months begin, and the last one ends, so that a fact finds its month by bisection
(joining the period table instead takes up to ten times as long).
"""

_DATE = "(%(edges)s::date[])[{}]"
_INSTANT = "(%(bounds)s::timestamptz[])[{}]"
_PLACE = "width_bucket({}, %(bounds)s::timestamptz[])"
_LAST = "cardinality(%(bounds)s::timestamptz[])"
_START_ON = f"{_DATE.format('c.k')} AS start_on"


def _in_a_month(instant: str) -> str:
    return f"{instant} >= {_INSTANT.format(1)} AND {instant} < {_INSTANT.format(_LAST)}"


def _inside(first: str, last: str) -> str:
    """The hours of an interval inside month ``k``."""
    return f"extract(epoch FROM least({last}, {_INSTANT.format('k + 1')}) - greatest({first}, {_INSTANT.format('k')})) / 3600"


def _months_of(first: str, last: str) -> str:
    """The places of the months that an interval has a part in, and sometimes the one after it."""
    return f"generate_series(greatest({_PLACE.format(first)}, 1), least({_PLACE.format(last)}, {_LAST} - 1)) AS k"


_FREQUENCY = f"""
SELECT c.project_id, {_START_ON}, c.n::double precision / ({_DATE.format("c.k + 1")} - {_DATE.format("c.k")}), c.n
FROM (
    SELECT o.project_id, {_PLACE.format("d.finished_at")} AS k, count(*) AS n
    FROM calendar_app_deployment d
    JOIN portfolio_ownership o ON o.org_id = d.org_id AND o.application_id = d.application_id
        AND o.starts_at <= d.finished_at AND (o.ends_at IS NULL OR o.ends_at > d.finished_at)
    WHERE d.org_id = %(org)s AND {_in_a_month("d.finished_at")}
        AND d.stage = 'prd' AND d.kind <> 'rollback' AND d.status IN ('succeeded', 'rolled_back')
    GROUP BY 1, 2
) c"""
_ON_TIME = f"""
SELECT c.project_id, {_START_ON}, c.on_time::double precision / c.n, c.n
FROM (
    SELECT r.project_id, width_bucket(r.baseline_date, %(edges)s::date[]) AS k, count(*) AS n,
        count(*) FILTER (WHERE r.status = 'live' AND r.actual_go_live < due.ends_at) AS on_time
    FROM calendar_app_release r
    JOIN reporting_period due ON due.org_id = %(org)s AND due.type = 'day' AND due.start_on = r.baseline_date
    WHERE r.org_id = %(org)s AND r.kind <> 'enterprise'
        AND r.baseline_date >= {_DATE.format(1)} AND r.baseline_date < {_DATE.format(_LAST)}
        AND NOT (r.status = 'cancelled' AND r.cancelled_at < due.ends_at)
    GROUP BY 1, 2
) c"""
_VARIANCE = f"""
SELECT c.project_id, {_START_ON}, c.median, c.n
FROM (
    SELECT r.project_id, {_PLACE.format("r.actual_go_live")} AS k, count(*) AS n,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY live.start_on - r.baseline_date) AS median
    FROM calendar_app_release r
    CROSS JOIN LATERAL (
        SELECT d.start_on FROM reporting_period d
        WHERE d.org_id = %(org)s AND d.type = 'day' AND d.starts_at <= r.actual_go_live
        ORDER BY d.starts_at DESC LIMIT 1
    ) live
    WHERE r.org_id = %(org)s AND r.kind <> 'enterprise' AND r.status = 'live' AND r.baseline_date IS NOT NULL
        AND {_in_a_month("r.actual_go_live")}
    GROUP BY 1, 2
) c"""
_FIRST_PASS = f"""
SELECT c.project_id, {_START_ON}, c.passed::double precision / c.n, c.n
FROM (
    SELECT coalesce(g.project_id, r.project_id) AS project_id, {_PLACE.format("first.decided_at")} AS k, count(*) AS n,
        count(*) FILTER (WHERE first.decision = 'passed') AS passed
    FROM (
        SELECT DISTINCT ON (gate_id) gate_id, decided_at, decision FROM calendar_app_gateround
        WHERE org_id = %(org)s AND decided_at IS NOT NULL AND decision <> 'withdrawn'
        ORDER BY gate_id, decided_at, number
    ) first
    JOIN calendar_app_gate g ON g.org_id = %(org)s AND g.id = first.gate_id
    JOIN calendar_app_release r ON r.org_id = %(org)s AND r.id = g.release_id
    WHERE g.state <> 'cancelled' AND {_in_a_month("first.decided_at")}
    GROUP BY 1, 2
) c"""
_UTILISATION = f"""
WITH owned AS (
    SELECT e.id, o.project_id, e.commissioned_at, e.decommissioned_at
    FROM portfolio_environment e
    JOIN portfolio_ownership o ON o.org_id = e.org_id AND o.application_id = e.application_id AND o.ends_at IS NULL
    WHERE e.org_id = %(org)s AND e.is_persistent
),
steps AS (
    SELECT e.project_id, s.environment_id, s.units, greatest(s.starts_at, e.commissioned_at) AS first,
        least(lead(s.starts_at) OVER (PARTITION BY e.id ORDER BY s.starts_at), e.decommissioned_at) AS last
    FROM owned e JOIN environments_capacitystep s ON s.org_id = %(org)s AND s.environment_id = e.id
),
away AS (
    SELECT environment_id, range_agg(tstzrange(starts_at, ends_at)) AS planned FROM environments_outage
    WHERE org_id = %(org)s AND is_planned GROUP BY environment_id
),
supply AS (
    SELECT project_id, environment_id, units, lower(during) AS first, coalesce(upper(during), 'infinity') AS last
    FROM (
        SELECT s.project_id, s.environment_id, s.units, unnest(
            tstzmultirange(tstzrange(s.first, s.last)) - coalesce(a.planned, '{{}}'::tstzmultirange)
        ) AS during
        FROM steps s LEFT JOIN away a ON a.environment_id = s.environment_id
    ) cut
),
capacity AS (
    SELECT s.project_id, k, sum(greatest({_inside("s.first", "s.last")}, 0) * s.units) AS hours,
        count(DISTINCT s.environment_id) AS n
    FROM supply s CROSS JOIN LATERAL {_months_of("s.first", "s.last")} GROUP BY 1, 2
),
used AS (
    SELECT e.project_id, k, sum(greatest({_inside("b.actual_started_at", "b.actual_ended_at")}, 0) * b.units) AS hours
    FROM environments_booking b JOIN owned e ON e.id = b.environment_id
    CROSS JOIN LATERAL {_months_of("b.actual_started_at", "coalesce(b.actual_ended_at, 'infinity')")}
    WHERE b.org_id = %(org)s AND b.actual_started_at IS NOT NULL GROUP BY 1, 2
)
SELECT c.project_id, {_START_ON}, (coalesce(u.hours, 0) / nullif(c.hours, 0))::double precision, c.n
FROM capacity c LEFT JOIN used u USING (project_id, k)"""
_WAIT = f"""
SELECT c.project_id, {_START_ON}, c.wait / c.n, c.n
FROM (
    SELECT b.project_id, {_PLACE.format("b.decided_at")} AS k, count(*) AS n,
        extract(epoch FROM sum(greatest(b.starts_at - b.requested_starts_at, interval '0')))::double precision / 3600 AS wait
    FROM environments_booking b
    WHERE b.org_id = %(org)s AND b.status IN ('approved', 'active', 'completed') AND b.project_id IS NOT NULL
        AND {_in_a_month("b.decided_at")}
    GROUP BY 1, 2
) c"""

ON_THE_FLY = {
    "K01": _ON_TIME,
    "K02": _VARIANCE,
    "F1": _FREQUENCY,
    "G1": _FIRST_PASS,
    "E1": _UTILISATION,
    "E6": _WAIT,
}
