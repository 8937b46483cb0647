"""What a release that leaves its enterprise release has booked."""

from django.utils.translation import gettext as _

from calendar_app.departures.finders import Touched
from environments.models import Booking
from environments.times import period_words


def bookings_of_leaving(child, _parent):
    """Yield the bookings of the release that are asked for or held; they stay until somebody cancels them."""
    open_states = [Booking.Status.REQUESTED, *Booking.HOLDING]
    rows = Booking.objects.filter(release=child, status__in=open_states).select_related("environment")
    for booking in rows.order_by("starts_at", "pk"):
        words = {"environment": booking.environment, "when": period_words(booking.starts_at, booking.ends_at)}
        how = _("%(environment)s, %(when)s, stays booked for it") % words
        yield Touched(str(booking), how, booking.get_absolute_url())
