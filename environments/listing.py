"""Bookings as rows: in the list and as CSV."""

from typing import NamedTuple

from environments.models import Booking
from environments.times import period_words

HEADER = [
    "number",
    "environment",
    "type",
    "project",
    "purpose",
    "from",
    "until",
    "units",
    "exclusive",
    "status",
    "requested_by",
    "requested_at",
    "wanted_from",
    "wanted_until",
    "decided_by",
    "decided_at",
    "refusal",
    "used_from",
    "used_until",
]
_CHUNK = 2000


class Line(NamedTuple):
    """A booking with its time in the zone of the reader."""

    booking: Booking
    when: str


def lines(bookings):
    """Bookings as they are listed."""
    return [Line(booking, period_words(booking.starts_at, booking.ends_at)) for booking in bookings]


def csv_rows(bookings):
    """The cells of each booking, read in chunks."""
    return (_row(booking) for booking in bookings.iterator(chunk_size=_CHUNK))


def _row(booking):
    return [
        booking.reference,
        booking.environment.key,
        booking.environment.type,
        booking.project.key if booking.project else "",
        booking.purpose,
        booking.starts_at.isoformat(),
        booking.ends_at.isoformat(),
        booking.units,
        "yes" if booking.is_exclusive else "no",
        booking.status,
        booking.requested_by_name,
        booking.requested_at.isoformat(),
        booking.requested_starts_at.isoformat(),
        booking.requested_ends_at.isoformat(),
        booking.decided_by_name,
        _stamp(booking.decided_at),
        booking.refusal,
        _stamp(booking.actual_started_at),
        _stamp(booking.actual_ended_at),
    ]


def _stamp(instant):
    return instant.isoformat() if instant else ""
