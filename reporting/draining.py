"""Cell marks to cells: recompute what is marked, many scopes and periods of one metric and period type at a time."""

import logging
from dataclasses import dataclass

from django.utils import timezone

from releasemgr.activity.models import FactMark
from releasemgr.tenancy.scope import org_scope
from reporting import quarantine, routing
from reporting.items import SOURCES
from reporting.kpis import KPIS
from reporting.models import MAX_ATTEMPTS, Quarantine
from reporting.recompute import recompute
from reporting.routing import LEASE
from reporting.store import share
from reporting.ticks import mark_partial
from reporting.touches import CELL_COLUMNS, Moment, cell_id, execute, fetch, prefer_indexes, wanted_cells
from reporting.tracking import tracking

logger = logging.getLogger(__name__)
BATCH_SIZES = {0: 500, 1: 25}


@dataclass(frozen=True)
class Group:
    """Marked cells of one metric and period type."""

    metric: str
    period_type: str
    ids: list


def drain(org, *, as_of=None, batches: int | None = None) -> int:
    """Work off the organisation's queue, each unit in scopes of its own; returns how many facts and cells were done.

    ``as_of`` is the time figures are computed for (now, for each unit, when left out).  Stops after ``batches`` units,
    or when nothing is due; what failed waits for its next time.
    """
    done, unit = 0, True
    while unit and (batches is None or batches > 0):
        unit = _renew(org, as_of) or _route_some(org, as_of) or _compute_some(org, as_of)
        done += unit or 0
        batches = None if batches is None else batches - 1
    if not unit:
        with org_scope(org):
            quarantine.isolate(org)
    return done


def settle(org, *, as_of) -> None:
    """Work off the queue and bring every partial figure to ``as_of``."""
    with org_scope(org):
        mark_partial(org, as_of=as_of)
    drain(org, as_of=as_of)


def is_due(org) -> bool:
    """Whether the queue holds something to do now, not only what waits for its next attempt."""
    with org_scope(org):
        due = {"org": org.pk, "at": timezone.now(), "most": MAX_ATTEMPTS, "own": list(SOURCES)}
        marked = fetch(_OLDEST, due) or fetch(routing.OLDEST, due) or fetch(routing.FOREIGN, due)
        return bool(marked) or routing.is_renewed(org)


def _renew(org, as_of) -> int:
    """Everything anew when the organisation itself was changed: in another time zone all periods lie elsewhere.

    A change that commits while this reads the zone may lose its mark to the recompute; it is marked again.
    """
    if not routing.is_renewed(org):
        return 0
    organisations = type(org).objects.filter(pk=org.pk)
    renewed = organisations.get()
    recompute(renewed, as_of=as_of or timezone.now())
    if not organisations.filter(time_zone=renewed.time_zone).exists():
        FactMark.objects.create(org_id=org.pk, entity="organisation", entity_id=org.pk)
    return 1


def _route_some(org, as_of) -> int | None:
    """One unit of routing; None when no fact mark is due."""
    with org_scope(org):
        exchanged = routing.exchange(org)
    if exchanged:
        return exchanged
    with org_scope(org):
        batch = routing.claim(org)
    if batch is None or not batch.ids:  # nothing due, or others have it in hand
        return None
    try:
        with org_scope(org):
            return routing.route(org, batch, as_of=as_of or timezone.now()) or 1
    except Exception as error:  # whatever it is, the rest of the queue goes on
        logger.warning("routing %s %s failed: %s", len(batch.ids), batch.entity, error)
        _remember(org, Quarantine.Kind.ITEM, batch.ids, error, entity=batch.entity)
        return 1


def _compute_some(org, as_of) -> int | None:
    """One unit of computing; None when no cell mark is due."""
    with org_scope(org):
        group = claim(org)
    if group is None or not group.ids:
        return None
    try:
        with org_scope(org):
            return compute(org, group, as_of=as_of or timezone.now()) or 1
    except Exception as error:  # whatever it is, the rest of the queue goes on
        logger.warning("computing %s cells of %s failed: %s", len(group.ids), group.metric, error)
        _remember(org, Quarantine.Kind.CELL, group.ids, error)
        return 1


def _remember(org, kind, ids, error, *, entity="") -> None:
    if len(ids) == 1:  # a batch is retried in smaller ones: its error belongs to nobody yet
        with org_scope(org):
            quarantine.note(org, kind, ids[0], str(error), entity=entity)


def claim(org, *, at=None) -> Group | None:
    """Transaction one: the oldest mark's metric and period type, marked cells of it, their attempt counted."""
    at = at or timezone.now()
    if not share(org):
        return None
    prefer_indexes()
    oldest = fetch(_OLDEST, {"org": org.pk, "at": at, "most": MAX_ATTEMPTS})
    if not oldest:
        return None
    metric, period_type, attempts = oldest[0]
    parameters = {"org": org.pk, "metric": metric, "type": period_type, "at": at}
    parameters |= {
        "attempts": attempts,
        "limit": BATCH_SIZES.get(attempts, 1),
        "retry_at": at + LEASE * 2**attempts,
    }
    return Group(metric, period_type, [row[0] for row in fetch(_COUNT_ATTEMPT, parameters)])


def compute(org, group: Group, *, as_of) -> int:
    """Transaction two: lock the cells, delete the marks seen, recompute whole from items, store.  Returns how many."""
    if not share(org):
        return 0
    prefer_indexes()
    locked = fetch(_LOCK, {"org": org.pk, "ids": group.ids})
    if not locked:
        return 0
    ids, scopes, starts = (list(column) for column in zip(*locked, strict=True))
    execute(
        "DELETE FROM reporting_cellmark WHERE org_id = %(org)s AND cell_id = ANY(%(ids)s)",
        {"org": org.pk, "ids": ids},
    )
    kpi = KPIS.get(group.metric)
    if kpi is None:
        return execute(
            "DELETE FROM reporting_cell WHERE org_id = %(org)s AND id = ANY(%(ids)s)",
            {"org": org.pk, "ids": ids},
        )
    parameters = {"org": org.pk, "scopes": scopes, "starts": starts, "type": group.period_type}
    parameters |= Moment.of(as_of, org.zone).parameters | tracking(org).parameters(org.zone)
    return execute(_store(kpi), parameters | {"version": kpi.version})


def _store(kpi) -> str:
    values = ", ".join(f"{column} = found.{column}" for column in CELL_COLUMNS)
    key = cell_id(f"'{kpi.key}'", "scope_id", "period_type", "start_on")
    return f"""
WITH found AS MATERIALIZED (SELECT {key} AS id, computed.* FROM ({wanted_cells(kpi)}) computed)
UPDATE reporting_cell c SET {values}, as_of = %(as_of)s, metric_version = %(version)s, attempts = 0, retry_at = NULL
FROM found WHERE c.org_id = %(org)s AND c.id = found.id"""


_DUE = "c.attempts < %(most)s AND (c.retry_at IS NULL OR c.retry_at <= %(at)s)"
_OLDEST = f"""
SELECT c.metric, c.period_type, c.attempts
FROM reporting_cellmark m JOIN reporting_cell c ON c.org_id = m.org_id AND c.id = m.cell_id
WHERE m.org_id = %(org)s AND {_DUE}
ORDER BY m.at LIMIT 1"""
# Materialised, or the planner may run the locking part once for every cell.
_COUNT_ATTEMPT = """
WITH due AS MATERIALIZED (
    SELECT c.id FROM reporting_cellmark m JOIN reporting_cell c ON c.org_id = %(org)s AND c.id = m.cell_id
    WHERE m.org_id = %(org)s AND c.metric = %(metric)s AND c.period_type = %(type)s AND c.attempts = %(attempts)s
        AND (c.retry_at IS NULL OR c.retry_at <= %(at)s)
    ORDER BY m.at LIMIT 4 * %(limit)s
),
picked AS MATERIALIZED (
    SELECT c.id FROM reporting_cell c JOIN (SELECT DISTINCT id FROM due) d ON d.id = c.id
    WHERE c.org_id = %(org)s AND c.attempts = %(attempts)s AND (c.retry_at IS NULL OR c.retry_at <= %(at)s)
    ORDER BY c.id LIMIT %(limit)s
    FOR NO KEY UPDATE OF c SKIP LOCKED
)
UPDATE reporting_cell c SET attempts = attempts + 1, retry_at = %(retry_at)s
FROM picked WHERE c.org_id = %(org)s AND c.id = picked.id
RETURNING c.id"""
_LOCK = """
SELECT id, scope_id, start_on FROM reporting_cell WHERE org_id = %(org)s AND id = ANY(%(ids)s)
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"""
