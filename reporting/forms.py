"""The filter bar of reporting pages: scope, period type, comparison."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.scopes import choices
from reporting.selection import COMPARISONS, PERIOD_NAMES


class SelectionForm(forms.Form):
    """What a page shows, as drop-downs; its values come from the selection, not from the form."""

    scope = forms.ChoiceField(label=_("Scope"), required=False)
    period = forms.ChoiceField(label=_("Periods"), required=False)
    compare = forms.ChoiceField(label=_("Compared with"), required=False, choices=list(COMPARISONS.items()))

    def __init__(self, *args, selection, org, kpi=None, compares=True, **kwargs):
        shown = {
            "scope": selection.scope.parameter,
            "period": selection.period.value,
            "compare": selection.compare,
        }
        super().__init__(*args, initial=shown, **kwargs)
        if not compares:
            del self.fields["compare"]
        self.fields["scope"].choices = choices(org, selection.scope)
        self.fields["period"].choices = [
            (period.value, name)
            for period, name in PERIOD_NAMES.items()
            if kpi is None or period in kpi.periods
        ]
