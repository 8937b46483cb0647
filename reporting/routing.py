"""Fact marks to items to cell marks: what changed, and which figures that touches.

A mark names a fact of any kind.  Kinds that own items are worked off in batches under a lock per fact; the others
(an outage, a round, an ownership) are first exchanged for marks of the facts whose items they shape.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from releasemgr.activity.models import FactMark
from reporting.dependants import DEPENDANTS, OF_MOVED_RELEASES
from reporting.items import SOURCES
from reporting.kpis import KPIS
from reporting.models import MAX_ATTEMPTS
from reporting.store import cover, share
from reporting.touches import Moment, cell_id, execute, fetch, prefer_indexes, touched

BATCH_SIZES = {0: 500, 1: 25}
LEASE = timedelta(seconds=2)


@dataclass(frozen=True)
class Batch:
    """Facts of one entity to be rebuilt together."""

    entity: str
    ids: list


def is_renewed(org) -> bool:
    """Whether the organisation itself was changed; a full recompute answers that and takes all marks along."""
    return FactMark.objects.filter(org_id=org.pk, entity="organisation").exists()


def exchange(org) -> int:
    """Turn marks of kinds without items into marks of those they shape; returns how many were worked off."""
    marks = fetch(FOREIGN, {"org": org.pk, "own": list(SOURCES)})
    for kind in sorted({entity for _id, entity, _entity_id in marks}):
        ids = [entity_id for _id, entity, entity_id in marks if entity == kind]
        for entity, query in DEPENDANTS.get(kind, {}).items():
            _mark_facts(org, entity, query, {"ids": ids})
    execute(
        "DELETE FROM activity_factmark WHERE org_id = %(org)s AND id = ANY(%(ids)s)",
        {"org": org.pk, "ids": [mark[0] for mark in marks]},
    )
    return len(marks)


def claim(org, *, at=None) -> Batch | None:
    """Transaction one: pick facts with the oldest marks, count the attempt, set the time of the next; or None.

    Facts that were tried before come in ever smaller batches, so that one that always fails ends up alone.
    """
    at = at or timezone.now()
    if not share(org):
        return None
    prefer_indexes()
    oldest = fetch(OLDEST, {"org": org.pk, "at": at, "own": list(SOURCES), "most": MAX_ATTEMPTS})
    if not oldest:
        return None
    entity, attempts, is_new = oldest[0]
    parameters = {
        "org": org.pk,
        "entity": entity,
        "at": at,
        "attempts": attempts,
        "limit": BATCH_SIZES.get(attempts, 1),
        "retry_at": at + LEASE * 2**attempts,
    }
    if is_new:
        execute(_ADD_PLACEHOLDERS, parameters)
    claimed = fetch(_COUNT_ATTEMPT, parameters)
    return Batch(entity, [row[0] for row in claimed])


def route(org, batch: Batch, *, as_of) -> int:
    """Transaction two: lock the facts, delete the marks seen, rebuild the items, mark the cells touched before or after.

    Returns how many facts were rebuilt.  A pure function of the facts as they are now.
    """
    if not share(org):
        return 0
    prefer_indexes()
    parameters = {"org": org.pk, "entity": batch.entity, "ids": batch.ids} | Moment.of(
        as_of, org.zone
    ).parameters
    parameters["ids"] = [row[0] for row in fetch(_LOCK, parameters)]
    if not parameters["ids"]:
        return 0
    execute(_DELETE_MARKS, parameters)
    cover(org, batch.entity, parameters["ids"], as_of=as_of)
    _mark_touched(batch.entity, parameters)
    before = dict(fetch(_LINEAGE, parameters)) if batch.entity == "release" else {}
    rebuild(batch.entity, parameters)
    _mark_touched(batch.entity, parameters)
    if batch.entity == "release":
        _mark_dependants_of_moved(org, before, parameters)
    return len(parameters["ids"])


def rebuild(entity: str, parameters: dict) -> None:
    """Write the items of the facts in ``ids`` as they are now; parts that are no more go."""
    source = SOURCES[entity]
    columns = ", ".join(source.all_columns)
    news = ", ".join(f"{column} = excluded.{column}" for column in source.all_columns[2:])
    execute(
        f"""
WITH built AS MATERIALIZED ({source.query()}),
gone AS (
    DELETE FROM reporting_item i WHERE i.org_id = %(org)s AND i.entity = %(entity)s AND i.fact_id = ANY(%(ids)s)
    AND NOT EXISTS (SELECT 1 FROM built b WHERE b.fact_id = i.fact_id AND b.part = i.part)
)
INSERT INTO reporting_item (id, org_id, entity, attempts, is_invalid, lineage, {_without_defaults(source.all_columns)})
SELECT md5(concat_ws('|', %(entity)s::text, fact_id, part))::uuid, %(org)s, %(entity)s, 0,
    {_or_default(source, "is_invalid", "false")}, {_or_default(source, "lineage", "''")},
    {_without_defaults(source.all_columns)}
FROM (SELECT {columns} FROM built) built
ON CONFLICT (org_id, entity, fact_id, part) DO UPDATE SET {news}, attempts = 0, retry_at = NULL""",
        parameters,
    )


def _without_defaults(columns) -> str:
    return ", ".join(column for column in columns if column not in {"is_invalid", "lineage"})


def _or_default(source, column: str, default: str) -> str:
    return column if column in source.columns else default


def _mark_touched(entity: str, parameters: dict) -> None:
    """Make the cells that these facts' items touch, and mark them."""
    for kpi in KPIS.values():
        if entity in kpi.entities:
            mark_cells(kpi, parameters, narrowed="AND i.entity = %(entity)s AND i.fact_id = ANY(%(ids)s)")


def mark_cells(kpi, parameters: dict, *, narrowed: str) -> None:
    """Make and mark the cells of ``kpi`` that the narrowed items touch; in id order, so that nobody deadlocks."""
    execute(
        f"""
WITH keys AS ({touched(kpi, narrowed=narrowed)}),
t AS MATERIALIZED (
    SELECT {cell_id(f"'{kpi.key}'", "scope_id", "type", "start_on")} AS id, keys.* FROM keys ORDER BY 1
),
made AS (
    INSERT INTO reporting_cell (id, org_id, metric, scope_id, period_type, start_on, n, n_open, n_invalid,
        n_cancelled, companions, is_partial, metric_version, attempts)
    SELECT t.id, %(org)s, '{kpi.key}', t.scope_id, t.type, t.start_on, 0, 0, 0, 0, '{{}}', true, 0, 0 FROM t
    WHERE NOT EXISTS (SELECT 1 FROM reporting_cell c WHERE c.org_id = %(org)s AND c.id = t.id)
    ORDER BY t.id
    ON CONFLICT DO NOTHING
)
INSERT INTO reporting_cellmark (id, org_id, cell_id) SELECT gen_random_uuid(), %(org)s, t.id FROM t""",
        parameters,
    )


def _mark_dependants_of_moved(org, before: dict, parameters: dict) -> None:
    """A release whose parent, project or node changed moves what belongs to it into other scopes."""
    after = dict(fetch(_LINEAGE, parameters))
    moved = [fact for fact, lineage in before.items() if lineage and after.get(fact) != lineage]
    if moved:
        for entity, query in OF_MOVED_RELEASES.items():
            _mark_facts(org, entity, query, {"ids": moved})


def _mark_facts(org, entity: str, query: str, parameters: dict) -> None:
    execute(
        "INSERT INTO activity_factmark (id, org_id, entity, entity_id) "
        f"SELECT gen_random_uuid(), %(org)s, '{entity}', found.id FROM ({query}) found",
        {"org": org.pk} | parameters,
    )


FOREIGN = (
    "SELECT id, entity, entity_id FROM activity_factmark WHERE org_id = %(org)s AND NOT entity = ANY(%(own)s) "
    "AND entity <> 'organisation' ORDER BY at LIMIT 200 FOR UPDATE SKIP LOCKED"
)
OLDEST = """
SELECT m.entity, coalesce(i.attempts, 0), i.id IS NULL FROM activity_factmark m
LEFT JOIN reporting_item i ON i.org_id = %(org)s AND i.entity = m.entity AND i.fact_id = m.entity_id AND i.part = 0
WHERE m.org_id = %(org)s AND m.entity = ANY(%(own)s)
    AND (i.id IS NULL OR (i.attempts < %(most)s AND (i.retry_at IS NULL OR i.retry_at <= %(at)s)))
ORDER BY m.at LIMIT 1"""
_ADD_PLACEHOLDERS = """
INSERT INTO reporting_item (id, org_id, entity, fact_id, part, scopes, lineage, is_invalid, attempts)
SELECT md5(concat_ws('|', %(entity)s::text, m.entity_id, 0))::uuid, %(org)s, %(entity)s, m.entity_id, 0, '{}', '', false, 0
FROM (
    SELECT DISTINCT entity_id FROM (
        SELECT m.entity_id FROM activity_factmark m
        WHERE m.org_id = %(org)s AND m.entity = %(entity)s AND NOT EXISTS (
            SELECT 1 FROM reporting_item i
            WHERE i.org_id = %(org)s AND i.entity = %(entity)s AND i.fact_id = m.entity_id AND i.part = 0
        )
        ORDER BY m.at LIMIT %(limit)s
    ) marks
) m
ORDER BY 1
ON CONFLICT DO NOTHING"""
# Materialised, or the planner may run the locking part once for every item.
_COUNT_ATTEMPT = """
WITH due AS MATERIALIZED (
    SELECT i.id FROM activity_factmark m
    JOIN reporting_item i ON i.org_id = %(org)s AND i.entity = %(entity)s AND i.fact_id = m.entity_id AND i.part = 0
    WHERE m.org_id = %(org)s AND m.entity = %(entity)s AND i.attempts = %(attempts)s
        AND (i.retry_at IS NULL OR i.retry_at <= %(at)s)
    ORDER BY m.at LIMIT 4 * %(limit)s
),
picked AS MATERIALIZED (
    SELECT i.id FROM reporting_item i JOIN (SELECT DISTINCT id FROM due) d ON d.id = i.id
    WHERE i.org_id = %(org)s AND i.attempts = %(attempts)s AND (i.retry_at IS NULL OR i.retry_at <= %(at)s)
    ORDER BY i.id LIMIT %(limit)s
    FOR NO KEY UPDATE OF i SKIP LOCKED
)
UPDATE reporting_item i SET attempts = attempts + 1, retry_at = %(retry_at)s
FROM picked WHERE i.org_id = %(org)s AND i.id = picked.id
RETURNING i.fact_id"""
_LOCK = """
SELECT fact_id FROM reporting_item
WHERE org_id = %(org)s AND entity = %(entity)s AND fact_id = ANY(%(ids)s) AND part = 0
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"""
_DELETE_MARKS = "DELETE FROM activity_factmark WHERE org_id = %(org)s AND entity = %(entity)s AND entity_id = ANY(%(ids)s)"
_LINEAGE = """
SELECT fact_id, lineage FROM reporting_item
WHERE org_id = %(org)s AND entity = 'release' AND fact_id = ANY(%(ids)s) AND part = 0"""
