"""The whole store anew, and the proof that working off marks one by one comes to the same."""

from dataclasses import dataclass

from releasemgr.tenancy.scope import org_scope
from reporting.items import SOURCES
from reporting.kpis import KPIS
from reporting.models import Cell, CellMark, Item, MetricStore, Period, Quarantine
from reporting.store import cover, take_alone
from reporting.touches import CELL_COLUMNS, COUNTERS, Moment, cell_id, cells, execute, fetch, prefer_indexes
from reporting.tracking import tracking


@dataclass(frozen=True)
class Difference:
    """A cell whose stored figures are not what the facts say."""

    metric: str
    scope_id: str
    period_type: str
    start_on: str
    stored: tuple
    expected: tuple

    def __str__(self):
        return (
            f"{self.metric} of {self.scope_id}, {self.period_type} {self.start_on}: "
            f"stored {self.stored}, expected {self.expected}"
        )


def recompute(org, *, as_of) -> tuple[int, int]:
    """Rebuild periods, items and cells of the organisation from its facts, in one transaction.

    Returns the numbers of items and cells.  Workers wait; marks made meanwhile stay and are worked off afterwards.
    """
    with org_scope(org):
        take_alone(org)
        execute("DELETE FROM activity_factmark WHERE org_id = %(org)s", {"org": org.pk})
        CellMark.objects.filter(org_id=org.pk).delete()
        for model in (Item, Cell, Quarantine, Period):
            execute(f"DELETE FROM {model._meta.db_table} WHERE org_id = %(org)s", {"org": org.pk})
        MetricStore.objects.update(periods_from=None, periods_until=None)
        items = build_items(org, as_of=as_of)
        prefer_indexes()
        return items, sum(_insert_cells(org, kpi, as_of) for kpi in KPIS.values())


def build_items(org, *, as_of, table="reporting_item") -> int:
    """Insert the items of every fact into ``table``; returns how many."""
    made = 0
    # What an import just wrote has no statistics; a nested loop would then try each fact with each release.
    execute("SET LOCAL enable_nestloop = off", {})
    for entity, source in SOURCES.items():
        cover(org, entity, None, as_of=as_of)
        columns = ", ".join(source.all_columns)
        extra = {name: value for name, value in _DEFAULTS.items() if name not in source.columns}
        made += execute(
            f"INSERT INTO {table} (id, org_id, entity, attempts, {''.join(name + ', ' for name in extra)}{columns}) "
            f"SELECT md5(concat_ws('|', '{entity}', fact_id, part))::uuid, %(org)s, '{entity}', 0, "
            f"{''.join(value + ', ' for value in extra.values())}{columns} "
            f"FROM ({source.query(everything=True)}) built",
            {"org": org.pk},
        )
    execute("SET LOCAL enable_nestloop = on", {})
    return made


_DEFAULTS = {"is_invalid": "false", "lineage": "''"}


def _insert_cells(org, kpi, as_of) -> int:
    columns = ", ".join(CELL_COLUMNS)
    key = cell_id(f"'{kpi.key}'", "scope_id", "period_type", "start_on")
    return execute(
        f"INSERT INTO reporting_cell (id, org_id, metric, scope_id, period_type, start_on, {columns}, "
        "metric_version, as_of, attempts) "
        f"SELECT {key}, %(org)s, '{kpi.key}', scope_id, "
        f"period_type, start_on, {columns}, {kpi.version}, %(as_of)s, 0 FROM ({cells(kpi)}) found "
        "ORDER BY scope_id, period_type, start_on",  # neighbours of a chart on one page
        _parameters(org, as_of),
    )


def _parameters(org, as_of) -> dict:
    return {"org": org.pk} | Moment.of(as_of, org.zone).parameters | tracking(org).parameters(org.zone)


def differences(org, *, as_of) -> list[Difference]:
    """Cells that differ from a recompute beside the store, everything at ``as_of``; nothing is changed.

    Cells with a mark still waiting are left out: they are known to be out of date.
    """
    with org_scope(org):
        take_alone(org)
        execute(
            "CREATE TEMPORARY TABLE verified_item (LIKE reporting_item INCLUDING DEFAULTS) ON COMMIT DROP", {}
        )
        build_items(org, as_of=as_of, table="verified_item")
        execute("CREATE INDEX ON verified_item (org_id, entity)", {})
        execute("ANALYZE verified_item", {})
        return [found for kpi in KPIS.values() for found in _compare(org, kpi, as_of)]


def _compare(org, kpi, as_of) -> list[Difference]:
    shown = [name for name in CELL_COLUMNS if name != "is_partial"]
    rows = fetch(
        f"""
SELECT coalesce(c.scope_id, f.scope_id), coalesce(c.period_type, f.period_type), coalesce(c.start_on, f.start_on),
    {", ".join(f"c.{name}" for name in shown)}, {", ".join(f"f.{name}" for name in shown)}
FROM (SELECT * FROM reporting_cell WHERE org_id = %(org)s AND metric = '{kpi.key}') c
FULL JOIN ({cells(kpi, items="verified_item")}) f
    ON f.scope_id = c.scope_id AND f.period_type = c.period_type AND f.start_on = c.start_on
WHERE NOT EXISTS (SELECT 1 FROM reporting_cellmark m WHERE m.org_id = %(org)s AND m.cell_id = c.id)
    AND (
        CASE
            WHEN f.scope_id IS NULL THEN
                coalesce(c.value, 0) <> 0 OR {" OR ".join(f"c.{name} <> 0" for name in COUNTERS)}
            WHEN c.scope_id IS NULL THEN true
            ELSE {" OR ".join(f"c.{name} IS DISTINCT FROM f.{name}" for name in CELL_COLUMNS)}
        END
    )""",
        _parameters(org, as_of),
    )
    return [
        Difference(
            kpi.key, str(scope), kind, str(start), tuple(rest[: len(shown)]), tuple(rest[len(shown) :])
        )
        for scope, kind, start, *rest in rows
    ]
