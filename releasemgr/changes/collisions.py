"""Lost races: which fields of a row moved since its author read it, from what to what, by whom and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from releasemgr.activity.models import Entry


@dataclass(frozen=True)
class Collision:
    """A field that somebody else changed first: both values, who, and when."""

    subject: models.Model
    field: str
    yours: Any
    theirs: Any
    actor_name: str
    at: datetime | None

    @property
    def label(self):
        """The field's name as people read it."""
        return str(self.subject._meta.get_field(self.field).verbose_name)


class Moved(Exception):
    """Rows changed since their author read them; nothing was written. ``collisions`` says what and by whom."""

    def __init__(self, collisions):
        self.collisions = collisions
        super().__init__(", ".join(sorted({str(collision.subject) for collision in collisions})))


def collisions_of(moved):
    """Collisions of ``moved``, pairs of (row as it is now, the revision that came too late)."""
    entries = _entries_since(moved)
    return [collision for row, revision in moved for collision in _collisions(row, revision, entries[row.pk])]


def column_value(row, name):
    """The stored value of a field: the id for a foreign key."""
    return getattr(row, row._meta.get_field(name).attname)


def raw(value):
    """A value as its column stores it."""
    return value.pk if isinstance(value, models.Model) else value


def _entries_since(moved):
    """The audit entries later than each author's version, oldest first, by the id of the row."""
    seen = {row.pk: revision.version for row, revision in moved}
    found = {pk: [] for pk in seen}
    for entry in Entry.objects.filter(subject_id__in=seen, subject_version__isnull=False).order_by(
        "at", "pk"
    ):
        if entry.subject_version > seen[entry.subject_id]:
            found[entry.subject_id].append(entry)
    return found


def _collisions(row, revision, entries):
    """One per field in dispute; when no field of the author moved, one per field that did; never none."""
    changed = {name: entry for entry in entries for name in entry.changes}
    disputed = [
        Collision(row, name, value, getattr(row, name), *_who(changed.get(name) or _last(entries)))
        for name, value in revision.values.items()
        if column_value(row, name) != raw(value) and (name in changed or not changed)
    ]
    return disputed or _elsewhere(row, revision, entries)


def _elsewhere(row, revision, entries):
    """What others changed beside the author's fields, from what the author saw to what it is."""
    first, last = {}, {}
    for entry in entries:
        for name, (before, _after) in entry.changes.items():
            first.setdefault(name, before)
            last[name] = entry
    found = [Collision(row, name, first[name], getattr(row, name), *_who(last[name])) for name in last]
    return found or [Collision(row, "version", revision.version, row.version, *_who(_last(entries)))]


def _last(entries):
    return entries[-1] if entries else None


def _who(entry):
    return (entry.actor_name, entry.at) if entry else ("", None)
