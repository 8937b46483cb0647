"""Why a verb says no until an exception is granted, with the way to ask for it."""

from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.urls import get_script_prefix
from django.utils.html import format_html
from django.utils.translation import gettext as _

from calendar_app.models import ExceptionRequest


def exception_needed(field, message, *, kind, release, **about):
    """A ValidationError at ``field`` that leads to the prefilled request; ``about`` names what it is about.

    ``raise exception_needed("criterion", _("…"), kind=Kind.WAIVER, release=release, criterion=criterion)``. ``field``
    None puts it above the form.
    """
    query = {"kind": kind, "release": release.number} | {name: row.pk for name, row in about.items()}
    url = f"{get_script_prefix()}calendar/exceptions/new/?{urlencode(query)}"  # verbs run without routes too
    linked = format_html('{} <a href="{}">{}</a>', message, url, _("Ask for an exception"))
    return ValidationError({field: linked} if field else linked, code="exception_needed")


def has_exception(kind, release, *, at, **about):
    """Whether a release holds an exception of a kind at an instant, for what ``about`` names."""
    held = ExceptionRequest.objects.in_force(at).filter(kind=kind, release=release, **about)
    return held.exists()
