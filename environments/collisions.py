"""A form that lost to somebody who saved first: both values, and what its author keeps."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext as _

from environments.forms.fields import local_text
from environments.times import time_with_zone


def both_values(collisions):
    """What `components/conflict.html` shows for Collisions of one object: who, when, and each field twice."""
    first = collisions[0]
    return {
        "by": first.actor_name,
        "at": first.at,
        "fields": [
            {
                "label": collision.label,
                "name": collision.field,
                "mine": words_of(collision.subject, collision.field, collision.yours),
                "theirs": words_of(collision.subject, collision.field, collision.theirs),
            }
            for collision in collisions
        ],
    }


def take_theirs(data, row, form):
    """Posted data with the stored value of each field whose author chose to take theirs."""
    chosen = [name for name in form.fields if data.get(f"keep-{name}") == "theirs"]
    if not chosen:
        return data
    filled = data.copy()
    for name in chosen:
        filled[name] = _as_typed(getattr(row, name))
    return filled


def _as_typed(value):
    if isinstance(value, datetime):
        return local_text(value)
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, models.Model):
        return str(value.pk)
    return "" if value is None else str(value)


def words_of(row, name, value):
    """A value as people read it."""
    field = row._meta.get_field(name)
    if field.is_relation and value is not None and not isinstance(value, models.Model):
        value = field.related_model.objects.filter(pk=value).first()
    if isinstance(value, datetime):
        return time_with_zone(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return dict(field.flatchoices).get(value, value) if value not in {None, ""} else "–"
