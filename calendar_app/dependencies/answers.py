"""What the providing release answers: accept with a date, promise another one, refuse, satisfy; and waivers that end."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.dependencies.requests import ALIVE, require
from calendar_app.models import Dependency, Promise
from releasemgr.changes.revisions import Revision, revise, settle
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

State = Dependency.State


def accept(dependencies, *, promised_on, by, at, reason=""):
    """Promise what is asked for by a local day."""
    require(dependencies, (State.REQUESTED,))
    values = {"state": State.ACCEPTED, "promised_on": promised_on}
    return _promise(dependencies, values, reason, by=by, at=at, verb="accepted")


def promise_again(dependencies, *, promised_on, reason, by, at):
    """Promise another date, and say why; the dates before stay in the history."""
    require(dependencies, (State.ACCEPTED,))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the date moves.")})
    if any(dependency.promised_on == promised_on for dependency in dependencies):
        raise ValidationError({"promised_on": _("That is the date promised already.")})
    return _promise(dependencies, {"promised_on": promised_on}, reason, by=by, at=at, verb="promised again")


def refuse(dependencies, *, note, by, at):
    """Say that it will not be provided, and why; a promise may be taken back like that too."""
    require(dependencies, (State.REQUESTED, State.ACCEPTED))
    if not note.strip():
        raise ValidationError({"note": _("Say why not.")})
    values = {"state": State.REFUSED, "note": note}
    return _set(dependencies, values, by=by, at=at, verb="refused")


def satisfy(dependencies, *, by, at):
    """Say that what was needed is there."""
    require(dependencies, ALIVE)
    values = {"state": State.SATISFIED, "satisfied_at": at, "satisfied_by_name": str(by) if by else ""}
    return _set(dependencies, values, by=by, at=at, verb="satisfied")


def end_waivers(*, at):
    """Need again what was waived through a day that is over; the product itself does it, from a clock."""
    today = local_date(at, current_org().zone)
    over = Dependency.objects.filter(state=State.WAIVED, waived_until__lt=today).order_by("pk")
    revisions = [Revision(row, None, {"state": before_waiver(row)}) for row in over]
    return revise(revisions, by=None, at=at, verb="needed again")


def before_waiver(dependency):
    """The state of a dependency that is needed again."""
    return State.ACCEPTED if dependency.promised_on else State.REQUESTED


def _promise(dependencies, values, reason, *, by, at, verb):
    with transaction.atomic():
        outcome = _set(dependencies, values, by=by, at=at, verb=verb)
        promises = [
            Promise(
                dependency=dependency,
                promised_on=values["promised_on"],
                reason=reason,
                made_at=at,
                made_by_name=str(by) if by else "",
            )
            for dependency in dependencies
        ]
        settle(Promise.objects.bulk_create(promises), at=at)
    return outcome


def _set(dependencies, values, *, by, at, verb):
    return revise([Revision(row, row.version, values) for row in dependencies], by=by, at=at, verb=verb)
