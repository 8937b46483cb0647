"""Shape of input for the activities of phases, and for entering a phase again."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, version_field
from releasemgr.portfolio.models import Person


class ActivityForm(forms.Form):
    """A piece of work in a phase."""

    version = version_field()
    name = forms.CharField(label=_("Activity"), max_length=200)
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Owner"))
    due_on = day_field(required=False, label=_("Due"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")


class PercentForm(forms.Form):
    """How far an activity is."""

    version = version_field()
    percent_done = forms.IntegerField(label=_("Done, per cent"), min_value=0, max_value=100)


class EntryForm(forms.Form):
    """Why a phase is entered again."""

    version = version_field()
    reason = forms.CharField(label=_("Why again"), max_length=200)
