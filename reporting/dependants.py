"""Facts without items of their own, and whose items they shape: for each kind, queries for the ids by entity.

Where a row is gone nothing says whom it shaped; then every item of the entity is rebuilt, which is rare and safe.
"""

from reporting.items import SOURCES


def _by(entity: str, table: str, column: str) -> dict[str, str]:
    """The facts that rows of ``table`` name in ``column``, or all known ones when a row is gone."""
    return {
        entity: f"""
SELECT DISTINCT x.{column} AS id FROM {table} x WHERE x.org_id = %(org)s AND x.id = ANY(%(ids)s)
UNION
SELECT i.fact_id FROM reporting_item i WHERE i.org_id = %(org)s AND i.entity = '{entity}' AND i.part = 0 AND EXISTS (
    SELECT 1 FROM unnest(%(ids)s::uuid[]) AS g(id)
    WHERE NOT EXISTS (SELECT 1 FROM {table} x WHERE x.org_id = %(org)s AND x.id = g.id)
)"""
    }


def _in_scope(entity: str) -> str:
    """Facts whose items count for one of the scopes named."""
    return (
        "SELECT DISTINCT i.fact_id AS id FROM reporting_item i "
        f"WHERE i.org_id = %(org)s AND i.entity = '{entity}' AND i.scopes && %(ids)s::uuid[]"
    )


_SUBTREE = """
WITH RECURSIVE down(id) AS (
    SELECT unnest(%(ids)s::uuid[])
    UNION
    SELECT r.id FROM calendar_app_release r JOIN down ON r.org_id = %(org)s AND r.parent_id = down.id
)"""


def _of_subtree(entity: str, table: str) -> str:
    return f"""{_SUBTREE}
SELECT x.id FROM {table} x JOIN down ON x.org_id = %(org)s AND x.release_id = down.id
UNION
SELECT i.fact_id FROM reporting_item i JOIN down ON i.org_id = %(org)s AND i.release_id = down.id
WHERE i.entity = '{entity}'"""


OF_MOVED_RELEASES = {
    "release": f"{_SUBTREE} SELECT down.id FROM down WHERE down.id <> ALL(%(ids)s)",
    "gate": _of_subtree("gate", "calendar_app_gate"),
    "deployment": _of_subtree("deployment", "calendar_app_deployment"),
    "booking": _of_subtree("booking", "environments_booking"),
    "exceptionrequest": _of_subtree("exceptionrequest", "calendar_app_exceptionrequest"),
}
_OF_SCOPES = {entity: _in_scope(entity) for entity in SOURCES}
_OF_OWNERSHIPS = {
    "deployment": """
SELECT d.id FROM calendar_app_deployment d JOIN portfolio_ownership o
    ON o.org_id = %(org)s AND o.application_id = d.application_id
WHERE d.org_id = %(org)s AND o.id = ANY(%(ids)s)""",
    "capacity": """
SELECT e.id FROM portfolio_environment e JOIN portfolio_ownership o
    ON o.org_id = %(org)s AND o.application_id = e.application_id
WHERE e.org_id = %(org)s AND o.id = ANY(%(ids)s)""",
    "booking": """
SELECT b.id FROM environments_booking b
    JOIN portfolio_environment e ON e.org_id = %(org)s AND e.id = b.environment_id
    JOIN portfolio_ownership o ON o.org_id = %(org)s AND o.application_id = e.application_id
WHERE b.org_id = %(org)s AND o.id = ANY(%(ids)s)""",
}

DEPENDANTS: dict[str, dict[str, str]] = {
    "gateround": _by("gate", "calendar_app_gateround", "gate_id"),
    "capacitystep": _by("capacity", "environments_capacitystep", "environment_id"),
    "environmentuse": _by("capacity", "environments_environmentuse", "environment_id"),
    "outage": _by("capacity", "environments_outage", "environment_id"),
    "environment": {
        "capacity": "SELECT unnest(%(ids)s::uuid[]) AS id",
        "booking": (
            "SELECT b.id FROM environments_booking b WHERE b.org_id = %(org)s AND b.environment_id = ANY(%(ids)s)"
        ),
    },
    "ownership": _OF_OWNERSHIPS,
    "application": _OF_SCOPES,
    "project": _OF_SCOPES,
    "portfolio": _OF_SCOPES,
}
