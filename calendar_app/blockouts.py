"""The verbs of blockouts: plan, edit, cancel."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, create, revise


def plan_blockouts(blockouts, *, by, at):
    """Write new blockouts; each stops go-lives and deployments in one scope."""
    for blockout in blockouts:
        check_blockout(blockout.starts_at, blockout.ends_at, blockout)
    return create(blockouts, by=by, at=at, verb="planned")


def edit_blockout(blockout, values, *, by, at):
    """Change a blockout as its author saw it; a new scope names all three kinds."""
    if blockout.cancelled_at:
        raise NotPossible(_("A cancelled blockout no longer changes."))
    for name, value in values.items():
        setattr(blockout, name, value)
    check_blockout(blockout.starts_at, blockout.ends_at, blockout)
    return revise([Revision(blockout, blockout.version, values)], by=by, at=at, verb="edited")


def cancel_blockouts(blockouts, *, by, at):
    """Lift blockouts."""
    for blockout in blockouts:
        if blockout.cancelled_at:
            raise NotPossible(_("%(blockout)s is cancelled already.") % {"blockout": blockout})
    revisions = [Revision(blockout, blockout.version, {"cancelled_at": at}) for blockout in blockouts]
    return revise(revisions, by=by, at=at, verb="cancelled")


def check_blockout(starts_at, ends_at, blockout):
    """Refuse reversed times and anything but one scope."""
    if starts_at >= ends_at:
        raise ValidationError({"ends_at": _("The end lies before the start.")})
    scopes = [blockout.portfolio_id, blockout.project_id, blockout.application_id]
    if sum(scope is not None for scope in scopes) != 1:
        raise ValidationError(_("Choose exactly one: a portfolio, a project or an application."))
