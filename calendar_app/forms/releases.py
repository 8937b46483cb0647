"""Shape of input for releases; what the dates may be is said by their verbs."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, instant_field, text_field, version_field
from calendar_app.models import Release, ReleaseImpact, ReleaseType, RiskLevel
from calendar_app.releases.lifecycle import leads_to
from calendar_app.vocabulary import StatusWords, offered
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
    release_type = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Type")
    )
    risk_level = forms.ModelChoiceField(queryset=None, empty_label=None, label=_("Risk"))
    risk = forms.ChoiceField(label=_("Risk"), choices=Release.Risk.choices, initial=Release.Risk.MEDIUM)
    applications = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Changes or affects the applications"),
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
        self._offer_words(release)

    def _offer_words(self, release):
        """Offer the organisation's own types and risk levels; without any, the product's own risk."""
        types = offered(ReleaseType, besides=release and release.release_type_id)
        levels = list(offered(RiskLevel, besides=release and release.risk_level_id))
        self.fields["release_type"].queryset = types
        self.fields["risk_level"].queryset = offered(RiskLevel, besides=release and release.risk_level_id)
        if not types:
            del self.fields["release_type"]
        if not levels:
            del self.fields["risk_level"]
            return
        del self.fields["risk"]
        risk = release.risk if release else Release.Risk.MEDIUM
        if not self.initial.get("risk_level"):
            self.initial["risk_level"] = next((row.pk for row in levels if row.level == risk), levels[0].pk)

    def clean(self):
        cleaned = super().clean()
        kind = self.release.kind if self.release else cleaned.get("kind")
        if kind == Release.Kind.INITIATIVE:
            self._require("owner", _("A change initiative has an owner."))
            self._require("applications", _("Name the applications that the initiative affects."))
        if kind == Release.Kind.PROJECT and not cleaned.get("project") and "project" not in self.errors:
            self.add_error("project", _("A project release belongs to a project."))
        return cleaned

    def _require(self, name, message):
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, message)

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
    keys = ("project", "parent", "portfolio", "owner", "release_type", "risk_level")
    return {
        **{name: getattr(release, name) for name in names},
        **{name: getattr(release, f"{name}_id") for name in keys},
        "applications": list(changed.values_list("application_id", flat=True)),
    }


class StatusForm(forms.Form):
    """A word of the organisation's own for the status of ``release``: those it can reach, but for giving it up."""

    version = version_field()
    own_status = forms.ChoiceField(label=_("Status"))

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        reached = {release.status, *leads_to(release.status)} - {Release.Status.CANCELLED}
        if release.status == Release.Status.ON_HOLD:
            reached.discard(Release.Status.PLANNED if release.started_at else Release.Status.ACTIVE)
        reached |= {release.status}
        self.words = {
            str(word.pk): word
            for word in StatusWords().of(release.release_type_id)
            if word.lifecycle in reached
        }
        self.fields["own_status"].choices = [
            (pk, f"{word} ({word.get_lifecycle_display()})") for pk, word in self.words.items()
        ]

    @property
    def word(self):
        """The chosen ReleaseStatus."""
        return self.words[self.cleaned_data["own_status"]]


class TargetForm(forms.Form):
    """A new go-live date; ``seen`` is the fingerprint of the preview that is applied."""

    version = version_field()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    target_date = day_field(label=_("Planned go-live"))


class GoLiveForm(forms.Form):
    """When a release went live."""

    version = version_field()
    went_live_at = instant_field(label=_("Went live"))
