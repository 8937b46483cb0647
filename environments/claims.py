"""What bookings and outages claim: their environment, for their time."""

from datetime import UTC, datetime

from calendar_app.claims import claim, stakes
from calendar_app.models import Claim
from environments.models import Booking, Outage

OPEN_END = datetime(2100, 1, 1, tzinfo=UTC)  # where an outage without an end is drawn to

_GONE = {Booking.Status.REJECTED, Booking.Status.CANCELLED}


@stakes(Booking)
def claims_of_bookings(bookings):
    """The time of a booking on its environment; asked for, held or used up, and nothing once it is given up."""
    for booking in bookings:
        if booking.status in _GONE:
            continue
        yield claim(
            booking,
            kind=Claim.Kind.BOOKING,
            resource_kind=Claim.Resource.ENVIRONMENT,
            resource_id=booking.environment_id,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            units=booking.units,
            is_primary=True,
            is_open=booking.status != Booking.Status.COMPLETED,
            release_id=booking.release_id,
            project_id=booking.project_id,
            state=booking.status,
            title=str(booking),
            path=f"environments/bookings/{booking.number}/",
        )


@stakes(Outage)
def claims_of_outages(outages):
    """The time of an outage on its environment."""
    for outage in outages:
        yield claim(
            outage,
            kind=Claim.Kind.OUTAGE,
            resource_kind=Claim.Resource.ENVIRONMENT,
            resource_id=outage.environment_id,
            starts_at=outage.starts_at,
            ends_at=outage.ends_at or OPEN_END,
            is_primary=True,
            state="planned" if outage.is_planned else "unplanned",
            title=str(outage),
            path=f"environments/outages/{outage.pk}/",
        )
