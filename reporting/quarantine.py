"""Facts and cells that failed five times: set aside with their last error, shown, and put back by a replay."""

from django.db import transaction
from django.db.models import Exists, OuterRef

from releasemgr.activity.models import FactMark
from releasemgr.activity.trail import record
from reporting.models import MAX_ATTEMPTS, Cell, CellMark, Item, Quarantine


def note(org, kind, row_id, error: str, *, entity: str = "") -> None:
    """Keep the last error of a row that was tried alone; it counts as quarantined after its last attempt."""
    if kind == Quarantine.Kind.ITEM:
        rows = Item.objects.filter(entity=entity, fact_id=row_id, part=0)
    else:
        rows = Cell.objects.filter(pk=row_id)
    for row in rows.filter(attempts__gte=MAX_ATTEMPTS):
        _set_aside(kind, row, error)


def isolate(org) -> None:
    """Set aside what used up its attempts without leaving an error: a worker died each time.

    Found by the marks it left, not by its attempts: an index on those would cost every attempt a write to all indexes.
    """
    died = "The worker died in every attempt."
    known = Quarantine.objects.values("row_id")
    facts = FactMark.objects.filter(org_id=org.pk, entity=OuterRef("entity"), entity_id=OuterRef("fact_id"))
    cells = CellMark.objects.filter(org_id=org.pk, cell_id=OuterRef("pk"))
    tired = [(Quarantine.Kind.ITEM, Item, facts), (Quarantine.Kind.CELL, Cell, cells)]
    for kind, model, marks in tired:
        if not marks.model.objects.filter(org_id=org.pk).exists():
            continue
        rows = model.objects.filter(Exists(marks), attempts__gte=MAX_ATTEMPTS)
        for row in rows.exclude(pk__in=known)[:100]:
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
