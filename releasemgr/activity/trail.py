"""`record()`: the audit entry and the fact mark of a change, in the transaction of the change."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models

from releasemgr.activity.models import Entry, FactMark
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.scope import current_org_id

# Rung after commit with an organisation's id when facts changed; reporting hangs its bell here in `ready()`.
bells = []


@dataclass(frozen=True)
class Happening:
    """One object that a verb changed: ``changes`` maps field names to ``[before, after]``."""

    subject: models.Model
    changes: dict[str, list[Any]] = field(default_factory=dict)


def record(*, by, verb, at, subject=None, changes=None, happenings=()):
    """Write the audit entries and fact marks of a verb; give one ``subject`` or a set of ``happenings``.

    ``by`` is a User, or None when the product itself acts; ``at`` is the aware time of the act. Returns the id that
    the entries share (what `changes.undo` takes), or None when nothing happened.
    """
    rows = [Happening(subject, changes or {})] if subject is not None else list(happenings)
    if not rows:
        return None
    act_id = uuid7()
    Entry.objects.bulk_create([_entry(row, act_id, by=by, verb=verb, at=at) for row in rows], batch_size=500)
    mark([row.subject for row in rows])
    return act_id


def mark(subjects):
    """Tell reporting that these facts changed, now and whatever becomes of the process after the commit."""
    org_id = current_org_id()
    marks = [
        FactMark(org_id=org_id, entity=subject._meta.model_name, entity_id=subject.pk) for subject in subjects
    ]
    FactMark.objects.bulk_create(marks, batch_size=1000)
    for ring in bells:
        ring(org_id)


def _entry(row, act_id, *, by, verb, at):
    subject = row.subject
    return Entry(
        act_id=act_id,
        at=at,
        actor_id=by.pk if by else None,
        actor_name=str(by) if by else apps.get_app_config("activity").product_name,
        verb=verb,
        noun=subject._meta.model_name,
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        subject_version=getattr(subject, "version", None),
        changes={name: [_plain(before), _plain(after)] for name, (before, after) in row.changes.items()},
    )


def _plain(value):
    """A value as JSON keeps it: ids and times as text, numbers and booleans as they are."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
