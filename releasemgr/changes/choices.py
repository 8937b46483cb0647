"""Keep mine or take theirs: the form that lost a race, shown with both values and read again with the choice."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Both:
    """One field in dispute, in words."""

    name: str
    label: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Lost:
    """What ``components/conflict.html`` shows: who saved first, when, and the fields."""

    by: str
    at: datetime | None
    fields: list[Both]


def both_values(moved, form=None):
    """A Lost for a Moved; with ``form`` only its fields are offered, unless none of them is in dispute."""
    collisions = moved.collisions
    offered = [one for one in collisions if form is None or one.field in form.fields] or collisions
    last = max(collisions, key=lambda one: one.at.timestamp() if one.at else 0)
    fields = [
        Both(
            one.field,
            one.label,
            words(one.subject, one.field, one.yours),
            words(one.subject, one.field, one.theirs),
        )
        for one in offered
    ]
    return Lost(last.actor_name or _("Somebody"), last.at, fields)


def kept(data, initial):
    """Form data in which each field marked ``keep-<name>=theirs`` has the value that is stored now."""
    data = data.copy()
    for name, value in initial.items():
        if data.get(f"keep-{name}") == "theirs":
            _put(data, name, value)
    return data


def words(subject, name, value):
    """A field's value as people read it."""
    field = subject._meta.get_field(name)
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, datetime):
        return formats.date_format(localtime(value), "j M Y, H:i")
    if isinstance(field, models.DateField):
        return formats.date_format(field.to_python(value), "j M Y")
    return str(value)


def _put(data, name, value: Any):
    if value is None or value is False:
        data.pop(name, None)
    elif isinstance(value, list | tuple):
        data.setlist(name, [str(getattr(one, "pk", one)) for one in value])
    elif isinstance(value, datetime):
        data[name] = localtime(value).strftime("%Y-%m-%dT%H:%M")
    else:
        data[name] = str(getattr(value, "pk", value))
