"""The organisation's metric store: shared while routing and draining, alone for a full recompute, and its periods."""

from datetime import date, timedelta

from reporting.items import SOURCES
from reporting.models import MetricStore, Period
from reporting.touches import fetch

EARLIEST, YEARS_AHEAD = date(1990, 1, 1), timedelta(days=5 * 366)
MARGIN = timedelta(days=2)


def share(org) -> bool:
    """Hold the store together with other workers until the transaction ends; False while somebody has it alone."""
    return _lock(org, "FOR KEY SHARE SKIP LOCKED")


def take_alone(org) -> bool:
    """Wait until nobody routes or drains, and keep them out until the transaction ends."""
    return _lock(org, "FOR UPDATE")


def _lock(org, strength: str) -> bool:
    query = f"SELECT id FROM reporting_metricstore WHERE org_id = %(org)s {strength}"
    if fetch(query, {"org": org.pk}):
        return True
    MetricStore.objects.bulk_create([MetricStore()], ignore_conflicts=True)
    return bool(fetch(query, {"org": org.pk}))


def cover(org, entity: str, ids: list | None, *, as_of) -> None:
    """Have every period stored that these facts (all of the entity for None) can touch, and those up to ``as_of``.

    Facts before 1990 or more than five years ahead touch no period.
    """
    source, today = SOURCES[entity], as_of.date()
    parameters = {"org": org.pk, "ids": ids}
    ((first, last),) = fetch(source.span_query(everything=ids is None), parameters)
    cover_days(org, first or today, max(last or today, today), latest=today + YEARS_AHEAD)


def cover_days(org, first: date, last: date, *, latest: date) -> None:
    """Extend the stored periods to the dates ``[first, last]`` with a margin, a year at a time."""
    first = max(first - MARGIN, EARLIEST).replace(month=1, day=1)
    last = min(last + MARGIN, latest).replace(month=12, day=31)
    store = MetricStore.objects.get()
    if _covers(store, first, last):
        return
    store = MetricStore.objects.select_for_update(no_key=True).get()
    if _covers(store, first, last):
        return
    if store.periods_from is None:
        Period.objects.add_between(first, last, org.zone)
        store.periods_from, store.periods_until = first, last
    if first < store.periods_from:
        Period.objects.add_between(first, store.periods_from, org.zone)
        store.periods_from = first
    if last > store.periods_until:
        Period.objects.add_between(store.periods_until, last, org.zone)
        store.periods_until = last
    store.save(update_fields=["periods_from", "periods_until"])


def _covers(store: MetricStore, first: date, last: date) -> bool:
    return store.periods_from is not None and store.periods_from <= first and last <= store.periods_until
