"""The verbs of phases: plan, edit, begin, finish, enter again, cancel; and of milestones: plan and edit."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Phase
from calendar_app.models.releases import NotPossible
from calendar_app.phases.visits import close_visits, follow_status, open_visits, remember_first
from calendar_app.releases.followed import check_followed_phase
from releasemgr.changes.revisions import Revision, create, revise

Status = Phase.Status


def plan_phases(phases, *, by, at):
    """Write new phases, each inside the dates of its release; positions follow those already there."""
    for phase in phases:
        check_phase(phase, phase.starts_on, phase.ends_on, kind=phase.kind)
    positions = {}
    for phase in phases:
        position = positions.get(phase.release_id) or next_position(phase.release_id)
        phase.position, positions[phase.release_id] = position, position + 1
    return create(phases, by=by, at=at, verb="planned")


def edit_phase(phase, values, *, by, at):
    """Change a phase as its author saw it."""
    if phase.status in (Status.DONE, Status.CANCELLED):
        raise NotPossible(_("A phase that is over no longer changes."))
    dates = values.get("starts_on", phase.starts_on), values.get("ends_on", phase.ends_on)
    check_phase(phase, *dates, kind=values.get("kind", phase.kind))
    check_followed_phase(phase, *dates)
    return revise([Revision(phase, phase.version, values)], by=by, at=at, verb="edited")


def begin_phases(phases, *, by, at):
    """Enter planned phases."""
    with transaction.atomic():
        values = {"status": Status.ACTIVE, "entered_at": at}
        outcome = _step(phases, Status.PLANNED, values, by=by, at=at, verb="begun")
        open_visits(phases, at=at)
    return outcome


def finish_phases(phases, *, by, at):
    """Leave phases that are in progress."""
    with transaction.atomic():
        remember_first(phases)
        values = {"status": Status.DONE, "left_at": at}
        outcome = _step(phases, Status.ACTIVE, values, by=by, at=at, verb="finished")
        close_visits(phases, at=at)
    return outcome


def enter_again(phases, reason, *, by, at):
    """Enter phases that were left once more, and say why: a further visit begins."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why it is entered again.")})
    with transaction.atomic():
        remember_first(phases)
        values = {"status": Status.ACTIVE, "left_at": None}
        outcome = _step(phases, Status.DONE, values, by=by, at=at, verb="entered again")
        open_visits(phases, at=at, reason=reason.strip())
    return outcome


def cancel_phases(phases, *, by, at):
    """Give planned phases up."""
    return _step(phases, Status.PLANNED, {"status": Status.CANCELLED}, by=by, at=at, verb="cancelled")


def check_phase(phase, starts_on, ends_on, *, kind):
    """Refuse dates that are reversed or outside the release; hypercare may follow the go-live."""
    release = phase.release
    check_order(starts_on, ends_on)
    if release.starts_on and starts_on < release.starts_on:
        raise ValidationError({"starts_on": _("The release starts after that.")}, code="outside")
    if release.target_date and ends_on > release.target_date and kind != Phase.Kind.HYPERCARE:
        raise ValidationError({"ends_on": _("The release goes live before that.")}, code="outside")


def plan_milestones(milestones, *, by, at):
    """Write new milestones; they may lie outside their release, as a summit does."""
    for milestone in milestones:
        check_order(milestone.starts_on, milestone.ends_on)
    return create(milestones, by=by, at=at, verb="planned")


def edit_milestone(milestone, values, *, by, at):
    """Change a milestone as its author saw it."""
    check_order(values.get("starts_on", milestone.starts_on), values.get("ends_on", milestone.ends_on))
    return revise([Revision(milestone, milestone.version, values)], by=by, at=at, verb="edited")


def check_order(starts_on, ends_on):
    """Refuse an end before the start."""
    if starts_on > ends_on:
        raise ValidationError({"ends_on": _("The end lies before the start.")})


def revise_phases(revisions, *, by, at, verb):
    """The door for `undo`: visits follow a status that is put back."""
    with transaction.atomic():
        outcome = revise(revisions, by=by, at=at, verb=verb)
        changed = {revision.subject.pk for revision in revisions if "status" in revision.values}
        follow_status([phase for phase in outcome.rows if phase.pk in changed], at=at)
    return outcome


def next_position(release_id):
    """The position of the next phase of a release, from 1."""
    last = Phase.objects.filter(release=release_id).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _step(phases, state, values, *, by, at, verb):
    for phase in phases:
        if phase.status != state or not phase.release.is_open:
            raise NotPossible(
                _("%(phase)s is “%(status)s”; that does not allow this.")
                % {"phase": phase, "status": phase.get_status_display()}
            )
    return revise([Revision(phase, phase.version, values) for phase in phases], by=by, at=at, verb=verb)
