"""Shape of input for gates and their decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.gates.counting import gates_above
from calendar_app.models import Gate, Phase, Release
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
    parent = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label=_("None"),
        label=_("Counts toward"),
        help_text=_("A gate of an enterprise release above this one."),
    )
    rollup = forms.ChoiceField(
        label=_("Needs of the gates that count toward it"), choices=Gate.Rollup.choices, required=False
    )
    rollup_needed = forms.IntegerField(
        label=_("That many of them"), min_value=1, max_value=9_999, required=False
    )
    is_required = forms.BooleanField(required=False, initial=True, label=_("Required for the go-live"))
    locks_scope = forms.BooleanField(required=False, label=_("Passing it locks the scope"))
    description = text_field(20_000, label=_("Description"))

    def __init__(self, *args, release, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["phase"].queryset = Phase.objects.filter(release=release).order_by("position")
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")
        self.fields["parent"].queryset = gates_above(release)
        self.fields["parent"].label_from_instance = lambda gate: f"{gate.release}: {gate}"
        if not release.parent_id:
            del self.fields["parent"]
        if release.kind != Release.Kind.ENTERPRISE:
            del self.fields["rollup"], self.fields["rollup_needed"]

    def clean(self):
        cleaned = super().clean()
        if "rollup" in self.fields and not self.errors:
            cleaned["rollup"] = cleaned["rollup"] or Gate.Rollup.NONE
            is_some = cleaned["rollup"] == Gate.Rollup.SOME
            if is_some and not cleaned["rollup_needed"]:
                self.add_error("rollup_needed", _("Say how many."))
            if not is_some:
                cleaned["rollup_needed"] = None
        return cleaned


class BelowForm(forms.Form):
    """Which gates of the releases below count toward a gate, chosen by their names."""

    version = version_field()
    names = forms.MultipleChoiceField(
        label=_("Gates that count"), required=False, choices=(), widget=forms.CheckboxSelectMultiple
    )
    rollup = forms.ChoiceField(label=_("Needs of them"), choices=Gate.Rollup.choices)
    rollup_needed = forms.IntegerField(
        label=_("That many of them"), min_value=1, max_value=9_999, required=False
    )

    def __init__(self, *args, names, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["names"].choices = [(name, f"{name} ({count})") for name, count in names]

    def clean(self):
        cleaned = super().clean()
        is_some = cleaned.get("rollup") == Gate.Rollup.SOME
        if is_some and not cleaned.get("rollup_needed") and not self.errors:
            self.add_error("rollup_needed", _("Say how many."))
        if not is_some:
            cleaned["rollup_needed"] = None
        return cleaned
