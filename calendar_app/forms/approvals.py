"""Shape of input for decisions: votes, conditions, delegations, rules, groups, absences."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.approvals.conclusions import condition
from calendar_app.approvals.rules import MOST
from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import ApprovalGroup, GateRound, Vote
from releasemgr.portfolio.models import Person

CONDITIONS = 3  # a form offers so many


class ConditionsForm(forms.Form):
    """Up to three conditions, each with an owner and a day."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        people = Person.objects.order_by("name", "pk")
        for n in range(1, CONDITIONS + 1):
            self.fields[f"condition_{n}"] = forms.CharField(
                required=False, max_length=200, label=_("Condition %(n)d") % {"n": n}
            )
            self.fields[f"owner_{n}"] = forms.ModelChoiceField(
                queryset=people,
                required=False,
                empty_label=_("Choose"),
                label=_("Owner of condition %(n)d") % {"n": n},
            )
            self.fields[f"due_{n}"] = day_field(
                required=False, label=_("Due date of condition %(n)d") % {"n": n}
            )

    @property
    def conditions(self):
        """The conditions that were filled in, as a vote keeps them."""
        given = self.cleaned_data
        return [
            condition(given[f"condition_{n}"], given[f"owner_{n}"], given[f"due_{n}"])
            for n in range(1, CONDITIONS + 1)
            if given.get(f"condition_{n}")
        ]

    def clean(self):
        given = super().clean()
        for n in range(1, CONDITIONS + 1):
            parts = [given.get(f"{name}_{n}") for name in ("condition", "owner", "due")]
            if any(parts) and not all(parts):
                self.add_error(f"condition_{n}", _("A condition needs words, an owner and a day."))
        return given


class VoteForm(ConditionsForm):
    """What a person says of a gate, for themselves or one of ``principals``; ``seen`` is what they looked at."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)
    person = forms.ModelChoiceField(queryset=None, empty_label=None, label=_("In the name of"))
    verdict = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect, choices=Vote.Verdict.choices)
    note = text_field(5_000, label=_("Note, or why not"))

    def __init__(self, *args, principals, **kwargs):
        super().__init__(*args, **kwargs)
        ids = [person.pk for person in principals]
        self.fields["person"].queryset = Person.objects.filter(pk__in=ids).order_by("name", "pk")
        if len(principals) == 1:
            self.fields["person"].widget = forms.HiddenInput()
            self.initial.setdefault("person", ids[0])


class DecisionForm(ConditionsForm):
    """A decision about a submitted gate by one person."""

    version = version_field()
    decision = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            choice for choice in GateRound.Decision.choices if choice[0] != GateRound.Decision.WITHDRAWN
        ],
    )
    note = text_field(5_000, label=_("Conditions or reasons"))


class DelegationForm(forms.Form):
    """Who decides a round in one's place; nobody takes it back."""

    delegate = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("Nobody: I decide"), label=_("Decides in my place")
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["delegate"].queryset = Person.objects.exclude(pk=person.pk).order_by("name", "pk")


class RuleForm(forms.Form):
    """A rule of approval: how many of whom, in which step."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    group = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Group"))
    people = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("And these people"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    needed = forms.IntegerField(label=_("How many must approve"), min_value=1, max_value=200, initial=1)
    step = forms.IntegerField(
        label=_("Step"),
        min_value=1,
        max_value=MOST,
        initial=1,
        help_text=_("Rules of one step are asked at once; the next step when all of them are met."),
    )
    allows_own = forms.BooleanField(
        required=False, label=_("Whoever asks for the decision may approve it too")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = ApprovalGroup.objects.order_by("name", "pk")
        self.fields["people"].queryset = Person.objects.order_by("name", "pk")


class GroupForm(forms.Form):
    """An approval group and its people."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    people = forms.ModelMultipleChoiceField(
        queryset=None, label=_("People"), widget=forms.SelectMultiple(attrs={"size": 10})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = Person.objects.order_by("name", "pk")


class AbsenceForm(forms.Form):
    """Days on which a person is away, and who decides meanwhile."""

    version = version_field()
    starts_on = day_field(label=_("From"))
    ends_on = day_field(label=_("To"))
    deputy = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("Nobody"), label=_("Deputy"))
    reason = forms.CharField(required=False, max_length=120, label=_("Reason"))

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = Person.objects.exclude(pk=person.pk).order_by("name", "pk")


class BoardForm(forms.Form):
    """A board session: when, who chairs it, and whether it takes the day's gates or the week's."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=120)
    held_on = day_field(label=_("Date"))
    chair = forms.ModelChoiceField(queryset=None, required=False, empty_label=_("None"), label=_("Chair"))
    span = forms.ChoiceField(
        label=_("Agenda"),
        choices=[
            ("day", _("Gates planned for that day")),
            ("week", _("Gates planned for that week")),
            ("none", _("Empty")),
        ],
    )

    def __init__(self, *args, is_new=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["chair"].queryset = Person.objects.order_by("name", "pk")
        if not is_new:
            del self.fields["span"]


class MinutesForm(forms.Form):
    """The minutes with which a board closes."""

    version = version_field()
    minutes = text_field(20_000, label=_("Minutes"))


class AgendaForm(forms.Form):
    """A gate that is put on an agenda."""

    gate = forms.ModelChoiceField(queryset=None, label=_("Gate"))

    def __init__(self, *args, gates, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["gate"].queryset = gates
        self.fields["gate"].label_from_instance = lambda gate: (
            f"{gate.release.reference} {gate.release}: {gate}"
        )


class ItemNoteForm(forms.Form):
    """What was said about one gate in a session."""

    version = version_field()
    note = text_field(5_000, label=_("Note"))
