"""What must be true of bookings at any time, checked against the whole organisation (`verify_invariants`)."""

from django.db.models import Exists, OuterRef

from calendar_app.models import Conflict
from environments.models import Booking
from environments.overbooking import overbooked
from environments.rules import OVER_CAPACITY, OVER_OUTAGE


def verify_bookings():
    """Sentences about bookings that break a promise, in the open scope; none when all is well.

    Units that are not there may only be held where the conflict list says so: after a cut, an outage, an import.
    """
    return [*_overlapping_exclusives(), *_unexplained_overbooking()]


def _overlapping_exclusives():
    others = (
        Booking.objects.holding()
        .filter(environment=OuterRef("environment"), is_exclusive=True, pk__gt=OuterRef("pk"))
        .filter(starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
    )
    twice = Booking.objects.holding().filter(Exists(others), is_exclusive=True).order_by("number")
    return [f"{booking.reference} overlaps another exclusive booking." for booking in twice]


def _unexplained_overbooking():
    explained = set(
        Conflict.objects.filter(rule__in=[OVER_CAPACITY, OVER_OUTAGE]).values_list("first_id", flat=True)
    )
    return [
        f"{over.booking.reference} holds units that are not there, and no conflict says so."
        for over in overbooked(Booking.objects.holding())
        if over.booking.pk not in explained
    ]
