"""Shape of input for gates and their decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import Gate, GateRound, Phase
from releasemgr.portfolio.models import Person


class GateForm(forms.Form):
    """A gate of ``release``: what is decided, when, and which phase it guards."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Gate.Kind.choices)
    phase = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("Guards the phase")
    )
    planned_date = day_field(label=_("Planned"))
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Owner"))
    is_required = forms.BooleanField(required=False, initial=True, label=_("Required for the go-live"))
    locks_scope = forms.BooleanField(required=False, label=_("Passing it locks the scope"))
    description = text_field(20_000, label=_("Description"))

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = Phase.objects.filter(release=release).order_by("position")
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")


class DecisionForm(forms.Form):
    """A decision about a submitted gate."""

    version = version_field()
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            choice for choice in GateRound.Decision.choices if choice[0] != GateRound.Decision.WITHDRAWN
        ],
    )
    note = text_field(5_000, label=_("Conditions or reasons"))
