"""Fields that the forms of environments share."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _


class ZonedInput(forms.DateTimeInput):
    """The browser's own date and time field, in the zone of the reader."""

    input_type = "datetime-local"

    def __init__(self):
        super().__init__(format="%Y-%m-%dT%H:%M")


class EnvironmentField(forms.ModelChoiceField):
    """A choice of environments with their types."""

    def label_from_instance(self, environment):
        return f"{environment.name} ({environment.get_type_display()})"


def local_text(instant):
    """An instant as the browser's date and time field holds it: in the reader's zone, to the second."""
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M:%S")


def zone_words():
    """Which zone the times of a form are in."""
    return _("Time zone: %(zone)s") % {"zone": timezone.get_current_timezone_name()}


def as_stored(typed, stored):
    """What was typed, or the stored instant where the field only lost its seconds on the way."""
    if stored is not None and typed == stored.replace(second=0, microsecond=0):
        return stored
    return typed
