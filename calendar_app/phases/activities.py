"""The activities of phases: their verbs, and how far a phase is by them."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Avg, Max
from django.utils.translation import gettext_lazy as _

from calendar_app.gates.criteria import reordered
from calendar_app.models import Phase, PhaseActivity
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Outcome, Revision, create, lock, revise


def add_activities(activities, *, by, at):
    """Write new activities after those their phases have already."""
    if not activities:
        return Outcome([])
    with transaction.atomic():
        phases = lock(Phase, {activity.phase_id for activity in activities})
        rows = PhaseActivity.objects.filter(phase__in=list(phases)).values("phase")
        last = defaultdict(
            int, {row["phase"]: row["last"] for row in rows.annotate(last=Max("position")).order_by("phase")}
        )
        for activity in activities:
            _check(activity, phases[activity.phase_id], activity.due_on)
            last[activity.phase_id] += 1
            activity.position = last[activity.phase_id]
        return create(activities, by=by, at=at, verb="added")


def edit_activity(activity, values, *, by, at):
    """Change an activity as its author saw it."""
    _check(activity, activity.phase, values.get("due_on", activity.due_on))
    return revise([Revision(activity, activity.version, values)], by=by, at=at, verb="edited")


def set_percent(activity, percent, *, by, at):
    """Say how far an activity is: 0 to 100."""
    if not 0 <= percent <= 100:
        raise ValidationError({"percent_done": _("Give a number from 0 to 100.")})
    _check(activity, activity.phase, None)
    values = {"percent_done": percent}
    return revise([Revision(activity, activity.version, values)], by=by, at=at, verb="progressed")


def remove_activities(activities, *, by, at):
    """Take activities away from their phases; their history stays."""
    for activity in activities:
        _check(activity, activity.phase, None)
    revisions = [Revision(activity, activity.version, {"removed_at": at}) for activity in activities]
    return revise(revisions, by=by, at=at, verb="removed")


def move_activity(activity, steps, *, by, at):
    """Move an activity up (negative) or down in its phase; at the end nothing happens."""
    with transaction.atomic():
        lock(Phase, [activity.phase_id])
        row = list(
            PhaseActivity.objects.counting().filter(phase=activity.phase_id).order_by("position", "pk")
        )
        values = reordered(row, activity, steps)
        return revise([Revision(one, None, {"position": place}) for one, place in values], by=by, at=at)


def percents_of(phases):
    """``{phase.pk: per cent}``: the mean of what is done of its activities; phases without activities are missing."""
    rows = PhaseActivity.objects.counting().filter(phase__in=[phase.pk for phase in phases]).values("phase")
    means = rows.annotate(mean=Avg("percent_done")).order_by("phase")
    return {row["phase"]: int(row["mean"]) for row in means}  # 100 only when everything is done


def _check(activity, phase, due_on):
    if activity.removed_at:
        raise NotPossible(_("%(activity)s was removed.") % {"activity": activity})
    if phase.status == Phase.Status.CANCELLED:
        raise NotPossible(_("%(phase)s is cancelled.") % {"phase": phase})
    if due_on and not phase.starts_on <= due_on <= phase.ends_on:
        raise ValidationError({"due_on": _("That day lies outside the phase.")}, code="outside")
