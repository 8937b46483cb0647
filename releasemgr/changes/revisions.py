"""The verb contract: change a set of rows whole, if nobody changed them meanwhile.

A practice's verb (move a release, approve a booking) takes its own locks, decides, and calls `revise()`. That locks
the rows in the order of (table, id), compares versions, writes the new values with ``version + 1``, lets the nouns
settle what follows (claims), and records before and after as one act. One row is the special case of a set, one
model that of several. `rehearse()` runs any verb and takes it back; `undo()` runs an act's before-values through
the same door.
"""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.models import Entry
from releasemgr.activity.trail import Happening, record
from releasemgr.changes.collisions import Collision, Moved, collisions_of, column_value, raw
from releasemgr.changes.nouns import frames, noun_of, nouns, one_act, register, settle, watch
from releasemgr.tenancy.scope import current_org_id

__all__ = [
    "CannotUndo",
    "Collision",
    "Moved",
    "Outcome",
    "Revision",
    "create",
    "frames",
    "lock",
    "register",
    "rehearse",
    "reversals_of",
    "revise",
    "settle",
    "undo",
    "undo_by",
    "undoable",
    "watch",
]


_ways_back = {}  # verb -> how its acts are taken back, where before-values alone do not tell


@dataclass(frozen=True)
class Revision:
    """New ``values`` (field -> value) for a row whose author saw ``version``.

    ``version`` is None for a consequence that holds whatever the row looks like by now.
    """

    subject: models.Model
    version: int | None
    values: dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """What a verb did: the rows as they are now and the id of the act (None when nothing had to change)."""

    rows: list[models.Model]
    act_id: Any = None


class CannotUndo(ValidationError):
    """The act made something, or belongs to a noun whose own verbs take it back."""


def revise(revisions, *, by, at, verb="changed"):
    """Apply revisions of rows of one or several models, all or none; raises Moved. Returns an Outcome.

    The models carry ``version``. A row may be named once. DoesNotExist is raised for a row that is gone.
    """
    if not revisions:
        return Outcome([])
    with transaction.atomic():
        rows = _lock_all(revisions)
        _refuse_moved(revisions, rows)
        written = [_write(rows[revision.subject.pk], revision) for revision in revisions]
        happenings = [happening for happening in written if happening]
        if not happenings:
            return Outcome(list(rows.values()))
        groups = _by_table(happenings, key=lambda happening: type(happening.subject))
        for model, group in groups:
            _save(model, group)
        settle(*([happening.subject for happening in group] for _model, group in groups), at=at)
        act_id = record(by=by, verb=verb, at=at, happenings=happenings)
    return Outcome(list(rows.values()), act_id)


def create(rows, *, by, at, verb="created"):
    """Write new rows of one model, settle what follows and record them. Returns an Outcome."""
    if not rows:
        return Outcome([])
    with transaction.atomic():
        _lock_parents(rows)
        type(rows[0]).objects.bulk_create(rows, batch_size=500)
        settle(rows, at=at)
        act_id = record(by=by, verb=verb, at=at, happenings=[Happening(row) for row in rows])
    return Outcome(rows, act_id)


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


def undo(act_id, *, by, at):
    """Put back what an act changed, if nothing moved since. Returns the Outcomes, one per verb that was needed.

    Raises Moved, CannotUndo (also when the act is unknown here), and what the noun's own verb refuses. Acts of a verb
    with a way back of its own go that way.
    """
    entries = list(Entry.objects.filter(act_id=act_id).order_by("noun", "subject_id"))
    own = _ways_back.get(entries[0].verb) if entries else None
    if own:
        return own(entries, by=by, at=at)
    if not entries or not all(entry.changes and entry.noun in nouns for entry in entries):
        raise CannotUndo(_("This cannot be undone. Change it back by hand."))
    by_verb = defaultdict(list)
    for revision in reversals_of(entries):
        by_verb[noun_of(type(revision.subject)).revise or revise].append(revision)
    with transaction.atomic(), one_act():
        return [verb(revisions, by=by, at=at, verb="undone") for verb, revisions in by_verb.items()]


def undo_by(verb, function):
    """Have acts of ``verb`` taken back by ``function(entries, by=, at=)``, which returns Outcomes: they also made or removed rows."""
    _ways_back[verb] = function


def undoable(row, *, by):
    """The id of the last act on a row, when ``by`` did it and it changed values; else None."""
    last = Entry.objects.of(row).newest_first().first()
    is_mine = last is not None and last.actor_id == by.pk and last.verb != "undone"
    return last.act_id if is_mine and last.changes else None


def _lock_all(revisions):
    """Every row to be written, with the rows they stand under, locked by (table, id): ``{pk: row}``."""
    wanted = {revision.subject.pk: revision.subject for revision in revisions}
    if len(wanted) < len(revisions):
        raise ValueError("A row is revised twice in one act.")
    ids, parents = defaultdict(set), _parents(wanted.values())
    for subject in wanted.values():
        ids[type(subject)].add(subject.pk)
    rows = {}
    for model, _ids in _by_table({*ids, *parents}, key=lambda model: model):
        if model in ids:
            rows |= lock(model, ids[model] | parents.get(model, set()))
        else:
            _lock_shared(model, parents[model])
    return {pk: rows[pk] for pk in wanted if pk in rows}


def _lock_parents(rows):
    for model, ids in sorted(_parents(rows).items(), key=lambda item: item[0]._meta.db_table):
        _lock_shared(model, ids)


def _parents(subjects):
    """Ids of the rows that what is derived from ``subjects`` depends on, by model."""
    found = defaultdict(set)
    for subject in subjects:
        for name in noun_of(type(subject)).under:
            parent_id = column_value(subject, name)
            if parent_id:
                found[subject._meta.get_field(name).related_model].add(parent_id)
    return found


def _lock_shared(model, ids):
    """Keep rows from changing until the commit; others may hold the same lock."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT FROM {table} WHERE org_id = %s AND id = ANY(%s) ORDER BY id FOR SHARE",
            [current_org_id(), sorted(ids)],
        )


def _by_table(things, *, key):
    """``[(model, [thing, …]), …]`` in the order in which tables are locked."""
    groups = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return sorted(groups.items(), key=lambda group: group[0]._meta.db_table)


def _refuse_moved(revisions, rows):
    moved = []
    for revision in revisions:
        row = rows.get(revision.subject.pk)
        if row is None:
            raise type(revision.subject).DoesNotExist(f"{type(revision.subject).__name__} is gone.")
        if revision.version is not None and row.version != revision.version:
            moved.append((row, revision))
    if moved:
        raise Moved(collisions_of(moved))


def _write(row, revision):
    changes = {}
    for name, value in revision.values.items():
        before = column_value(row, name)
        if before != raw(value):
            changes[name] = [before, raw(value)]
            setattr(row, row._meta.get_field(name).attname, raw(value))
    if not changes:
        return None
    row.version += 1
    return Happening(row, changes)


def _save(model, happenings):
    if len(happenings) == 1:
        row, names = happenings[0].subject, [*happenings[0].changes, "version"]
        model.objects.filter(pk=row.pk).update(**{name: column_value(row, name) for name in names})
        return
    fields = sorted({name for happening in happenings for name in happening.changes})
    rows = [happening.subject for happening in happenings]
    model.objects.bulk_update(rows, [*fields, "version"], batch_size=500)


def reversals_of(entries):
    """The revisions that put back what the entries say was there before."""
    revisions = []
    for model, group in _by_table(entries, key=lambda entry: nouns[entry.noun].model):
        subjects = model.objects.in_bulk([entry.subject_id for entry in group])
        for entry in group:
            if entry.subject_id not in subjects:
                raise model.DoesNotExist(f"{entry.subject_label} is gone.")
            values = {name: _parsed(model, name, before) for name, (before, _after) in entry.changes.items()}
            revisions.append(Revision(subjects[entry.subject_id], entry.subject_version, values))
    return revisions


def _parsed(model, name, text):
    field = model._meta.get_field(name)
    return (field.target_field if field.is_relation else field).to_python(text)
