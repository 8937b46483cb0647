"""Shape of input for the organisation's own words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from calendar_app.forms.fields import version_field
from calendar_app.models import ReleaseStatus, ReleaseType, RiskLevel
from calendar_app.vocabulary import LISTS, offered


class RenameForm(forms.Form):
    """What a word is called."""

    version = version_field()
    name = forms.CharField(label=_("Name"), max_length=60)


class WordForm(RenameForm):
    """A new word of the list ``part``, with what it means for good."""

    release_type = forms.ModelChoiceField(
        queryset=None, required=False, empty_label=_("Every type"), label=_("For releases of the type")
    )
    lifecycle = forms.ChoiceField(
        label=_("Means"),
        choices=ReleaseStatus.Lifecycle.choices,
        help_text=_("What the product and the key figures see; it stays as it is."),
    )
    level = forms.ChoiceField(
        label=_("Means"),
        choices=RiskLevel.Level.choices,
        help_text=_("What the product and the key figures see; it stays as it is."),
    )

    def __init__(self, *args, part, **kwargs):
        super().__init__(*args, **kwargs)
        fields = {field.name for field in LISTS[part]._meta.fields}
        for name in ("release_type", "lifecycle", "level"):
            if name not in fields:
                del self.fields[name]
        if "release_type" in self.fields:
            self.fields["release_type"].queryset = offered(ReleaseType)

    def values(self):
        """The fields of the word."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
