"""Choosing a time zone."""

import zoneinfo
from functools import cache

from django import forms
from django.utils.translation import gettext_lazy as _

# Alias areas of the database that only repeat the others under old names.
_AREAS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def zone_names():
    """Zones by area and city, and UTC, in order."""
    named = {
        name for name in zoneinfo.available_timezones() if name.partition("/")[0] in _AREAS and "/" in name
    }
    return ("UTC", *sorted(named))


class ZoneField(forms.ChoiceField):
    """A choice among the zones of the IANA database; ``empty_label`` stands for no choice of one's own."""

    default_error_messages = {"invalid_choice": _("%(value)s is not a known time zone.")}

    def __init__(self, *, empty_label=None, **options):
        blank = [] if empty_label is None else [("", empty_label)]
        super().__init__(
            choices=lambda: blank + [(name, name.replace("_", " ")) for name in zone_names()],
            required=empty_label is None,
            **options,
        )

    def valid_value(self, value):
        """Older names that are kept already, or sent by a browser, are zones too."""
        return super().valid_value(value) or value in zoneinfo.available_timezones()
