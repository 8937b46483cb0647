"""How the calendar's forms are answered: shown, refused at the field, lost to somebody faster, or saved."""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.shortcuts import get_object_or_404

from releasemgr.changes.choices import Lost, both_values, kept
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, in_peek, render_page


@dataclass(frozen=True)
class FormPage:
    """What ``calendar/form.html`` says around a form; ``crumbs`` are (label, url) pairs.

    A page that shows more around its form extends that template and is named here, with ``facts`` for its context.
    """

    title: str
    submit: str
    back: str
    crumbs: tuple = ()
    lead: str = ""
    is_danger: bool = False
    template: str = "calendar/form.html"
    facts: dict = field(default_factory=dict)


def answer_form(request, form_class, verb, page, *, initial=None, said, **arguments):
    """Show a form (GET), or do ``verb(form)`` and leave for the page it returns (POST).

    ``initial`` holds what is stored now; it fills the form and stands for "theirs" when a race was lost. ``said`` is
    the message after success. 422 for what is refused, 409 with both values for what moved.
    """
    initial = initial or {}
    if request.method != "POST":
        return _show(request, form_class(initial=initial, **arguments), page)
    form = form_class(kept(request.POST, initial), initial=initial, **arguments)
    if not form.is_valid():
        return _show(request, form, page, status=422)
    try:
        destination = verb(form)
    except Moved as moved:
        return _show(request, _renewed(form, moved), page, status=409, conflict=both_values(moved, form))
    except ValidationError as refusal:
        refuse(form, refusal)
        return _show(request, form, page, status=422)
    messages.success(request, said)
    return go_to(request, destination)


def answer_step(request, verb, back, *, said):
    """Do a verb that needs no form, and go back; what is refused or lost is said there."""
    try:
        verb()
    except Moved as moved:
        page = FormPage(title="", submit="", back=back.get_absolute_url())
        return render_page(
            request,
            "calendar/moved.html",
            {"conflict": both_values(moved), "page": page},
            partial="moved",
            status=409,
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, said)
    return go_to(request, back)


def refuse(form, refusal):
    """Put a verb's refusal at the fields it names; what names no field of the form stands above it."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal)
        return
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)


def seen(row, text):
    """The row with the version its author saw, as the form posted it; without one, as it is now."""
    if text not in (None, "") and str(text).isdecimal() and len(str(text)) < 9:
        row.version = int(text)
    return row


def find(queryset, **lookup):
    """One row or 404; a number too large for its column is not found either."""
    if any(isinstance(value, int) and value > 2_147_483_647 for value in lookup.values()):
        lookup = {"pk": None}
    return get_object_or_404(queryset, **lookup)


def _renewed(form, moved):
    """The form with the version that is stored now, so that the next answer counts."""
    newest = moved.collisions[0].subject
    form.data = form.data.copy()
    form.data["version"] = str(newest.version)
    return form


def _show(request, form, page, *, status=200, conflict: Lost | None = None):
    context = page.facts | {"form": form, "page": page, "conflict": conflict, "is_peek": in_peek(request)}
    return render_page(request, page.template, context, partial="form", peek="form", status=status)
