"""Forms of baselines and actions."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from improvement.models import Action, Baseline
from releasemgr.changes.forms import RevisionForm
from releasemgr.tenancy.forms import OrgForm
from reporting.periods import first_day


class BaselineForm(RevisionForm):
    """Accept or refuse a new baseline, always with a reason."""

    is_accepted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("Start a new baseline here")), ("no", _("Keep the baseline"))],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )

    class Meta(OrgForm.Meta):
        model = Baseline
        fields = ["start_on", "is_accepted", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].widget.attrs["rows"] = 2
        if not self.is_new:
            self.initial["is_accepted"] = "yes" if self.instance.is_accepted else "no"

    def clean_start_on(self):
        start_on = self.cleaned_data["start_on"]
        if start_on != first_day(self.instance.period_type, start_on):
            raise ValidationError(_("A baseline begins with a period: choose its first day."))
        return start_on


class ActionForm(RevisionForm):
    """An improvement action of one chart."""

    class Meta(OrgForm.Meta):
        model = Action
        fields = ["title", "state", "effective_on", "owner", "expected", "what"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("state") in Action.IN_EFFECT and not cleaned.get("effective_on"):
            self.add_error("effective_on", _("Say from which day it is in effect."))
        return cleaned
