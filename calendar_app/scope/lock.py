"""The scope lock: from then on a new work item needs an exception that is in force.

The lock of an enterprise release holds for all releases below it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import ExceptionRequest, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.tree import above
from releasemgr.changes.revisions import Revision, revise


@dataclass(frozen=True)
class Lock:
    """The lock that holds for a release: which release it was set on, and when."""

    release: Release
    since: datetime


class LateScope(ValidationError):
    """The scope is locked and no exception is in force."""


def lock_scope(releases, *, by, at):
    """Lock the scope of open releases."""
    for release in releases:
        if not release.is_open or release.scope_locked_at:
            raise NotPossible(
                _("The scope of %(release)s is locked already, or it is over.") % {"release": release}
            )
    values = {"scope_locked_at": at, "scope_unlock_reason": ""}
    return revise(
        [Revision(row, row.version, values) for row in releases], by=by, at=at, verb="locked the scope"
    )


def unlock_scope(release, reason, *, by, at):
    """Open the scope of a release again, for a reason that stays on record."""
    if not release.scope_locked_at:
        raise NotPossible({"reason": _("The scope of %(release)s is not locked.") % {"release": release}})
    values = {"scope_locked_at": None, "scope_unlock_reason": reason}
    return revise([Revision(release, release.version, values)], by=by, at=at, verb="unlocked the scope")


def lock_of(release):
    """The earliest Lock that holds for a release, its own or of an enterprise release above; None when it is open."""
    locks = [Lock(one, one.scope_locked_at) for one in (release, *above(release)) if one.scope_locked_at]
    return min(locks, key=lambda lock: lock.since, default=None)


def exceptions_in_force(release, at):
    """Granted requests of a release to take in scope after the lock that have not expired."""
    kind = ExceptionRequest.Kind.LATE_SCOPE
    return ExceptionRequest.objects.in_force(at).filter(release=release, kind=kind).order_by("number")


def check_admits(release, at):
    """Refuse what would enter a locked scope without an exception; rows of ``release`` and above are locked by now."""
    lock = lock_of(release)
    if lock and not exceptions_in_force(release, at).exists():
        raise LateScope(
            _("The scope of %(release)s is locked. Ask for an exception first.") % {"release": lock.release}
        )
