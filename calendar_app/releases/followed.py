"""Followers: what a release that follows its enterprise release does not change by itself, and what it lets go of."""

from django.utils.translation import gettext_lazy as _

from calendar_app.models import Gate, Phase
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision


def key_of(row):
    """What makes a phase or gate of a follower the counterpart of one above: the part of the template, or its name."""
    return row.template_key or f"{row.kind}/{row.name}"


def check_follower(release, target_date):
    """Refuse a go-live of its own for a release that follows another."""
    if release.follows_parent and target_date != release.target_date:
        raise _refusal(release, "target_date")


def check_followed_phase(phase, starts_on, ends_on):
    """Refuse other dates for a phase that has those of its counterpart above."""
    dates = (phase.starts_on, phase.ends_on)
    if not phase.release.follows_parent or (starts_on, ends_on) == dates:
        return
    above = Phase.objects.filter(release=phase.release.parent_id, starts_on=dates[0], ends_on=dates[1])
    if any(key_of(row) == key_of(phase) for row in above.exclude(status=Phase.Status.CANCELLED)):
        raise _refusal(phase.release, "starts_on" if starts_on != dates[0] else "ends_on")


def check_followed_gate(gate, planned_date):
    """Refuse another day for a gate that has the day of the gate above it counts toward."""
    above = gate.parent
    if not gate.release.follows_parent or planned_date == gate.planned_date or not above:
        return
    if above.release_id == gate.release.parent_id and above.planned_date == gate.planned_date:
        raise _refusal(gate.release, "planned_date")


def letting_go(release):
    """Revisions that take the gates of a release out of the roll-up of the one above."""
    if not release.parent_id:
        return []
    gates = Gate.objects.filter(release=release, parent__release=release.parent_id).order_by("pk")
    return [Revision(gate, gate.version, {"parent": None}) for gate in gates]


def _refusal(release, field):
    message = _("It follows %(release)s; move that one, or let it keep dates of its own.")
    return NotPossible({field: message % {"release": release.parent}})
