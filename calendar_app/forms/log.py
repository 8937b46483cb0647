"""Shape of input for the log."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import day_field, text_field, version_field
from calendar_app.models import LogItem
from releasemgr.portfolio.models import Person

PROBABILITY = [
    (1, _("1 – hardly ever")),
    (2, _("2 – unlikely")),
    (3, _("3 – possible")),
    (4, _("4 – likely")),
    (5, _("5 – almost certain")),
]
IMPACT = [
    (1, _("1 – hardly felt")),
    (2, _("2 – small")),
    (3, _("3 – days of delay")),
    (4, _("4 – the date or the scope")),
    (5, _("5 – the release")),
]


def scale_field(choices, **options):
    """A step from 1 to 5, in words."""
    return forms.TypedChoiceField(choices=choices, coerce=int, initial=3, **options)


class LogItemForm(forms.Form):
    """A risk, an issue or a decision."""

    version = version_field()
    kind = forms.ChoiceField(label=_("Kind"), choices=LogItem.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    owner = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("Nobody yet"), label=_("Owner")
    )
    due_on = day_field(required=False, label=_("Due"))
    probability = scale_field(
        PROBABILITY, label=_("Probability"), help_text=_("An issue has happened: it counts as 5.")
    )
    impact = scale_field(IMPACT, label=_("Impact"))
    description = text_field(20_000, label=_("Description"))
    response = text_field(5_000, label=_("What is done about it"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = Person.objects.order_by("name", "pk")

    def values(self):
        """The fields of a LogItem; the version is asked for separately."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ClosureForm(forms.Form):
    """What came of it."""

    version = version_field()
    outcome = text_field(5_000, label=_("Outcome"), help_text=_("For a decision: what was decided, and why."))


def initial_of(item):
    """What the form shows of an item."""
    names = ("version", "kind", "title", "due_on", "probability", "impact", "description", "response")
    return {**{name: getattr(item, name) for name in names}, "owner": item.owner_id}
