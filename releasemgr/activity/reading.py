"""The audit trail as people read it: field names in words, choices by their label, references by name."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.core.exceptions import FieldDoesNotExist
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from releasemgr.accounts.models import Invitation, Membership, User
from releasemgr.activity.models import Entry
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.tables import tenant_models


@dataclass(frozen=True)
class Change:
    """One field of an entry: its name in words, and the values before and after as text."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """An entry with its changes in words."""

    entry: Entry
    noun: str
    changes: list[Change]


@cache
def nouns():
    """``{model name: model}`` of everything that can stand in the trail."""
    models = (*tenant_models(), Organisation, Membership, Invitation)
    return {model._meta.model_name: model for model in models}


def read(entries):
    """Lines for a page of entries; the names of referenced objects cost one query per kind of object."""
    entries = list(entries)
    names = _names_of_references(entries)
    return [Line(entry, _noun(entry.noun), _changes(entry, names)) for entry in entries]


def _changes(entry, names):
    found = []
    for name, (before, after) in sorted(entry.changes.items()):
        field = _field(entry.noun, name)
        label = str(field.verbose_name) if field else name.replace("_", " ")
        found.append(
            Change(label[:1].upper() + label[1:], _text(field, before, names), _text(field, after, names))
        )
    return found


def _text(field, value, names):
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field is None:
        return str(value)
    if _referenced(field):
        return names.get(value, value)
    if field.get_internal_type() == "DateTimeField":
        return formats.date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i")
    if field.get_internal_type() == "DateField":
        return formats.date_format(datetime.fromisoformat(value), "j M Y")
    return str(dict(field.flatchoices).get(value, value))


def _names_of_references(entries):
    wanted = defaultdict(set)
    for entry in entries:
        for name, values in entry.changes.items():
            field = _field(entry.noun, name)
            if field is not None and _referenced(field):
                wanted[_referenced(field)].update(value for value in values if value)
    return {
        str(row.pk): str(row) for model, ids in wanted.items() for row in model.objects.filter(pk__in=ids)
    }


def _referenced(field):
    """The model whose rows a field names; an account is named by a plain ``user_id``, for it is no tenant's row."""
    return User if field.name == "user_id" else field.related_model


def _field(noun, name):
    model = nouns().get(noun)
    try:
        return model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None


def _noun(name):
    model = nouns().get(name)
    return str(model._meta.verbose_name) if model else name
