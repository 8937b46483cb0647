"""Planning and editing gates."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from calendar_app.gates.counting import check_above
from calendar_app.models import Gate
from calendar_app.models.releases import NotPossible
from calendar_app.releases.followed import check_followed_gate
from releasemgr.changes.revisions import Revision, create, revise

State = Gate.State


def plan_gates(gates, *, by, at):
    """Write new gates, not later than the go-live of their release or the end of the phase they guard."""
    for gate in gates:
        check_gate(gate, gate.planned_date, gate.phase)
        check_above(gate, gate.parent)
    return create(gates, by=by, at=at, verb="planned")


def edit_gate(gate, values, *, by, at):
    """Change a gate as its author saw it; a decided one no longer changes."""
    if gate.state not in (State.OPEN, State.SUBMITTED, State.REJECTED):
        raise NotPossible(_("A gate that is decided or cancelled no longer changes."))
    planned_date = values.get("planned_date", gate.planned_date)
    check_gate(gate, planned_date, values.get("phase", gate.phase))
    check_followed_gate(gate, planned_date)
    check_above(gate, values.get("parent", gate.parent))
    return revise([Revision(gate, gate.version, values)], by=by, at=at, verb="edited")


def cancel_gates(gates, *, by, at):
    """Give up gates that are not needed any more."""
    for gate in gates:
        if gate.state not in (State.OPEN, State.REJECTED):
            raise NotPossible(_("%(gate)s is submitted or decided already.") % {"gate": gate})
    values = {"state": State.CANCELLED, "cancelled_at": at}
    return revise([Revision(gate, gate.version, values) for gate in gates], by=by, at=at, verb="cancelled")


def check_gate(gate, planned_date, phase):
    """Refuse a gate after the go-live, after its phase, or of a phase of another release."""
    if gate.release.target_date and planned_date > gate.release.target_date:
        raise ValidationError({"planned_date": _("The release goes live before that.")}, code="outside")
    if phase and phase.release_id != gate.release_id:
        raise ValidationError({"phase": _("That phase belongs to another release.")})
    if phase and planned_date > phase.ends_on:
        raise ValidationError({"planned_date": _("The phase it guards ends before that.")}, code="outside")
