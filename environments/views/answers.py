"""How the views of bookings answer an act: done, refused, or lost to somebody who was faster."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from calendar_app.models import Conflict
from environments.models import Booking
from environments.queries import check, cost_of
from environments.times import period_at_home, period_words
from releasemgr.accounts.roles import Permission
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import changed, render_page, toast, wants_fragment

Status = Booking.Status
# Which acts a booking offers, by the names of their URLs.
ACTS = {
    Status.REQUESTED: ("approval", "rejection", "move", "cancellation"),
    Status.APPROVED: ("use", "move", "cancellation"),
    Status.ACTIVE: ("end-of-use", "move"),
    Status.COMPLETED: (),
    Status.REJECTED: (),
    Status.CANCELLED: ("restoration",),
}
DECISIONS = frozenset({"approval", "rejection"})


def act(request, booking, verb, *, text):
    """Do a verb to a booking and answer with its page: done, 422 refused, or 409 where somebody was faster.

    ``verb()`` returns an Outcome. The page says what happened and how to take it back; elsewhere (the Undo of a
    toast) a message says it and whatever shows bookings loads itself again.
    """
    try:
        outcome = verb()
    except Moved as lost:
        return show(request, booking.number, status=409, collisions=lost.collisions)
    except ValidationError as refusal:
        return show(request, booking.number, status=422, refusal=refusal)
    if not wants_fragment(request):
        messages.success(request, text)
        return redirect(booking)
    undo_url = reverse("environments:booking-undo", args=[booking.number]) if outcome.act_id else None
    if request.htmx.target == "booking":
        return toast(show(request, booking.number), text, undo_url=undo_url)
    return changed(toast(HttpResponse(status=204), text, undo_url=undo_url), "bookings:changed")


def show(request, number, *, status=200, refusal=None, collisions=()):
    """The page of a booking, with what was refused or moved above it."""
    booking = Booking.objects.select_related(
        "environment", "requested_environment", "project", "release", "phase"
    ).get(number=number)
    context = {
        "booking": booking,
        "when": period_words(booking.starts_at, booking.ends_at),
        "when_at_home": period_at_home(booking.starts_at, booking.ends_at),
        "wanted": _wanted(booking),
        "acts": _acts(request.membership, booking),
        "check": check(booking) if booking.status == Status.REQUESTED else None,
        "cost": cost_of(booking),
        "conflicts": Conflict.objects.filter(first_id=booking.pk).order_by("starts_at", "pk"),
        "can_undo": last_act(booking) is not None and request.membership.may(Permission.REQUEST_BOOKING),
        "refusal": refusal,
        "alternatives": getattr(refusal, "alternatives", ()),
        "collisions": collisions,
    }
    return render_page(
        request, "environments/booking_detail.html", context, partial="booking", peek="peek", status=status
    )


def last_act(booking):
    """The newest entry of a booking if it is a change that can be put back; None otherwise."""
    entry = Entry.objects.of(booking).newest_first().first()
    return entry if entry and entry.changes and entry.verb != "undone" else None


def needs(membership, name):
    """Whether a member may do one of the acts."""
    permission = Permission.DECIDE_BOOKING if name in DECISIONS else Permission.REQUEST_BOOKING
    return membership.may(permission)


def _acts(membership, booking):
    return [name for name in ACTS[booking.status] if needs(membership, name)]


def _wanted(booking):
    """In words, what was asked for first, where it was something else."""
    parts = []
    if booking.requested_environment_id != booking.environment_id:
        parts.append(str(booking.requested_environment))
    asked = booking.requested_starts_at, booking.requested_ends_at
    if asked != (booking.starts_at, booking.ends_at):
        parts.append(period_words(*asked))
    return _(", ").join(parts)
