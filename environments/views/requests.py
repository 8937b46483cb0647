"""Asking for a booking and moving one: forms that check for room while they are filled in."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from environments import bookings as verbs
from environments.collisions import both_values, take_theirs
from environments.forms import BookingForm, MoveForm, with_offer
from environments.models import Booking
from environments.offers import read_offer
from environments.queries import check
from environments.refusals import NoCapacity
from environments.requests import request_bookings
from environments.times import read_instant
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved, Revision
from releasemgr.htmx import changed, go_to, in_peek, render_conflict, render_invalid, render_page, toast
from releasemgr.portfolio.models import Environment

DECIDE = Permission.DECIDE_BOOKING
FORM = "environments/booking_form.html"
MOVE = "environments/booking_move.html"


@allow(GET=Permission.REQUEST_BOOKING, POST=Permission.REQUEST_BOOKING)
def booking_create(request):
    """Ask for a booking; without room the form comes back with alternatives and all that was typed."""
    at = timezone.now()
    if request.method != "POST":
        form = _form(request, at=at, initial=_suggested(request.GET))
        return _shown(request, form, render_page)
    if refilled := _refilled(request.POST):
        return _shown(request, _form(request, at=at, data=refilled), render_page)
    form = _form(request, at=at, data=request.POST)
    if not form.is_valid():
        return _shown(request, form, render_invalid)
    try:
        outcome = request_bookings(
            form.wishes(),
            request_key=form.cleaned_data["request_key"],
            by=request.user,
            at=at,
            is_approved=form.cleaned_data.get("approve", False),
            may_wait=form.cleaned_data["may_wait"],
        )
    except ValidationError as refusal:
        _refuse(form, refusal)
        return _shown(request, form, render_invalid)
    return _booked(request, outcome.rows[0])


@allow(GET=Permission.REQUEST_BOOKING)
def booking_check(request):
    """Whether what is filled in so far has room, and what else there is: a fragment beside the form.

    ``booking`` is the number of a booking that is being moved: its own hold does not stand in its way.
    """
    form = _form(request, at=timezone.now(), data=request.GET)
    moved = Booking.objects.filter(number=_number(request.GET.get("booking", ""))).first()
    return render_page(request, FORM, _context(request, form, moved), partial="check")


@allow(GET=Permission.REQUEST_BOOKING)
def booking_phases(request):
    """The phases of the release chosen in the form: a fragment."""
    form = _form(request, at=timezone.now(), data=request.GET)
    form.errors.clear()
    return render_page(request, FORM, _context(request, form), partial="phase")


@allow(GET=Permission.REQUEST_BOOKING, POST=Permission.REQUEST_BOOKING)
def booking_move(request, number):
    """Put a booking elsewhere: another time, length, size or environment."""
    at = timezone.now()
    booking = get_object_or_404(Booking.objects.select_related("environment"), number=number)
    if request.method != "POST":
        form = MoveForm(at=at, booking=booking, initial=_suggested(request.GET))
        return _move_shown(request, booking, form, render_page)
    data = take_theirs(request.POST, booking, MoveForm(at=at, booking=booking))
    if offer := read_offer(request.POST.get("use", "")):
        form = MoveForm(with_offer(data, offer), at=at, booking=booking)
        return _move_shown(request, booking, form, render_page)
    form = MoveForm(data, at=at, booking=booking)
    if not form.is_valid():
        return _move_shown(request, booking, form, render_invalid)
    revision = Revision(booking, form.cleaned_data["version"], form.values())
    try:
        verbs.move([revision], by=request.user, at=at)
    except Moved as lost:
        return _collided(request, booking, data, lost)
    except ValidationError as refusal:
        _refuse(form, refusal)
        return _move_shown(request, booking, form, render_invalid)
    return _moved(request, booking)


def _form(request, *, at, data=None, initial=None):
    return BookingForm(data, at=at, initial=initial, may_decide=request.membership.may(DECIDE))


def _refilled(data):
    """What was posted with an offer taken, or without its further parts; None where neither was asked for."""
    if offer := read_offer(data.get("use", "")):
        return with_offer(data, offer)
    if "drop_parts" not in data:
        return None
    whole = data.copy()
    whole["more_parts"] = ""
    return whole


def _suggested(query):
    """Initial values from the timeline's parameters: lane, from, to."""
    environment = Environment.objects.filter(key=query.get("lane", "")).first()
    found = {
        "environment": environment,
        "starts_at": read_instant(query.get("from", "")),
        "ends_at": read_instant(query.get("to", "")),
        "release": query.get("release"),
        "project": query.get("project"),
        "phase": query.get("phase"),
    }
    return {name: value for name, value in found.items() if value}


def _shown(request, form, answer):
    return answer(request, FORM, _context(request, form), partial="form")


def _context(request, form, moved=None):
    in_drawer = in_peek(request) or bool(request.POST.get("drawer") or request.GET.get("drawer"))
    if "may_wait" in form.errors or form.data.get("may_wait"):
        form.ask_anyway()
    wanted = _wanted(form, moved)
    found = check(wanted, may_split=moved is None) if wanted else None
    return {"form": form, "check": found, "in_drawer": in_drawer}


def _wanted(form, booking=None):
    """What the form asks for so far as an unsaved Booking; None while the place or time is missing."""
    said = {}
    for name in ("environment", "starts_at", "ends_at", "units", "is_exclusive"):
        try:
            said[name] = form.fields[name].clean(form[name].value())
        except ValidationError:
            return None
    if not said["environment"] or not said["starts_at"] or not said["ends_at"]:
        return None
    if said["ends_at"] <= said["starts_at"]:
        return None
    wanted = Booking(**said)
    if booking is not None:
        wanted.pk = booking.pk
    return wanted


def _number(text):
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _refuse(form, refusal):
    """Put a refusal where it belongs: no room at the start, nonsense at its field."""
    if isinstance(refusal, NoCapacity):
        form.add_error("starts_at", refusal.messages)
        if "may_wait" in form.fields:
            form.ask_anyway()
        return
    form.add_error(None, refusal)


def _booked(request, booking):
    text = (_("%(booking)s is booked.") if booking.holds else _("%(booking)s is requested.")) % {
        "booking": booking.reference
    }
    if request.htmx and request.POST.get("drawer"):
        undo_url = reverse("environments:booking-cancellation", args=[booking.number])
        return changed(
            toast(HttpResponse(status=204), text, undo_url=undo_url), "bookings:changed", "peek:close"
        )
    messages.success(request, text)
    return go_to(request, booking)


def _move_shown(request, booking, form, answer, **more):
    wanted = _wanted(form, booking)
    context = {
        "form": form,
        "booking": booking,
        "check": check(wanted, may_split=False) if wanted else None,
        "in_drawer": in_peek(request) or bool(request.POST.get("drawer")),
        **more,
    }
    return answer(request, MOVE, context, partial="form")


def _collided(request, booking, data, lost):
    """The form again with both values; its version is now the one that is stored."""
    booking.refresh_from_db()
    data = data.copy()
    data["version"] = booking.version
    form = MoveForm(data, at=timezone.now(), booking=booking)
    return _move_shown(request, booking, form, render_conflict, conflict=both_values(lost.collisions))


def _moved(request, booking):
    text = _("%(booking)s is moved.") % {"booking": booking.reference}
    if request.htmx and request.POST.get("drawer"):
        undo_url = reverse("environments:booking-undo", args=[booking.number])
        return changed(
            toast(HttpResponse(status=204), text, undo_url=undo_url), "bookings:changed", "peek:close"
        )
    messages.success(request, text)
    return go_to(request, booking)
