"""Shape of input for what people decide about conflicts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from releasemgr.portfolio.models import Person


class AcceptanceForm(forms.Form):
    """Why a conflict can be lived with, and until when."""

    version = version_field()
    reason = text_field(5_000, required=True, label=_("Reason"))
    accepted_until = day_field(required=False, label=_("Accepted until"))


class AssignmentForm(forms.Form):
    """Who works on a conflict."""

    version = version_field()
    owner = forms.ModelChoiceField(queryset=None, required=False, label=_("Owner"), empty_label=_("Nobody"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")
