"""What the release that needs something does: ask, edit, ask again, waive for a time, withdraw."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.dependencies.cycles import refuse_cycles, reserve_numbers, take_turns
from calendar_app.models import Dependency, Release
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import CannotUndo, Revision, create, revise

State = Dependency.State
ALIVE = (State.REQUESTED, State.ACCEPTED, State.WAIVED)


def ask(dependencies, *, by, at):
    """Write new dependencies; numbers are given here, and first, so that no two requests close a circle together."""
    with transaction.atomic():
        numbers = reserve_numbers(len(dependencies))
        for dependency, number in zip(dependencies, numbers, strict=True):
            _check(dependency)
            dependency.number = number
        refuse_cycles(dependencies)
        return create(dependencies, by=by, at=at, verb="requested")


def edit(dependency, values, *, by, at):
    """Change what is needed, as its author saw it; a new provider answers anew."""
    require([dependency], (State.REQUESTED, State.ACCEPTED))
    is_elsewhere = values.get("provider", dependency.provider) != dependency.provider
    for name, value in values.items():
        setattr(dependency, name, value)
    _check(dependency)
    if is_elsewhere:
        values = values | {"state": State.REQUESTED, "promised_on": None}
    with transaction.atomic():
        take_turns()
        refuse_cycles([dependency])
        return revise([Revision(dependency, dependency.version, values)], by=by, at=at, verb="edited")


def ask_again(dependencies, *, by, at):
    """Ask once more for what was refused or withdrawn."""
    require(dependencies, (State.REFUSED, State.WITHDRAWN))
    values = {"state": State.REQUESTED, "promised_on": None}
    with transaction.atomic():
        take_turns()
        refuse_cycles(dependencies)
        return _set(dependencies, values, by=by, at=at, verb="requested again")


def waive(dependencies, *, until, note, by, at, today):
    """Do without what is needed through the local day ``until``, and say why; after it, it is needed again."""
    require(dependencies, (State.REQUESTED, State.ACCEPTED))
    if until < today:
        raise ValidationError({"waived_until": _("That day is over.")})
    if not note.strip():
        raise ValidationError({"note": _("Say why it can be done without.")})
    values = {"state": State.WAIVED, "waived_until": until, "note": note}
    return _set(dependencies, values, by=by, at=at, verb="waived")


def withdraw(dependencies, *, by, at):
    """Say that something is not needed any more."""
    require(dependencies, ALIVE)
    return _set(dependencies, {"state": State.WITHDRAWN}, by=by, at=at, verb="withdrawn")


def revise_dependencies(revisions, *, by, at, verb):
    """The door for `undo`: a promise stays on record; what comes back may close no circle."""
    if any("promised_on" in revision.values for revision in revisions):
        raise CannotUndo(_("A promise is not undone; promise another date, so that the record stays."))
    with transaction.atomic():
        take_turns()
        back = [revision.subject for revision in revisions if revision.values.get("state") in ALIVE]
        refuse_cycles(back)
        return revise(revisions, by=by, at=at, verb=verb)


def require(dependencies, states):
    """Refuse a verb whose dependencies are not in one of these states."""
    for dependency in dependencies:
        if dependency.state not in states:
            raise NotPossible(
                _("%(dependency)s is “%(state)s”; that does not allow this.")
                % {"dependency": dependency.reference, "state": dependency.get_state_display()}
            )


def _check(dependency):
    if dependency.provider_id == dependency.release_id:
        raise ValidationError({"provider": _("A release cannot wait for itself.")})
    if not dependency.release.is_open:
        raise NotPossible(_("%(release)s is closed.") % {"release": dependency.release})
    if dependency.provider.status == Release.Status.LIVE:
        raise NotPossible({"provider": _("It is live already; there is nothing to wait for.")})
    if dependency.provider.status == Release.Status.CANCELLED:
        raise NotPossible({"provider": _("It is cancelled and provides nothing.")})
    for field, owner_id in (("gate", dependency.release_id), ("provider_gate", dependency.provider_id)):
        gate = getattr(dependency, field)
        if gate and gate.release_id != owner_id:
            raise ValidationError({field: _("That gate belongs to another release.")})


def _set(dependencies, values, *, by, at, verb):
    return revise([Revision(row, row.version, values) for row in dependencies], by=by, at=at, verb=verb)
