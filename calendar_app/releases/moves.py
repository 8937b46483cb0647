"""Moving releases: a new go-live date, and with it the phases and gates that are still to come."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Phase, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.clock import still_owed
from releasemgr.changes.revisions import Revision, revise

UNDECIDED = (Gate.State.OPEN, Gate.State.SUBMITTED, Gate.State.REJECTED)


@dataclass(frozen=True)
class Move:
    """A release as its author saw it, and the local day it is to go live."""

    release: Release
    target_date: date


def move(moves, *, by, at):
    """Move releases, with their open phases and undecided gates, by as many days as the go-live moves.

    What has begun keeps its start, what is done or decided stays, baselines never move.
    """
    return revise(revisions_of(moves), by=by, at=at, verb="moved")


def revisions_of(moves):
    """Everything that moves, as revisions of the rows as they are now."""
    for one in moves:
        _check(one)
    days = {one.release.pk: _shift(one) for one in moves}
    revisions = [_of_release(one, days[one.release.pk]) for one in moves]
    moving = [pk for pk, shift in days.items() if shift]
    phases = Phase.objects.filter(release__in=moving, status__in=[Phase.Status.PLANNED, Phase.Status.ACTIVE])
    gates = Gate.objects.filter(release__in=moving, state__in=UNDECIDED)
    revisions += [_of_phase(phase, days[phase.release_id]) for phase in phases.order_by("pk")]
    revisions += [
        Revision(gate, gate.version, {"planned_date": gate.planned_date + days[gate.release_id]})
        for gate in gates.order_by("pk")
    ]
    return revisions


def fingerprint(moves):
    """What a preview was based on: the same text as long as no row that would move has changed."""
    seen = sorted(f"{revision.subject.pk}:{revision.version}" for revision in revisions_of(moves))
    return sha256("\n".join(seen).encode()).hexdigest()[:32]


def _check(one):
    if not one.release.is_open:
        raise NotPossible({"target_date": _("A release that is live or cancelled no longer moves.")})
    if one.release.status == Release.Status.ON_HOLD:
        raise NotPossible({"target_date": _("It is on hold, and planning pauses. Resume it first.")})
    starts_on = _new_start(one, _shift(one))
    if starts_on and starts_on > one.target_date:
        raise ValidationError({"target_date": _("The go-live lies before the start.")})
    parent = one.release.parent
    if parent and parent.target_date and one.target_date > parent.target_date and parent.is_open:
        raise ValidationError({"target_date": _("%(release)s goes live before that.") % {"release": parent}})


def _shift(one):
    """How far the go-live moves; None when it had no date."""
    return one.target_date - one.release.target_date if one.release.target_date else None


def _new_start(one, shift):
    release = one.release
    if release.starts_on and shift and release.status == Release.Status.PLANNED:
        return release.starts_on + shift
    return release.starts_on


def _of_release(one, shift):
    values = {"target_date": one.target_date, "starts_on": _new_start(one, shift)}
    if shift:
        values["held_days"] = still_owed(one.release, shift.days)
    return Revision(one.release, one.release.version, values)


def _of_phase(phase, shift):
    if phase.status == Phase.Status.PLANNED:
        values = {"starts_on": phase.starts_on + shift, "ends_on": phase.ends_on + shift}
    else:
        values = {"ends_on": max(phase.starts_on, phase.ends_on + shift)}
    return Revision(phase, phase.version, values)
