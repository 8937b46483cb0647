"""The verbs of exception requests: ask, edit, withdraw, grant or refuse, expire."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.exceptions.deciders import may_decide
from calendar_app.exceptions.kinds import check_kind
from calendar_app.exceptions.uses import was_used
from calendar_app.models import ExceptionRequest
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import CannotUndo, Revision, create, revise
from releasemgr.tenancy.models import next_numbers

State = ExceptionRequest.State


def ask(requests, *, by, at):
    """Write new requests, each for a rule of its release that stands in the way now; numbers are given here."""
    for request in requests:
        _check(request, by=by, at=at)
        request.requested_at = at
        request.requested_by_id, request.requested_by_name = (by.pk, str(by)) if by else (None, "")
    with _said_once(), transaction.atomic():
        for request, number in zip(requests, next_numbers("exception", len(requests)), strict=True):
            request.number = number
        return create(requests, by=by, at=at, verb="requested")


def edit(request, values, *, by, at):
    """Change a request as its author saw it, as long as nobody decided it."""
    _require([request], State.REQUESTED)
    for name, value in values.items():
        setattr(request, name, value)
    _check(request, by=by, at=at)
    with _said_once(), transaction.atomic():
        return revise([Revision(request, request.version, values)], by=by, at=at, verb="edited")


def withdraw(requests, *, by, at):
    """Take requests back before they are decided."""
    _require(requests, State.REQUESTED)
    return _set(requests, {"state": State.WITHDRAWN, "withdrawn_at": at}, by=by, at=at, verb="withdrawn")


def grant(requests, *, expires_at, by, at, note=""):
    """Allow what is asked for, until ``expires_at``."""
    if expires_at is None or expires_at <= at:
        raise ValidationError({"expires_on": _("Say until when; nothing is granted for ever.")})
    values = {"state": State.GRANTED, "decision_note": note, "expires_at": expires_at}
    return _decide(requests, values, by=by, at=at, verb="granted")


def refuse(requests, *, note, by, at):
    """Say no, and why."""
    if not note.strip():
        raise ValidationError({"note": _("Say why not.")})
    return _decide(requests, {"state": State.REFUSED, "decision_note": note}, by=by, at=at, verb="refused")


def expire(*, at):
    """End what has expired, noting whether it was used; the product itself does it, from a clock. Returns an Outcome."""
    over = ExceptionRequest.objects.filter(state=State.GRANTED, expires_at__lte=at)
    over = over.select_related("release", "blockout").order_by("pk")
    revisions = [Revision(row, None, {"state": State.EXPIRED, "was_used": was_used(row)}) for row in over]
    return revise(revisions, by=None, at=at, verb="expired")


def revise_exceptions(revisions, *, by, at, verb):
    """The door for `undo`: what was asked can be put back, a decision stays on record."""
    if any("state" in revision.values for revision in revisions):
        raise CannotUndo(_("A decision is not undone; ask again, so that the record stays."))
    return revise(revisions, by=by, at=at, verb=verb)


def _decide(requests, values, *, by, at, verb):
    _require(requests, State.REQUESTED)
    for request in requests:
        if not may_decide(request, by=by, at=at):
            raise NotPossible(
                _("%(approver)s decides %(request)s, or who stands in on a day of absence.")
                % {"approver": request.approver, "request": request.reference}
            )
    values |= {"decided_at": at, "decided_by_name": str(by)}
    return _set(requests, values, by=by, at=at, verb=verb)


def _check(request, *, by, at):
    if not request.release.is_open:
        raise NotPossible({"release": _("%(release)s is closed.") % {"release": request.release}})
    if by and request.approver.user_id == by.pk:
        raise ValidationError({"approver": _("Nobody decides their own request; name somebody else.")})
    if request.expires_at and request.expires_at <= at:
        raise ValidationError({"expires_on": _("That day is over.")})
    check_kind(request, at=at)


def _set(requests, values, *, by, at, verb):
    return revise([Revision(row, row.version, values) for row in requests], by=by, at=at, verb=verb)


def _require(requests, state):
    for request in requests:
        if request.state != state:
            raise NotPossible(
                _("%(request)s is “%(state)s”; that does not allow this.")
                % {"request": request.reference, "state": request.get_state_display()}
            )


class _said_once:
    """Says at the field what the database refuses when the same request is sent twice."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is IntegrityError and "exceptionrequest_asked_once" in str(error):
            raise NotPossible({"subject": _("Exactly this is asked for already.")}) from error
        return False
