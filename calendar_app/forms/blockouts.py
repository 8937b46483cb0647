"""Shape of input for blockouts."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import instant_field, text_field, version_field
from calendar_app.models import Blockout
from calendar_app.models.blockouts import USUAL_STOPS
from releasemgr.portfolio.models import Application, Project
from releasemgr.portfolio.tree import Tree


class BlockoutForm(forms.Form):
    """A blockout: one scope, one stretch of time, hard or soft, and what it stops."""

    SCOPES = ("portfolio", "project", "application")

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=160)
    is_hard = forms.TypedChoiceField(
        label=_("Strength"),
        choices=[("hard", _("Hard: forbids")), ("soft", _("Soft: warns"))],
        coerce=lambda text: text == "hard",
        initial="hard",
    )
    portfolio = forms.TypedChoiceField(
        required=False, label=_("Portfolio, with all below it"), empty_value=None
    )
    project = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("or one project")
    )
    application = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("None"), label=_("or one application")
    )
    stops = forms.MultipleChoiceField(
        label=_("What it stops"),
        choices=Blockout.Stops,
        initial=USUAL_STOPS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing that it stops.")},
    )
    starts_at = instant_field(label=_("From"))
    ends_at = instant_field(label=_("Until"))
    reason = text_field(5_000, label=_("Reason"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        tree = Tree.load()
        nodes = {str(pk): branch.node for pk, branch in tree.branches.items()}
        self.fields["portfolio"].choices = [("", _("None")), *tree.choices()]
        self.fields["portfolio"].coerce = nodes.get
        self.fields["project"].queryset = Project.objects.order_by("name", "pk")
        self.fields["application"].queryset = Application.objects.order_by("name", "pk")

    def clean(self):
        cleaned = super().clean()
        chosen = [name for name in self.SCOPES if cleaned.get(name)]
        if len(chosen) != 1 and not any(name in self.errors for name in self.SCOPES):
            self.add_error(
                chosen[1] if chosen else "portfolio",
                _("Choose exactly one: a portfolio, a project or an application."),
            )
        return cleaned

    def values(self):
        """The fields of a Blockout."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def initial_of(blockout):
    """What the form shows of a blockout."""
    names = ("version", "name", "stops", "starts_at", "ends_at", "reason")
    return {
        **{name: getattr(blockout, name) for name in names},
        **{name: getattr(blockout, f"{name}_id") for name in BlockoutForm.SCOPES},
        "is_hard": "hard" if blockout.is_hard else "soft",
    }
