"""What people decide about conflicts: who works on them, and which are lived with, why and how long."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Conflict
from releasemgr.changes.revisions import Revision, revise

State = Conflict.State


def accept(conflicts, *, reason, until, by, at, today):
    """Live with conflicts for a reason; ``until`` is the last local day, None for as long as they last."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this can be lived with.")})
    if until and until < today:
        raise ValidationError({"accepted_until": _("That day is over.")})
    values = {"state": State.ACCEPTED, "reason": reason, "accepted_until": until}
    return _set(conflicts, values, by=by, at=at, verb="accepted")


def reopen(conflicts, *, by, at):
    """Take an acceptance back; its reason stays in the history."""
    values = {"state": State.OPEN, "reason": "", "accepted_until": None}
    return _set(conflicts, values, by=by, at=at, verb="reopened")


def assign(conflicts, owner, *, by, at):
    """Say who works on conflicts; None for nobody."""
    return _set(conflicts, {"owner": owner}, by=by, at=at, verb="assigned")


def _set(conflicts, values, *, by, at, verb):
    return revise([Revision(row, row.version, values) for row in conflicts], by=by, at=at, verb=verb)
