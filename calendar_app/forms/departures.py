"""Shape of input for a departure."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.departures.going import ANSWERS
from calendar_app.forms.fields import text_field, version_field


class DepartureForm(forms.Form):
    """Why the others go without a release, and what becomes of each dependency that is torn apart.

    ``seen`` is the fingerprint of the preview that is applied.
    """

    version = version_field()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    reason = text_field(5_000, required=True, label=_("Why the others go without it"))

    def __init__(self, *args, dependencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.dependencies = {f"need_{row.number}": row for row in dependencies}
        for name, row in self.dependencies.items():
            self.fields[name] = forms.ChoiceField(
                label=f"{row.reference} {row.title} ({row.provider} → {row.release})",
                choices=list(ANSWERS.items()),
                initial="broken",
            )

    @property
    def answers(self):
        """``{dependency id: what becomes of it}``."""
        return {row.pk: self.cleaned_data[name] for name, row in self.dependencies.items()}
