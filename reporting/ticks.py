"""What time alone changes: periods that begin and end at a local midnight, and running intervals in between."""

from datetime import timedelta

from releasemgr.tenancy.days import day_start, local_date
from reporting.kpis import KPIS
from reporting.models import Cell, MetricStore, ScopeView
from reporting.routing import mark_cells
from reporting.store import cover_days, share
from reporting.touches import Moment, execute

REFRESH_EVERY = timedelta(minutes=15)
VIEWED_WITHIN = timedelta(days=1)


def midnight(org, *, as_of) -> bool:
    """Once per local day: finish the cells of periods that ended, go on with partial ones, open what began.

    Returns whether there was something to do.  Doing it twice does no harm.
    """
    today = local_date(as_of, org.zone)
    if not share(org):
        return False
    store = MetricStore.objects.select_for_update(no_key=True).get()
    if store.midnight_on is not None and store.midnight_on >= today:
        return False
    since = day_start(store.midnight_on, org.zone) if store.midnight_on else as_of
    mark_partial(org, as_of=as_of, since=since)
    store.midnight_on = today
    store.save(update_fields=["midnight_on"])
    return True


def refresh(org, *, as_of) -> int:
    """Mark partial cells of running intervals whose scope somebody viewed lately; returns how many."""
    store = MetricStore.objects.first()
    if store is None or (store.refreshed_at and store.refreshed_at > as_of - REFRESH_EVERY):
        return 0
    MetricStore.objects.filter(pk=store.pk).update(refreshed_at=as_of)
    viewed = ScopeView.objects.filter(viewed_at__gt=as_of - VIEWED_WITHIN).values("scope_id")
    running = [kpi.key for kpi in KPIS.values() if kpi.is_refreshed]
    cells = Cell.objects.filter(is_partial=True, metric__in=running, scope_id__in=viewed)
    return _mark(org, list(cells.values_list("pk", flat=True)))


def mark_partial(org, *, as_of, since=None) -> None:
    """Mark every partial or outdated cell, and make and mark the cells that items touch in periods running after ``since``."""
    share(org)
    today = local_date(as_of, org.zone)
    cover_days(org, today, today, latest=today + timedelta(days=5 * 366))
    versions = {"known": list(KPIS), "versions": [kpi.version for kpi in KPIS.values()]}
    execute(
        "INSERT INTO reporting_cellmark (id, org_id, cell_id) SELECT gen_random_uuid(), %(org)s, c.id "
        "FROM reporting_cell c LEFT JOIN unnest(%(known)s::text[], %(versions)s::int[]) AS k(metric, version) "
        "ON k.metric = c.metric WHERE c.org_id = %(org)s AND (c.is_partial OR k.version <> c.metric_version)",
        {"org": org.pk} | versions,
    )
    moment = Moment.of(as_of, org.zone).parameters
    for kpi in KPIS.values():
        mark_cells(
            kpi, {"org": org.pk, "since": since or as_of} | moment, narrowed="AND p.ends_at > %(since)s"
        )


def _mark(org, ids: list) -> int:
    return execute(
        "INSERT INTO reporting_cellmark (id, org_id, cell_id) "
        "SELECT gen_random_uuid(), %(org)s, c.id FROM unnest(%(ids)s::uuid[]) AS c(id)",
        {"org": org.pk, "ids": ids},
    )
