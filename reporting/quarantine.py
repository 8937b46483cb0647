"""Facts and cells that failed five times: set aside with their last error, shown, and put back by a replay."""

from django.db import transaction

from releasemgr.activity.trail import record
from reporting.models import MAX_ATTEMPTS, Cell, Item, Quarantine


def note(org, kind, row_id, error: str, *, entity: str = "") -> None:
    """Keep the last error of a row that was tried alone; it counts as quarantined after its last attempt."""
    if kind == Quarantine.Kind.ITEM:
        rows = Item.objects.filter(entity=entity, fact_id=row_id, part=0)
    else:
        rows = Cell.objects.filter(pk=row_id)
    for row in rows.filter(attempts__gte=MAX_ATTEMPTS):
        _set_aside(kind, row, error)


def isolate(org) -> None:
    """Set aside what used up its attempts without leaving an error: a worker died each time."""
    died = "The worker died in every attempt."
    known = Quarantine.objects.values("row_id")
    for kind, model in ((Quarantine.Kind.ITEM, Item), (Quarantine.Kind.CELL, Cell)):
        for row in model.objects.filter(attempts__gte=MAX_ATTEMPTS).exclude(pk__in=known)[:100]:
            _set_aside(kind, row, died)


def replay(rows, *, by, at) -> int:
    """Try quarantined rows again from the beginning; returns how many."""
    with transaction.atomic():
        for quarantined in rows.select_for_update():
            model = Item if quarantined.kind == Quarantine.Kind.ITEM else Cell
            model.objects.filter(pk=quarantined.row_id).update(attempts=0, retry_at=None)
            record(by=by, verb="replayed", at=at, subject=quarantined)
        return rows.delete()[0]


def _set_aside(kind, row, error: str) -> None:
    quarantined = Quarantine(kind=kind, row_id=row.pk, label=str(row)[:200], error=error[:2000])
    Quarantine.objects.bulk_create([quarantined], ignore_conflicts=True)
