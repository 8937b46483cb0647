"""Shape of input for phases and milestones."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import Phase


class PhaseForm(forms.Form):
    """A phase: what is done, from which day to which."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Phase.Kind.choices)
    starts_on = day_field(label=_("From"))
    ends_on = day_field(label=_("To"))


class MilestoneForm(forms.Form):
    """A dated mark."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=200)
    starts_on = day_field(label=_("From"))
    ends_on = day_field(label=_("To"))
    description = text_field(20_000, label=_("Description"))
