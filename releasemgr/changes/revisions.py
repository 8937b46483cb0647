"""The verb contract: change a set of rows whole, if nobody changed them meanwhile.

A practice's verb (move a release, approve a booking) takes its own locks, decides, and calls `revise()`. That locks
the rows in id order, compares versions, writes the new values with ``version + 1``, lets the noun settle what
follows (claims), and records before and after. One row is the special case of a set. `rehearse()` runs any verb
and takes it back; `undo()` runs an act's before-values through the same door.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from releasemgr.activity.models import Entry
from releasemgr.activity.trail import Happening, record


@dataclass(frozen=True)
class Revision:
    """New ``values`` (field -> value) for a row whose author saw ``version``."""

    subject: models.Model
    version: int
    values: dict[str, Any]


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


@dataclass(frozen=True)
class Outcome:
    """What a verb did: the rows as they are now and the id of the act (None when nothing had to change)."""

    rows: list[models.Model]
    act_id: Any = None


def revise(revisions, *, by, at, verb="changed"):
    """Apply revisions of one model's rows, all or none; raises Moved. Returns an Outcome.

    The model carries ``version``. What its noun settles after a write (claims) was said in `register()`.
    """
    if not revisions:
        return Outcome([])
    model = type(revisions[0].subject)
    with transaction.atomic():
        rows = lock(model, [revision.subject.pk for revision in revisions])
        _refuse_moved(revisions, rows)
        happenings = [
            happening for revision in revisions if (happening := _write(rows[revision.subject.pk], revision))
        ]
        if not happenings:
            return Outcome(list(rows.values()))
        changed = [happening.subject for happening in happenings]
        fields = sorted({name for happening in happenings for name in happening.changes})
        model.objects.bulk_update(changed, [*fields, "version"], batch_size=500)
        settle(changed)
        act_id = record(by=by, verb=verb, at=at, happenings=happenings)
    return Outcome(list(rows.values()), act_id)


def lock(model, ids):
    """Rows of a model by id, locked in id order so that two verbs on overlapping sets cannot deadlock."""
    queryset = model.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in queryset}


@contextmanager
def rehearse():
    """Run verbs, look at their effect, and take everything back at the end of the block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Noun:
    """What the contract knows of a kind of object.

    ``revise`` is the verb that writes revisions of it (for `undo`), ``settle(rows)`` brings what is derived from rows
    up to date after they were made or changed.
    """

    model: type[models.Model]
    revise: Callable = revise
    settle: Callable | None = None


nouns: dict[str, Noun] = {}


def register(model, *, revise=revise, settle=None):
    """Make a noun known; ``revise`` is its own verb where rules go with a change. Called in ``AppConfig.ready``."""
    nouns[model._meta.model_name] = Noun(model, revise, settle)


def settle(rows):
    """Bring what is derived from rows of one model up to date; verbs that make rows call it themselves."""
    noun = nouns.get(rows[0]._meta.model_name) if rows else None
    if noun and noun.settle:
        noun.settle(rows)


def create(rows, *, by, at, verb="created"):
    """Write new rows of one model, settle what follows and record them. Returns an Outcome."""
    if not rows:
        return Outcome([])
    with transaction.atomic():
        type(rows[0]).objects.bulk_create(rows, batch_size=500)
        settle(rows)
        act_id = record(by=by, verb=verb, at=at, happenings=[Happening(row) for row in rows])
    return Outcome(rows, act_id)


def undo(act_id, *, by, at):
    """Put back what an act changed, if nothing moved since; raises Moved. Returns one Outcome per noun."""
    entries = list(Entry.objects.filter(act_id=act_id).order_by("noun", "subject_id"))
    outcomes = []
    with transaction.atomic():
        for name in sorted({entry.noun for entry in entries}):
            noun = nouns[name]
            revisions = [_reversal(noun.model, entry) for entry in entries if entry.noun == name]
            outcomes.append(noun.revise(revisions, by=by, at=at, verb="undone"))
    return outcomes


def _refuse_moved(revisions, rows):
    collisions = []
    for revision in revisions:
        row = rows.get(revision.subject.pk)
        if row is None:
            raise type(revision.subject).DoesNotExist(f"{revision.subject} is gone.")
        if row.version != revision.version:
            collisions += _collisions(row, revision)
    if collisions:
        raise Moved(collisions)


def _collisions(row, revision):
    last = Entry.objects.of(row).newest_first().first()
    who, when = (last.actor_name, last.at) if last else ("", None)
    differing = [name for name, value in revision.values.items() if _value(row, name) != _raw(value)]
    if not differing:
        return [Collision(row, "version", revision.version, row.version, who, when)]
    return [Collision(row, name, revision.values[name], getattr(row, name), who, when) for name in differing]


def _write(row, revision):
    changes = {}
    for name, value in revision.values.items():
        before = _value(row, name)
        if before != _raw(value):
            changes[name] = [before, _raw(value)]
            setattr(row, row._meta.get_field(name).attname, _raw(value))
    if not changes:
        return None
    row.version += 1
    return Happening(row, changes)


def _reversal(model, entry):
    values = {name: _parsed(model, name, before) for name, (before, _after) in entry.changes.items()}
    return Revision(model(pk=entry.subject_id), entry.subject_version, values)


def _parsed(model, name, text):
    field = model._meta.get_field(name)
    return (field.target_field if field.is_relation else field).to_python(text)


def _value(row, name):
    return getattr(row, row._meta.get_field(name).attname)


def _raw(value):
    return value.pk if isinstance(value, models.Model) else value
