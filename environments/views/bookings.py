"""Bookings: the list, one booking, and what can be done to it. Acts are nouns in the URL."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from environments import bookings as verbs
from environments.filters import BookingFilter
from environments.forms import RejectionForm
from environments.listing import HEADER, csv_rows, lines
from environments.models import Booking
from environments.views.answers import act, last_act, show
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved, Outcome, undo
from releasemgr.htmx import go_to, render_conflict, render_invalid, render_page
from releasemgr.spreadsheet import csv_response

PAGE = 50
APPROVED_AT_ONCE = 200
LONGEST_NUMBER = 9


@allow(GET=Permission.VIEW)
def booking_list(request):
    """Bookings, the latest time first, with boxes for approving several."""
    part = "rows" if request.GET.get("page") else "results"
    return render_page(
        request, "environments/booking_list.html", _listed(request), partial=part, peek="results"
    )


@allow(POST=Permission.DECIDE_BOOKING)
def booking_approvals(request):
    """Approve the ticked requests, all or none."""
    numbers = [int(text) for text in request.POST.getlist("booking") if text.isdigit()][:APPROVED_AT_ONCE]
    in_range = [number for number in numbers if len(str(number)) <= LONGEST_NUMBER]
    chosen = list(Booking.objects.filter(number__in=in_range).order_by("requested_at", "pk"))
    answer, refused = render_invalid, {}
    try:
        if not chosen:
            raise ValidationError(_("Choose the requests to approve first."), code="none_chosen")
        verbs.approve(chosen, by=request.user, at=timezone.now())
    except Moved as lost:
        answer, refused = render_conflict, {"collisions": lost.collisions}
    except ValidationError as refusal:
        refused = {"refusal": refusal}
    else:
        words = ngettext("%(n)d booking approved.", "%(n)d bookings approved.", len(chosen))
        messages.success(request, words % {"n": len(chosen)})
        return go_to(request, "environments:booking-list")
    context = {**_listed(request), **refused, "ticked": in_range}
    return answer(request, "environments/booking_list.html", context, partial="results")


@allow(GET=Permission.VIEW)
def booking_export(request):
    """The list as CSV, narrowed by the same filters; cells are safe to open in a spreadsheet."""
    return csv_response(
        request.org,
        "bookings",
        HEADER,
        lambda: csv_rows(BookingFilter(request.GET, Booking.objects.for_list(), request=request).qs),
    )


@allow(GET=Permission.VIEW)
def booking_detail(request, number):
    """One booking: what is asked, how it stands, what can be done, what happened."""
    get_object_or_404(Booking, number=number)
    return show(request, number)


@allow(POST=Permission.DECIDE_BOOKING)
def booking_approval(request, number):
    """Approve a request."""
    booking = _seen(request, number)
    return _act(request, booking, verbs.approve, text=_("%(booking)s is approved."))


@allow(GET=Permission.DECIDE_BOOKING, POST=Permission.DECIDE_BOOKING)
def booking_rejection(request, number):
    """Refuse a request, with a reason."""
    booking = _seen(request, number)
    form = RejectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _act(request, booking, verbs.reject, text=_("%(booking)s is rejected."), **form.cleaned_data)
    context = {"booking": booking, "form": form}
    answer = render_invalid if form.errors else render_page
    return answer(request, "environments/booking_rejection.html", context, partial="form")


@allow(POST=Permission.REQUEST_BOOKING)
def booking_cancellation(request, number):
    """Give a booking up."""
    return _act(request, _seen(request, number), verbs.cancel, text=_("%(booking)s is cancelled."))


@allow(POST=Permission.REQUEST_BOOKING)
def booking_restoration(request, number):
    """Take a cancellation back."""
    return _act(request, _seen(request, number), verbs.restore, text=_("%(booking)s is back."))


@allow(POST=Permission.REQUEST_BOOKING)
def booking_use(request, number):
    """Say that the use of a booking begins."""
    return _act(request, _seen(request, number), verbs.start_use, text=_("%(booking)s is in use."))


@allow(POST=Permission.REQUEST_BOOKING)
def booking_end_of_use(request, number):
    """Say that the use of a booking is over."""
    return _act(request, _seen(request, number), verbs.finish_use, text=_("%(booking)s is completed."))


@allow(POST=Permission.REQUEST_BOOKING)
def booking_undo(request, number):
    """Put back what the last act changed, if it was the last and there is still room."""
    booking = get_object_or_404(Booking, number=number)
    entry = last_act(booking)
    if entry is None:
        return show(request, number, status=409)

    def put_back():
        undo(entry.act_id, by=request.user, at=timezone.now())
        return Outcome([])

    return act(request, booking, put_back, text=_("The last change of %s is undone.") % booking.reference)


def _act(request, booking, verb, *, text, **said):
    def done():
        return verb([booking], by=request.user, at=timezone.now(), **said)

    return act(request, booking, done, text=text % {"booking": booking.reference})


def _seen(request, number):
    """The booking as its reader saw it: with the version the form carried."""
    booking = get_object_or_404(Booking.objects.select_related("environment"), number=number)
    version = request.POST.get("version", "")
    if version.isdigit() and len(version) <= LONGEST_NUMBER:
        booking.version = int(version)
    return booking


def _listed(request):
    found = BookingFilter(request.GET, Booking.objects.for_list(), request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    return {
        "filter": found,
        "page": page,
        "lines": lines(page),
        "may_decide": request.membership.may(Permission.DECIDE_BOOKING),
        "may_book": request.membership.may(Permission.REQUEST_BOOKING),
    }
