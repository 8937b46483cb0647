"""How facts of one entity become items, and the scopes they count for."""

from dataclasses import dataclass

# Node ancestors and enterprise ancestors of the facts in the common table `f`, which offers `id`, `project_id`,
# `node_id` (where its project or release hangs in the tree) and `release_id`.  UNION, not UNION ALL: a cycle ends.
LINEAGE = """
node_up(start_id, node_id) AS (
    SELECT DISTINCT f.node_id, f.node_id FROM f WHERE f.node_id IS NOT NULL
    UNION
    SELECT u.start_id, n.parent_id FROM node_up u
    JOIN portfolio_portfolio n ON n.org_id = %(org)s AND n.id = u.node_id
    WHERE n.parent_id IS NOT NULL
),
node_scopes AS (SELECT start_id, array_agg(node_id) AS ids FROM node_up GROUP BY start_id),
release_up(start_id, release_id, kind, parent_id) AS (
    SELECT r.id, r.id, r.kind, r.parent_id FROM calendar_app_release r
    WHERE r.org_id = %(org)s AND r.id IN (SELECT f.release_id FROM f)
    UNION
    SELECT u.start_id, r.id, r.kind, r.parent_id FROM release_up u
    JOIN calendar_app_release r ON r.org_id = %(org)s AND r.id = u.parent_id
),
release_scopes AS (
    SELECT start_id, array_agg(release_id) AS ids FROM release_up WHERE kind = 'enterprise' GROUP BY start_id
)
"""
JOIN_LINEAGE = """
LEFT JOIN node_scopes ns ON ns.start_id = f.node_id
LEFT JOIN release_scopes rs ON rs.start_id = f.release_id
"""


def scopes(*own: str) -> str:
    """SQL for the scopes of a fact: the organisation, its ``own`` columns, nodes and enterprise releases."""
    listed = ", ".join(["%(org)s::uuid", *own])
    return f"array_remove(ARRAY[{listed}] || coalesce(ns.ids, '{{}}'::uuid[]) || coalesce(rs.ids, '{{}}'::uuid[]), NULL)"


def local_date(instant: str) -> str:
    """SQL for the local day that contains ``instant``: the last stored day that starts at or before it."""
    return (
        "(SELECT d.start_on FROM reporting_period d WHERE d.org_id = %(org)s AND d.type = 'day' "
        f"AND d.starts_at <= {instant} ORDER BY d.starts_at DESC, d.start_on DESC LIMIT 1)"
    )


@dataclass(frozen=True)
class Source:
    """The statement that builds an entity's items.

    ``select`` is a query with ``WITH RECURSIVE`` parts whose columns are ``fact_id``, ``part``, ``scopes`` and
    ``columns``; ``{only}`` stands where a batch is picked by ``%(ids)s``.  ``span`` gives the first and last date
    (UTC) its facts reach, of the same batch.
    """

    entity: str
    table: str
    columns: tuple[str, ...]
    parts: str
    select: str
    span: str

    def query(self, *, everything: bool = False) -> str:
        """The query for the facts in ``%(ids)s``, or for every fact of the organisation."""
        return f"WITH RECURSIVE {self._narrow(self.parts, everything=everything)} {self.select}"

    def span_query(self, *, everything: bool = False) -> str:
        """The first and last date of the same facts; both NULL when there are none."""
        picked = "" if everything else "AND x.id = ANY(%(ids)s)"
        return f"SELECT {self.span} FROM {self.table} x WHERE x.org_id = %(org)s {picked}"

    def _narrow(self, text: str, *, everything: bool) -> str:
        return text.replace("{only}", "" if everything else "AND x.id = ANY(%(ids)s)")

    @property
    def all_columns(self) -> tuple[str, ...]:
        return ("fact_id", "part", "scopes", *self.columns)
