"""Fields that the calendar's forms share: native date pickers, versions, the text areas."""

from datetime import date, datetime

from django import forms
from django.utils.translation import gettext_lazy as _

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


def day_field(**options):
    """A local day, by the browser's own picker; between 1990 and 2100."""
    widget = forms.DateInput(
        attrs={"type": "date", "min": EARLIEST.isoformat(), "max": LATEST.isoformat()}, format="%Y-%m-%d"
    )
    return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], validators=[_in_range], **options)


def instant_field(**options):
    """An instant in the reader's zone, by the browser's own picker."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        widget=widget, input_formats=["%Y-%m-%dT%H:%M"], validators=[_in_range], **options
    )


def text_field(length, *, required=False, **options):
    """Some sentences, at most ``length`` characters."""
    return forms.CharField(
        max_length=length, required=required, widget=forms.Textarea(attrs={"rows": 3}), **options
    )


def version_field():
    """The version the author saw; empty on a form for something new."""
    return forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


def _in_range(value):
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST <= day <= LATEST:
        raise forms.ValidationError(
            _("Give a date between %(from)d and %(until)d."),
            params={"from": EARLIEST.year, "until": LATEST.year},
        )
