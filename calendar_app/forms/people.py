"""Shape of input for the people of a release and the cells of its impact matrix."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import version_field
from calendar_app.models import Release, ReleaseImpact, Stakeholder
from releasemgr.portfolio.models import Application, Person


class PeopleForm(forms.Form):
    """Several people and the part they get in ``release``, or in all open releases below it as well."""

    people = forms.ModelMultipleChoiceField(
        queryset=None, label=_("People"), widget=forms.SelectMultiple(attrs={"size": 8})
    )
    part = forms.ChoiceField(label=_("Part"), choices=Stakeholder.Part.choices)
    everywhere = forms.BooleanField(required=False, label=_("Also in every open release of the manifest"))

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = Person.objects.order_by("name", "pk")
        if release.kind != Release.Kind.ENTERPRISE:
            del self.fields["everywhere"]


class PartForm(forms.Form):
    """Another part for somebody who is named."""

    version = version_field()
    part = forms.ChoiceField(label=_("Part"), choices=Stakeholder.Part.choices)


class ReplacementForm(forms.Form):
    """Who leaves, and who takes over all they hold in open releases."""

    former = forms.ModelChoiceField(queryset=None, empty_label=_("Choose"), label=_("Who leaves"))
    successor = forms.ModelChoiceField(queryset=None, empty_label=_("Choose"), label=_("Who takes over"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset = Person.objects.order_by("name", "pk")


class ImpactForm(forms.Form):
    """What a release does to an application; ``was`` is what the author saw."""

    was = forms.CharField(required=False, widget=forms.HiddenInput)
    application = forms.ModelChoiceField(queryset=None, empty_label=_("Choose"), label=_("Application"))
    impact = forms.ChoiceField(
        label=_("Impact"), required=False, choices=[("", _("None")), *ReleaseImpact.Impact.choices]
    )

    def __init__(self, *args, is_fixed=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = Application.objects.order_by("name", "pk")
        if is_fixed:
            del self.fields["application"]
        else:
            self.fields["impact"].choices = ReleaseImpact.Impact.choices
