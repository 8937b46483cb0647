"""Shape of input for dependencies and the answers to them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import Gate, Release
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.ids import uuid_or_none


class DependencyForm(forms.Form):
    """What ``release`` needs of another; the gates on offer are those of the provider chosen."""

    version = version_field()
    title = forms.CharField(label=_("What is needed"), max_length=200)
    provider = forms.ModelChoiceField(queryset=None, label=_("Of the release"), empty_label=_("Choose"))
    provider_gate = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label=_("Met by its gate"),
        empty_label=_("Its go-live"),
        help_text=_("It is met by itself when that gate passes, or when the release goes live."),
    )
    needed_by = day_field(label=_("Needed by"))
    gate = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Needed for the gate"), empty_label=_("No gate in particular")
    )
    owner = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Who follows it up"), empty_label=_("Nobody")
    )
    description = text_field(5_000, label=_("Description"))

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        others = Release.objects.open().exclude(pk=release.pk)
        self.fields["provider"].queryset = others.order_by("name", "pk")
        gates = Gate.objects.exclude(state=Gate.State.CANCELLED).order_by("planned_date", "name", "pk")
        self.fields["gate"].queryset = gates.filter(release=release)
        self.fields["provider_gate"].queryset = gates.filter(release=self._provider_id())
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")

    def _provider_id(self):
        chosen = self.data.get("provider") if self.is_bound else self.initial.get("provider")
        return uuid_or_none(str(chosen)) if chosen else None

    def values(self):
        """The fields of a Dependency."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class PromiseForm(forms.Form):
    """The day by which it is promised, and why it moves."""

    version = version_field()
    promised_on = day_field(label=_("Promised for"))
    reason = text_field(5_000, label=_("Why this day"))


class NoteForm(forms.Form):
    """Why not."""

    version = version_field()
    note = text_field(5_000, label=_("Why not"))


class WaiverForm(forms.Form):
    """Until when it can be done without, and why."""

    version = version_field()
    waived_until = day_field(label=_("Done without through"))
    note = text_field(5_000, label=_("Why it can be done without"))


def initial_of(dependency):
    """What the form shows of a dependency."""
    names = ("version", "title", "needed_by", "description")
    keys = ("provider", "provider_gate", "gate", "owner")
    return {
        **{name: getattr(dependency, name) for name in names},
        **{name: getattr(dependency, f"{name}_id") for name in keys},
    }
