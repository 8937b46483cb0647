"""How a person likes to see the product."""

from django import forms
from django.utils.translation import gettext_lazy as _

from releasemgr.accounts.models import User
from releasemgr.tenancy.zones import ZoneField


class PreferencesForm(forms.ModelForm):
    """Name, zone, theme and density of one's own account."""

    time_zone = ZoneField(
        label=_("Time zone"),
        empty_label=_("As each organisation"),
        help_text=_("Times are shown in it; dates of releases and figures follow the organisation's."),
    )

    class Meta:
        model = User
        fields = ["name", "time_zone", "theme", "density"]


class AppearanceForm(forms.ModelForm):
    """Theme and density, whichever is sent: the quick choice in the top bar."""

    class Meta:
        model = User
        fields = ["theme", "density"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in [name for name in self.fields if name not in self.data]:
            del self.fields[name]
