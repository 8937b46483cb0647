"""Bringing imported rows in: what is new is made, what differs is revised, what is the same is left alone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from releasemgr.activity.trail import Happening, record
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.tenancy.models import next_numbers

VERB = "imported"


@dataclass
class Arrivals:
    """How many rows of each noun an import made, changed and found as they should be; ``at`` is its clock."""

    at: datetime
    created: Counter = field(default_factory=Counter)
    changed: Counter = field(default_factory=Counter)
    unchanged: Counter = field(default_factory=Counter)

    def bring(self, rows, fields, *, key="source_key", noun=None):
        """Bring rows of one model in by their unique ``key``; ``fields`` are what the source decides about them.

        Rows of a numbered ``noun`` get their numbers here. Returns the rows as stored, by key.
        """
        if not rows:
            return {}
        wanted = {getattr(row, key): row for row in rows}
        model = type(rows[0])
        present = {getattr(row, key): row for row in model.objects.filter(**{f"{key}__in": list(wanted)})}
        fresh = [row for name, row in wanted.items() if name not in present]
        differing = {
            name: values
            for name, old in present.items()
            if (values := _differences(old, wanted[name], fields))
        }
        self.make(fresh, noun=noun)
        self._change(model, present, differing)
        name = model._meta.model_name
        self.changed[name] += len(differing)
        self.unchanged[name] += len(present) - len(differing)
        return {**wanted, **present}

    def make(self, fresh, *, noun=None):
        """Write rows of one model that are known to be new, with numbers when the noun has them."""
        if not fresh:
            return
        if noun:
            for row, number in zip(fresh, next_numbers(noun, len(fresh)), strict=True):
                row.number = number
        create(fresh, by=None, at=self.at, verb=VERB)
        self.created[type(fresh[0])._meta.model_name] += len(fresh)

    def _change(self, model, present, differing):
        if not differing:
            return
        if hasattr(model, "version"):
            revisions = [
                Revision(present[name], present[name].version, values) for name, values in differing.items()
            ]
            revised = {row.pk: row for row in revise(revisions, by=None, at=self.at, verb=VERB).rows}
            present.update({name: revised[present[name].pk] for name in differing})
            return
        happenings = [_rewrite(present[name], values) for name, values in differing.items()]
        fields = sorted({name for values in differing.values() for name in values})
        model.objects.bulk_update([present[name] for name in differing], fields, batch_size=200)
        record(by=None, at=self.at, verb=VERB, happenings=happenings)


def _differences(old, new, fields):
    """Field -> new raw value where the stored row differs from the imported one."""
    names = [old._meta.get_field(name).attname for name in fields]
    return {
        name: getattr(new, attribute)
        for name, attribute in zip(fields, names, strict=True)
        if getattr(old, attribute) != getattr(new, attribute)
    }


def _rewrite(row, values):
    """Set values on a row of a model without a version number; tells what changed."""
    changes = {}
    for name, value in values.items():
        attribute = row._meta.get_field(name).attname
        changes[name] = [getattr(row, attribute), value]
        setattr(row, attribute, value)
    return Happening(row, changes)
