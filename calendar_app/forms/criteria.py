"""Shape of input for criteria and their judgement."""

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.gates.criteria import JUDGEMENTS
from calendar_app.gates.facts import Outcome
from calendar_app.models import Criterion
from releasemgr.portfolio.models import Person


class CriterionForm(forms.Form):
    """A criterion; ``rule`` (a FactRule) adds the fields of its parameters."""

    version = version_field()
    name = forms.CharField(label=_("Criterion"), max_length=200)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=Criterion.Kind.choices,
        help_text=_("Entry criteria are met before a decision is asked for, exit criteria before it passes."),
    )
    owner = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Owner"))
    due_on = day_field(required=False, label=_("Due"))
    is_mandatory = forms.BooleanField(required=False, label=_("Mandatory"))

    def __init__(self, *args, rule=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")
        for name, make in (rule.fields if rule else {}).items():
            self.fields[name] = make()

    def values(self):
        """The fields of a Criterion."""
        names = set(self.rule.fields) if self.rule else set()
        given = {name: value for name, value in self.cleaned_data.items() if name not in {"version", *names}}
        if self.rule:
            given["parameters"] = {name: self.cleaned_data[name] for name in sorted(names)}
        return given


class JudgementForm(forms.Form):
    """Whether a criterion is met, and what shows it."""

    version = version_field()
    state = forms.ChoiceField(
        label=_("Judgement"),
        widget=forms.RadioSelect,
        choices=[(state.value, Criterion.State(state).label) for state in JUDGEMENTS],
    )
    evidence_url = forms.URLField(
        label=_("Link to the evidence"),
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
    )
    evidence_note = text_field(5_000, label=_("What it shows, or what is missing"))


class CaseFilterForm(forms.Form):
    """Which cases of a rule are listed."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("All")), *Outcome.choices]
    )
    q = forms.CharField(label=_("Release contains"), max_length=100, required=False)
