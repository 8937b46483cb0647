"""From planned to live: baseline, start, hold, resume, go live, cancel. All work on sets of releases."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, revise

Status = Release.Status


def baseline(releases, *, by, at):
    """Promise the planned go-live; the promise never moves."""
    for release in releases:
        if release.baseline_date:
            raise NotPossible(_("%(release)s has its baseline already.") % {"release": release})
        if not release.target_date:
            raise NotPossible(_("%(release)s has no planned go-live to promise.") % {"release": release})
    _require(releases, Release.OPEN)
    revisions = [
        Revision(row, row.version, {"baseline_date": row.target_date, "baselined_at": at}) for row in releases
    ]
    return revise(revisions, by=by, at=at, verb="baselined")


def start(releases, *, by, at):
    """Begin the work on planned releases."""
    _require(releases, [Status.PLANNED])
    return _set(releases, {"status": Status.ACTIVE, "started_at": at}, by=by, at=at, verb="started")


def hold(releases, *, by, at):
    """Put releases on hold: planning and the countdown pause."""
    _require(releases, [Status.PLANNED, Status.ACTIVE])
    return _set(releases, {"status": Status.ON_HOLD}, by=by, at=at, verb="put on hold")


def resume(releases, *, by, at):
    """Go on with releases on hold, where they were."""
    _require(releases, [Status.ON_HOLD])
    revisions = [
        Revision(row, row.version, {"status": Status.ACTIVE if row.started_at else Status.PLANNED})
        for row in releases
    ]
    return revise(revisions, by=by, at=at, verb="resumed")


def go_live(releases, *, by, at, went_live_at=None):
    """Say that releases went live, now or at an earlier instant."""
    went_live_at = went_live_at or at
    if went_live_at > at:
        raise ValidationError({"went_live_at": _("That is in the future.")})
    _require(releases, Release.OPEN)
    values = {"status": Status.LIVE, "actual_go_live": went_live_at}
    return _set(releases, values, by=by, at=at, verb="went live")


def cancel(releases, *, by, at):
    """Give releases up; what they claimed becomes free."""
    _require(releases, Release.OPEN)
    return _set(releases, {"status": Status.CANCELLED, "cancelled_at": at}, by=by, at=at, verb="cancelled")


# What the pages offer in which state: noun in the URL -> (verb, word on the button, states).
STEPS = {
    "start": (start, _("Start"), {Status.PLANNED}),
    "baseline": (baseline, _("Set the baseline"), set(Release.OPEN)),
    "hold": (hold, _("Put on hold"), {Status.PLANNED, Status.ACTIVE}),
    "resumption": (resume, _("Resume"), {Status.ON_HOLD}),
    "cancellation": (cancel, _("Cancel the release"), set(Release.OPEN)),
}


def steps_for(release):
    """``[(noun, word), …]`` of the steps a release can take now."""
    return [
        (noun, word)
        for noun, (_verb, word, states) in STEPS.items()
        if release.status in states and not (noun == "baseline" and _is_unfit_for_baseline(release))
    ]


def _is_unfit_for_baseline(release):
    return release.baseline_date is not None or release.target_date is None


def _set(releases, values, *, by, at, verb):
    return revise([Revision(row, row.version, values) for row in releases], by=by, at=at, verb=verb)


def _require(releases, states):
    for release in releases:
        if release.status not in states:
            raise NotPossible(
                _("%(release)s is “%(status)s”; that does not allow this.")
                % {"release": release, "status": release.get_status_display()}
            )
