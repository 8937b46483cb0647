"""Asking for bookings: looked at under the lock, written once however often the request arrives."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Phase, Release
from environments.bookings import require_room
from environments.models import Booking
from environments.refusals import NoCapacity
from environments.uses import lock_uses
from releasemgr.changes.revisions import Outcome, create
from releasemgr.portfolio.models import Environment, Project
from releasemgr.tenancy.models import next_numbers


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: units of an environment during ``[starts_at, ends_at)``, and for what.

    ``wanted_environment``, ``wanted_from`` and ``wanted_until`` say what was asked for first, where the wish is the
    alternative that was taken instead; contention is counted from them.
    """

    environment: Environment
    starts_at: datetime
    ends_at: datetime
    purpose: str
    units: int = 1
    is_exclusive: bool = False
    project: Project | None = None
    release: Release | None = None
    phase: Phase | None = None
    note: str = ""
    wanted_environment: Environment | None = None
    wanted_from: datetime | None = None
    wanted_until: datetime | None = None


def request_booking(wish, *, request_key, by, at, is_approved=False, may_wait=False):
    """Ask for one booking. See `request_bookings`; returns its Outcome, whose first row is the booking."""
    return request_bookings(
        [wish], request_key=request_key, by=by, at=at, is_approved=is_approved, may_wait=may_wait
    )


def request_bookings(wishes, *, request_key, by, at, is_approved=False, may_wait=False):
    """Ask for bookings, all or none; returns an Outcome of the bookings in the order of the wishes.

    The same ``request_key`` again gives the first answer and writes nothing (its ``act_id`` is None). With
    ``is_approved`` they hold their units at once, for people who may decide. Without room it raises NoCapacity;
    a request that is not approved may stand all the same with ``may_wait``: what nobody can have is demand, too.
    """
    keys = [request_key, *(uuid5(request_key, str(index)) for index in range(1, len(wishes)))]
    try:
        with transaction.atomic():
            return _request(wishes, keys, by=by, at=at, is_approved=is_approved, may_wait=may_wait)
    except IntegrityError as error:
        if "booking_no_overlap_when_exclusive" in str(error):
            raise NoCapacity([_asked(wish, request_key, by, at) for wish in wishes]) from error
        if "booking_request_once" not in str(error):
            raise
        return Outcome(_answered(keys))


def _request(wishes, keys, *, by, at, is_approved, may_wait):
    lock_uses({wish.environment.pk for wish in wishes})
    if answered := _answered(keys):
        return Outcome(answered)
    bookings = [_asked(wish, key, by, at) for wish, key in zip(wishes, keys, strict=True)]
    for booking in bookings:
        _refuse_nonsense(booking)
        if is_approved:
            booking.status, booking.holds = Booking.Status.APPROVED, True
            booking.decided_at, booking.decided_by_name = at, str(by) if by else ""
    if is_approved or not may_wait:
        require_room(bookings)
    for booking, number in zip(bookings, next_numbers("booking", len(bookings)), strict=True):
        booking.number = number
    return create(bookings, by=by, at=at, verb="booked" if is_approved else "requested")


def _answered(keys: list[UUID]):
    """The bookings made for these keys, in their order."""
    found = {row.request_key: row for row in Booking.objects.filter(request_key__in=keys)}
    return [found[key] for key in keys if key in found]


def _asked(wish, key, by, at):
    return Booking(
        environment=wish.environment,
        requested_environment=wish.wanted_environment or wish.environment,
        project=wish.project,
        release=wish.release,
        phase=wish.phase,
        purpose=wish.purpose,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        units=wish.units,
        is_exclusive=wish.is_exclusive,
        request_key=key,
        requested_by_id=by.pk if by else None,
        requested_by_name=str(by) if by else "",
        requested_at=at,
        requested_starts_at=wish.wanted_from or wish.starts_at,
        requested_ends_at=wish.wanted_until or wish.ends_at,
        note=wish.note,
    )


def _refuse_nonsense(booking):
    if booking.ends_at <= booking.starts_at:
        raise ValidationError({"ends_at": _("The end must lie after the start.")})
    if booking.units < 1:
        raise ValidationError({"units": _("At least one unit is needed.")})
