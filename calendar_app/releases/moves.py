"""Moving releases: a new go-live date, and with it the phases, gates and due dates that are still to come."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.exceptions.effects import check_baselined
from calendar_app.models import Criterion, Gate, Phase, PhaseActivity, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.clock import still_owed
from calendar_app.releases.followed import check_follower, key_of
from calendar_app.releases.following import UNDECIDED, dates_like, followers_of
from calendar_app.releases.shifts import open_phases, shifts_of
from releasemgr.changes.revisions import Revision, revise

__all__ = ["UNDECIDED", "Move", "fingerprint", "move", "revisions_of"]


@dataclass(frozen=True)
class Move:
    """A release as its author saw it, and the local day it is to go live."""

    release: Release
    target_date: date


def move(moves, *, by, at):
    """Move releases, with everything of them that is still to come, and with the releases that follow them.

    A release made from a template moves over working days, others by as many days as the go-live moves. What has begun
    keeps its start, what is done or decided stays, baselines never move.
    """
    for one in moves:
        check_baselined(one.release, one.target_date, at=at)
    return revise(revisions_of(moves), by=by, at=at, verb="moved")


def revisions_of(moves):
    """Everything that moves, as revisions of the rows as they are now."""
    moves = [*moves, *_following(moves)]
    shifts = shifts_of(moves)
    for one in moves:
        _check(one, moves, shifts.get(one.release.pk))
    revisions = [_of_release(one, shifts.get(one.release.pk)) for one in moves]
    phases, gates = list(open_phases(list(shifts))), list(_open_gates(shifts))
    spans = {phase.pk: shifts[phase.release_id].span(phase) for phase in phases}
    days = {gate.pk: shifts[gate.release_id].gate(gate) for gate in gates}
    _as_above(moves, phases, spans, gates, days)
    revisions += [Revision(phase, phase.version, dates_like(phase, *spans[phase.pk])) for phase in phases]
    revisions += [Revision(gate, gate.version, {"planned_date": days[gate.pk]}) for gate in gates]
    return [*revisions, *_criteria(shifts), *_activities(shifts)]


def fingerprint(moves):
    """What a preview was based on: the same text as long as no row that would move has changed."""
    seen = sorted(f"{revision.subject.pk}:{revision.version}" for revision in revisions_of(moves))
    return sha256("\n".join(seen).encode()).hexdigest()[:32]


def _following(moves):
    """Moves of the releases that follow those of ``moves``: to the same go-live, or as far from it as they were."""
    named = {one.release.pk for one in moves}
    targets = {one.release.pk: one for one in moves}
    found = []
    for child in followers_of([one.release for one in moves]):
        above = targets[child.parent_id]
        if child.pk in named or child.status == Release.Status.ON_HOLD:
            continue
        if child.target_date and above.release.target_date:
            before = above.release.target_date - child.target_date
            found.append(Move(child, above.target_date - before))
    return found + _following(found) if found else found


def _as_above(moves, phases, spans, gates, days):
    """Followers take the very dates of what they follow: ``spans`` and ``days`` are changed in place."""
    parents = {one.release.pk: one.release.parent_id for one in moves if one.release.follows_parent}
    above = {(phase.release_id, key_of(phase)): phase for phase in phases}
    followed = {gate.pk: gate for gate in gates}
    for phase in phases:
        model = above.get((parents.get(phase.release_id), key_of(phase)))
        if model and (model.starts_on, model.ends_on) == (phase.starts_on, phase.ends_on):
            spans[phase.pk] = spans[model.pk]
    for gate in gates:
        model = followed.get(gate.parent_id) if gate.release_id in parents else None
        if model and model.planned_date == gate.planned_date:
            days[gate.pk] = days[model.pk]


def _check(one, moves, shift):
    release = one.release
    if not release.is_open:
        raise NotPossible({"target_date": _("A release that is live or cancelled no longer moves.")})
    if one.release.status == Release.Status.ON_HOLD:
        raise NotPossible({"target_date": _("It is on hold, and planning pauses. Resume it first.")})
    moving = {other.release.pk: other.target_date for other in moves}
    if release.parent_id not in moving:
        check_follower(release, one.target_date)
    starts_on = _new_start(one, shift)
    if starts_on and starts_on > one.target_date:
        raise ValidationError({"target_date": _("The go-live lies before the start.")})
    parent = release.parent
    latest = moving.get(release.parent_id, parent.target_date) if parent else None
    if latest and one.target_date > latest and parent.is_open:
        raise ValidationError({"target_date": _("%(release)s goes live before that.") % {"release": parent}})


def _new_start(one, shift):
    release = one.release
    if release.starts_on and shift and release.status == Release.Status.PLANNED:
        return shift.day(release.starts_on)
    return release.starts_on


def _of_release(one, shift):
    values = {"target_date": one.target_date, "starts_on": _new_start(one, shift)}
    if shift:
        values["held_days"] = still_owed(one.release, (one.target_date - one.release.target_date).days)
    return Revision(one.release, one.release.version, values)


def _open_gates(shifts):
    gates = Gate.objects.filter(release__in=list(shifts), state__in=UNDECIDED)
    return gates.select_related("phase").order_by("pk")


def _criteria(shifts):
    """Due dates of criteria that are still open, or judged by facts that may change."""
    rows = Criterion.objects.counting().filter(
        gate__release__in=list(shifts), gate__state__in=UNDECIDED, due_on__isnull=False
    )
    for row in rows.exclude(state=Criterion.State.MET, rule="").select_related("gate").order_by("pk"):
        due_on = shifts[row.gate.release_id].due("criteria", row)
        yield Revision(row, row.version, {"due_on": due_on})


def _activities(shifts):
    """Due dates of activities that are not done."""
    rows = PhaseActivity.objects.counting().filter(
        phase__release__in=list(shifts),
        phase__status__in=[Phase.Status.PLANNED, Phase.Status.ACTIVE],
        percent_done__lt=100,
        due_on__isnull=False,
    )
    for row in rows.select_related("phase").order_by("pk"):
        due_on = shifts[row.phase.release_id].due("activities", row)
        yield Revision(row, row.version, {"due_on": due_on})
