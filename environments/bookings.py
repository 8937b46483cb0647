"""The verbs of bookings, and the one rule behind them: never more units than there are.

Every verb works on a set, of which one booking is the special case: it locks the uses of the environments concerned
(`uses.py`), looks at what is offered and taken (`room.py`), and writes through the verb contract. `revise_bookings`
is the door all changes go through, those of `undo` included.
"""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from environments.models import Booking
from environments.refusals import NoCapacity, WrongStep
from environments.room import load_of, rooms
from environments.uses import lock_uses
from releasemgr.changes.revisions import Revision, lock, revise

Status = Booking.Status

# What may follow what; the way back is undo, un-cancelling and reopening.
STEPS = {
    Status.REQUESTED: {Status.APPROVED, Status.REJECTED, Status.CANCELLED},
    Status.APPROVED: {Status.ACTIVE, Status.CANCELLED, Status.REQUESTED},
    Status.ACTIVE: {Status.COMPLETED, Status.APPROVED},
    Status.COMPLETED: {Status.ACTIVE},
    Status.REJECTED: {Status.REQUESTED},
    Status.CANCELLED: {Status.REQUESTED, Status.APPROVED},
}
# Steps that only undoing or restoring takes.
_BACK = {
    Status.REQUESTED: {Status.APPROVED, Status.REJECTED, Status.CANCELLED},
    Status.APPROVED: {Status.ACTIVE, Status.CANCELLED},
    Status.ACTIVE: {Status.COMPLETED},
}
_PLACE = ("environment_id", "starts_at", "ends_at", "units", "is_exclusive")


def approve(bookings, *, by, at):
    """Approve requested bookings if their environments have room for all of their time; raises NoCapacity."""
    return _step(bookings, Status.APPROVED, by=by, at=at, verb="approved", **_decision(by, at))


def reject(bookings, *, refusal, by, at, note=""):
    """Refuse requested bookings for a reason of `Booking.Refusal`."""
    decision = {**_decision(by, at), "refusal": refusal}
    if note:
        decision["note"] = note
    return _step(bookings, Status.REJECTED, by=by, at=at, verb="rejected", **decision)


def cancel(bookings, *, by, at):
    """Give up bookings that are not in use; their units are free at once."""
    return _step(bookings, Status.CANCELLED, by=by, at=at, verb="cancelled", cancelled_at=at)


def restore(bookings, *, by, at):
    """Take back a cancellation: what was approved is approved again, if there is still room."""
    revisions = [
        _revision(
            booking,
            status=Status.APPROVED if booking.decided_at else Status.REQUESTED,
            cancelled_at=None,
        )
        for booking in bookings
    ]
    return revise_bookings(revisions, by=by, at=at, verb="restored", expected={Status.CANCELLED})


def move(moves, *, by, at):
    """Put bookings elsewhere: ``moves`` are `Revision`s of environment, starts_at, ends_at, units, is_exclusive,
    purpose, project, release, phase or note. Raises NoCapacity, Moved.

    A longer, shorter, larger booking or one on another environment is a moved booking.
    """
    expected = {Status.REQUESTED, Status.APPROVED, Status.ACTIVE}
    return revise_bookings(moves, by=by, at=at, verb="moved", expected=expected)


def start_use(bookings, *, by, at):
    """Say that approved bookings are in use from ``at`` on, which lies in their time."""
    for booking in bookings:
        if not booking.starts_at <= at < booking.ends_at:
            raise WrongStep(_("%(booking)s is not for this time: move it first."), booking)
    return _step(bookings, Status.ACTIVE, by=by, at=at, verb="started", actual_started_at=at)


def finish_use(bookings, *, by, at):
    """Say that bookings are no longer in use; what is left of their time is free."""
    return _step(bookings, Status.COMPLETED, by=by, at=at, verb="finished", actual_ended_at=at)


def revise_bookings(revisions, *, by, at, verb="changed", expected=None):
    """Apply revisions of bookings, all or none, if the steps are allowed and there is room. Returns an Outcome.

    Raises Moved, WrongStep (also where a booking is in none of the ``expected`` statuses) and NoCapacity. Room is asked for only where a booking wants more than it holds already, so
    that a booking which is over capacity through no act of its own may still shrink, move away or end.
    """
    if not revisions:
        return revise([], by=by, at=at, verb=verb)
    with transaction.atomic():
        ids = [revision.subject.pk for revision in revisions]
        here = Booking.objects.filter(pk__in=ids).values_list("environment_id", flat=True)
        there = [
            _id(revision.values["environment"]) for revision in revisions if "environment" in revision.values
        ]
        lock_uses({*here, *there})
        rows = lock(Booking, ids)
        if _is_current(revisions, rows):
            _refuse(rows.values(), expected or set(Status))
            revisions = [_ruled(rows[revision.subject.pk], revision) for revision in revisions]
            require_room([draft for draft in map(_drafted(rows), revisions) if draft is not None])
        return _write(revisions, by=by, at=at, verb=verb)


def require_room(drafts):
    """Raise NoCapacity naming each of these unsaved or changed bookings for which there is no room.

    They are looked at in their order: the first that fits counts against the next. The uses are locked already.
    """
    if not drafts:
        return
    starts_at, ends_at = min(d.starts_at for d in drafts), max(d.ends_at for d in drafts)
    found = rooms({d.environment_id for d in drafts}, starts_at, ends_at, besides={d.pk for d in drafts})
    refused = []
    for draft in drafts:
        room = found[draft.environment_id]
        if room.fits(load_of(draft)):
            found[draft.environment_id] = room.plus([load_of(draft)])
        else:
            refused.append(draft)
    if refused:
        raise NoCapacity(refused)


def _write(revisions, *, by, at, verb):
    try:
        with transaction.atomic():
            return revise(revisions, by=by, at=at, verb=verb)
    except IntegrityError as error:
        if "booking_no_overlap_when_exclusive" not in str(error):
            raise
        raise NoCapacity([revision.subject for revision in revisions]) from error


def _is_current(revisions, rows):
    """Whether all rows are as their authors saw them; if not, `revise` says what moved."""
    return all(
        revision.subject.pk in rows and revision.version in {None, rows[revision.subject.pk].version}
        for revision in revisions
    )


def _ruled(row, revision):
    """The revision with what follows from it; raises where the step or the time makes no sense."""
    status = Status(revision.values.get("status", row.status))
    if status != row.status and status not in STEPS[Status(row.status)]:
        message = _("%(booking)s is %(status)s and cannot become %(next)s.")
        raise WrongStep(message, row, next=status.label.lower())
    starts_at = revision.values.get("starts_at", row.starts_at)
    if revision.values.get("ends_at", row.ends_at) <= starts_at:
        raise ValidationError({"ends_at": _("The end must lie after the start.")})
    values = {**revision.values, "holds": status in Booking.HOLDING}
    return Revision(revision.subject, revision.version, values)


def _drafted(rows):
    """A function from a revision to the booking as it would be, or None where it needs no room it has not."""

    def draft(revision):
        row = rows[revision.subject.pk]
        held = {name: getattr(row, name) for name in (*_PLACE, "holds")}
        for name, value in revision.values.items():
            field = row._meta.get_field(name)
            setattr(row, field.attname, _id(value) if field.is_relation else value)
        return row if row.holds and not _is_within(row, held) else None

    return draft


def _is_within(row, held):
    return (
        held["holds"]
        and row.environment_id == held["environment_id"]
        and row.starts_at >= held["starts_at"]
        and row.ends_at <= held["ends_at"]
        and row.units <= held["units"]
        and row.is_exclusive <= held["is_exclusive"]
    )


def _step(bookings, status, *, by, at, verb, **values):
    revisions = [_revision(booking, status=status, **values) for booking in bookings]
    before = {
        was for was, following in STEPS.items() if status in following and was not in _BACK.get(status, ())
    }
    return revise_bookings(revisions, by=by, at=at, verb=verb, expected=before)


def _revision(booking, **values):
    return Revision(booking, booking.version, values)


def _decision(by, at):
    return {"decided_at": at, "decided_by_name": str(by) if by else "", "refusal": ""}


def _refuse(bookings, expected):
    for booking in bookings:
        if booking.status not in expected:
            raise WrongStep(_("%(booking)s is %(status)s: that is no longer possible."), booking)


def _id(value):
    return getattr(value, "pk", value)
