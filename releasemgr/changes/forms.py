"""Forms that make or revise a row through the verb contract, and how they meet a lost race."""

from copy import copy

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import formats, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.tenancy.forms import OrgForm


class RevisionForm(OrgForm):
    """A form of one row that carries the version its author saw.

    After `meet()` it shows what somebody else saved first; the next submit says field by field which value stays
    (``keep-<field>`` is ``mine`` or ``theirs``).
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    conflict = None

    def __init__(self, data=None, *args, instance=None, **kwargs):
        # A copy: what is typed is written into the form's instance, and the page still shows what is stored.
        super().__init__(data, *args, instance=copy(instance), **kwargs)
        self.is_new = self.instance._state.adding
        if self.is_new:
            del self.fields["version"]
            return
        self.initial["version"] = self.instance.version
        if data is not None:
            self.data = self._with_theirs(data)

    @property
    def values(self):
        """Field -> value of everything the form asks for."""
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.cleaned_data}

    def revision(self):
        """What the author wants, and the version it was based on."""
        return Revision(self.instance, self.cleaned_data["version"], self.values)

    def meet(self, moved):
        """Take in a lost race: both values of each field in dispute, and the version to base the next try on."""
        collisions = [collision for collision in moved.collisions if collision.subject.pk == self.instance.pk]
        first = (collisions or moved.collisions)[0]
        self.conflict = {
            "by": first.actor_name,
            "at": first.at,
            "fields": [
                self._dispute(collision) for collision in collisions if collision.field in self.fields
            ],
        }
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = first.subject.version

    def _with_theirs(self, data):
        """The submitted data, with the stored value wherever the author took the other one's."""
        taken = [name for name in self._meta.fields if data.get(f"keep-{self.add_prefix(name)}") == "theirs"]
        if taken:
            data = data.copy()
            for name in taken:
                shown = self.fields[name].widget.format_value(self[name].initial)
                data.setlist(self.add_prefix(name), _texts(shown))
        return data

    def _dispute(self, collision):
        return {
            "label": capfirst(collision.label),
            "name": self.add_prefix(collision.field),
            "mine": in_words(collision.subject, collision.field, collision.yours),
            "theirs": in_words(collision.subject, collision.field, collision.theirs),
        }


def save(form, *, by, at, revise=revise):
    """Make or revise the row of a valid RevisionForm and return it; raises Moved, and ValidationError when taken.

    ``revise`` is the noun's own verb where rules go with a change.
    """
    try:
        with transaction.atomic():
            if form.is_new:
                return create([form.instance], by=by, at=at).rows[0]
            return revise([form.revision()], by=by, at=at).rows[0]
    except IntegrityError as error:
        raise _refusal(form, error) from error


def in_words(row, name, value):
    """A field's value as people read it."""
    field = row._meta.get_field(name)
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.is_relation and not isinstance(value, models.Model):
        return str(field.related_model.objects.filter(pk=value).first() or value)
    if hasattr(value, "hour"):
        return formats.date_format(timezone.localtime(value), "j M Y, H:i")
    if hasattr(value, "year"):
        return formats.date_format(value, "j M Y")
    return str(dict(field.flatchoices).get(value, value))


def _refusal(form, error):
    """What the database refused because another request was faster, said at the field of its constraint."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
    rule = next((rule for rule in type(form.instance)._meta.constraints if rule.name == name), None)
    fields = [field for field in getattr(rule, "fields", ()) if field in form.fields]
    if fields:
        return ValidationError({fields[-1]: _("This is taken already in your organisation.")})
    return ValidationError(_("What this refers to has changed meanwhile. Choose again."))


def _texts(shown):
    """What a browser would have sent for a value that a widget shows."""
    if shown is None:
        return [""]
    return [str(text) for text in shown] if isinstance(shown, list | tuple) else [str(shown)]
