"""Shape of input for releases; what the dates may be is said by their verbs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, instant_field, text_field, version_field
from calendar_app.models import Release, ReleaseImpact
from releasemgr.portfolio.models import Application, Person, Portfolio, Project


class ReleaseForm(forms.Form):
    """A release: what it is, where it belongs, when, and what it changes."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=160)
    kind = forms.ChoiceField(label=_("Kind"), choices=Release.Kind.choices)
    project = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Project"))
    parent = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Enterprise release")
    )
    portfolio = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Portfolio")
    )
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Owner"))
    starts_on = day_field(required=False, label=_("Start"))
    target_date = day_field(required=False, label=_("Planned go-live"))
    risk = forms.ChoiceField(label=_("Risk"), choices=Release.Risk.choices, initial=Release.Risk.MEDIUM)
    applications = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Changes the applications"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    description = text_field(20_000, label=_("Description"))

    def __init__(self, *args, release=None, **kwargs):
        if release:
            kwargs["initial"] = initial_of(release)
        super().__init__(*args, **kwargs)
        parents = Release.objects.open().filter(kind=Release.Kind.ENTERPRISE)
        if release:
            del self.fields["kind"]
            parents = parents | Release.objects.filter(pk=release.parent_id)
            parents = parents.exclude(pk=release.pk)
        self.release = release
        self.fields["parent"].queryset = parents.order_by("target_date", "name", "pk")
        self.fields["project"].queryset = Project.objects.order_by("name", "pk")
        self.fields["portfolio"].queryset = Portfolio.objects.order_by("name", "pk")
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")
        self.fields["applications"].queryset = Application.objects.order_by("name", "pk")

    def clean(self):
        cleaned = super().clean()
        kind = self.release.kind if self.release else cleaned.get("kind")
        if kind == Release.Kind.PROJECT and not cleaned.get("project") and "project" not in self.errors:
            self.add_error("project", _("A project release belongs to a project."))
        return cleaned

    def values(self):
        """The fields of a Release; applications and version are asked for separately."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name not in ("version", "applications")
        }


def initial_of(release):
    """What the form shows of a release."""
    changed = ReleaseImpact.objects.filter(release=release, impact=ReleaseImpact.Impact.CODE)
    names = ("version", "name", "starts_on", "target_date", "risk", "description")
    keys = ("project", "parent", "portfolio", "owner")
    return {
        **{name: getattr(release, name) for name in names},
        **{name: getattr(release, f"{name}_id") for name in keys},
        "applications": list(changed.values_list("application_id", flat=True)),
    }


class TargetForm(forms.Form):
    """A new go-live date; ``seen`` is the fingerprint of the preview that is applied."""

    version = version_field()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    target_date = day_field(label=_("Planned go-live"))


class GoLiveForm(forms.Form):
    """When a release went live."""

    version = version_field()
    went_live_at = instant_field(label=_("Went live"))
