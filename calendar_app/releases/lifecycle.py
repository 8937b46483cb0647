"""From planned to live: baseline, start, hold, resume, go live, cancel. All work on sets of releases."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Phase, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.clock import held_on
from calendar_app.vocabulary import StatusWords
from releasemgr.changes.revisions import Revision, revise
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org

Status = Release.Status


def baseline(releases, *, by, at):
    """Promise the planned go-live, phases and gates as they stand; the promise never moves."""
    for release in releases:
        if release.baseline_date:
            raise NotPossible(_("%(release)s has its baseline already.") % {"release": release})
        if not release.target_date:
            raise NotPossible(_("%(release)s has no planned go-live to promise.") % {"release": release})
    _require(releases, Release.OPEN)
    revisions = [
        Revision(row, row.version, {"baseline_date": row.target_date, "baselined_at": at}) for row in releases
    ]
    revisions += [*_phase_baselines(releases), *_gate_baselines(releases)]
    return revise(revisions, by=by, at=at, verb="baselined")


def start(releases, *, by, at, word=None):
    """Begin the work on planned releases."""
    _require(releases, [Status.PLANNED])
    values = {"status": Status.ACTIVE, "started_at": at}
    return _set(releases, lambda _row: values, by=by, at=at, verb="started", word=word)


def hold(releases, *, by, at, word=None):
    """Put releases on hold: planning pauses and the clock stands still."""
    _require(releases, [Status.PLANNED, Status.ACTIVE])
    values = {"status": Status.ON_HOLD, "held_since": at}
    return _set(releases, lambda _row: values, by=by, at=at, verb="put on hold", word=word)


def resume(releases, *, by, at, word=None):
    """Go on with releases on hold, where they were; the days they stood are kept until their dates make up for them."""
    _require(releases, [Status.ON_HOLD])

    def values(row):
        status = Status.ACTIVE if row.started_at else Status.PLANNED
        if word and word.lifecycle != status:
            raise NotPossible(_("Resumed, %(release)s is as before the hold.") % {"release": row})
        return {"status": status, **_released(row, at)}

    return _set(releases, values, by=by, at=at, verb="resumed", word=word)


def go_live(releases, *, by, at, went_live_at=None, word=None):
    """Say that releases went live, now or at an earlier instant."""
    went_live_at = went_live_at or at
    if went_live_at > at:
        raise ValidationError({"went_live_at": _("That is in the future.")})
    _require(releases, Release.OPEN)
    values = {"status": Status.LIVE, "actual_go_live": went_live_at, "held_since": None}
    return _set(releases, lambda _row: values, by=by, at=at, verb="went live", word=word)


def cancel(releases, *, by, at, word=None):
    """Give releases up; what they claimed becomes free."""
    _require(releases, Release.OPEN)
    values = {"status": Status.CANCELLED, "cancelled_at": at, "held_since": None}
    return _set(releases, lambda _row: values, by=by, at=at, verb="cancelled", word=word)


def keep_dates(releases, *, by, at):
    """Leave the dates of releases as they are although they stood on hold."""
    _require(releases, Release.OPEN)
    revisions = [Revision(row, row.version, {"held_days": 0}) for row in releases]
    return revise(revisions, by=by, at=at, verb="kept its dates")


def say_status(release, word, *, by, at):
    """Give a release a status word; one that means another lifecycle value goes through the verb that leads there."""
    if word.is_retired and word.pk != release.own_status_id:
        raise ValidationError({"own_status": _("“%(word)s” is retired.") % {"word": word}})
    if word.release_type_id not in (None, release.release_type_id):
        raise ValidationError({"own_status": _("“%(word)s” is a status of another type.") % {"word": word}})
    if word.lifecycle == release.status:
        said = Revision(release, release.version, {"own_status": word})
        return revise([said], by=by, at=at, verb="edited")
    verb = leads_to(release.status).get(word.lifecycle)
    if verb is None:
        raise NotPossible({"own_status": _("A release cannot go from here to “%(word)s”.") % {"word": word}})
    return verb([release], by=by, at=at, word=word)


def leads_to(status):
    """``{lifecycle value: verb}`` of what a release of that status can become."""
    back = {Status.PLANNED: resume, Status.ACTIVE: resume} if status == Status.ON_HOLD else {}
    begin = {Status.ACTIVE: start} if status == Status.PLANNED else {}
    pause = {Status.ON_HOLD: hold} if status in (Status.PLANNED, Status.ACTIVE) else {}
    end = {Status.LIVE: go_live, Status.CANCELLED: cancel} if status in Release.OPEN else {}
    return {**back, **begin, **pause, **end}


# What the pages offer in which state: noun in the URL -> (verb, word on the button, states).
STEPS = {
    "start": (start, _("Start"), {Status.PLANNED}),
    "baseline": (baseline, _("Set the baseline"), set(Release.OPEN)),
    "hold": (hold, _("Put on hold"), {Status.PLANNED, Status.ACTIVE}),
    "resumption": (resume, _("Resume"), {Status.ON_HOLD}),
    "kept-dates": (keep_dates, _("Keep the dates after the hold"), {Status.PLANNED, Status.ACTIVE}),
    "cancellation": (cancel, _("Cancel the release"), set(Release.OPEN)),
}


def steps_for(release):
    """``[(noun, word), …]`` of the steps a release can take now."""
    return [
        (noun, word)
        for noun, (_verb, word, states) in STEPS.items()
        if release.status in states and not _is_pointless(noun, release)
    ]


def _phase_baselines(releases):
    phases = Phase.objects.filter(release__in=releases, baseline_starts_on=None)
    for phase in phases.exclude(status=Phase.Status.CANCELLED).order_by("pk"):
        values = {"baseline_starts_on": phase.starts_on, "baseline_ends_on": phase.ends_on}
        yield Revision(phase, phase.version, values)


def _gate_baselines(releases):
    gates = Gate.objects.filter(release__in=releases, baseline_date=None)
    for gate in gates.exclude(state=Gate.State.CANCELLED).order_by("pk"):
        yield Revision(gate, gate.version, {"baseline_date": gate.planned_date})


def _is_pointless(noun, release):
    if noun == "baseline":
        return release.baseline_date is not None or release.target_date is None
    return noun == "kept-dates" and not release.held_days


def _set(releases, values_of, *, by, at, verb, word=None):
    """Revise releases to ``values_of(release)``, with ``word`` or the first own word that fits the new status."""
    words, revisions = StatusWords(), []
    for row in releases:
        values = values_of(row)
        fitting = word or words.first(row.release_type_id, values["status"])
        revisions.append(Revision(row, row.version, values | {"own_status": fitting}))
    return revise(revisions, by=by, at=at, verb=verb)


def _released(release, at):
    """What ends a hold: the days it stood join those its dates have not made up for."""
    stood = (local_date(at, current_org().zone) - held_on(release)).days if release.held_since else 0
    return {"held_since": None, "held_days": min(release.held_days + max(stood, 0), 32_767)}


def _require(releases, states):
    for release in releases:
        if release.status not in states:
            raise NotPossible(
                _("%(release)s is “%(status)s”; that does not allow this.")
                % {"release": release, "status": release.get_status_display()}
            )
