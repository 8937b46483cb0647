"""Keeping rules, groups and absences: who decides, and who stands in."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Absence, ApprovalRule, ApprovalSeat, Gate, GroupMember
from calendar_app.models.releases import NotPossible
from releasemgr.activity.trail import record
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Revision, create, lock, revise, settle

MOST = 10  # rules of a gate: who counts where is found by looking at their combinations


def save_rule(rule, values, people, *, by, at):
    """Make or change a rule of a gate and the people it names; refused when nobody or too few could approve.

    ``values``: name, group, needed, step, allows_own. Returns the rule.
    """
    with transaction.atomic(), one_act():
        gate = lock(Gate, [rule.gate_id])[rule.gate_id]
        if gate.state in (Gate.State.PASSED, Gate.State.CONDITIONAL, Gate.State.CANCELLED):
            raise NotPossible(_("The gate is decided; its rules no longer change."))
        _check_rule(rule, values, people)
        if rule._state.adding:
            for name, value in values.items():
                setattr(rule, name, value)
            rule = create([rule], by=by, at=at, verb="added").rows[0]
        else:
            rule = revise([Revision(rule, rule.version, values)], by=by, at=at, verb="edited").rows[0]
        _replace(ApprovalSeat, {"rule": rule}, people, by=by, at=at)
        settle([rule], at=at)
    return rule


def remove_rule(rule, *, by, at):
    """Take a rule away from an undecided gate."""
    with transaction.atomic(), one_act():
        gate = lock(Gate, [rule.gate_id])[rule.gate_id]
        if gate.state in (Gate.State.PASSED, Gate.State.CONDITIONAL):
            raise NotPossible(_("The gate is decided; its rules no longer change."))
        record(by=by, verb="removed", at=at, subject=rule)
        settle([gate], at=at)
        rule.delete()


def save_group(group, name, people, *, by, at):
    """Make or rename a group and say who is in it. Returns the group."""
    if not people:
        raise ValidationError({"people": _("A group needs people.")})
    try:
        with transaction.atomic(), one_act():
            if group._state.adding:
                group.name = name
                group = create([group], by=by, at=at, verb="added").rows[0]
            else:
                group = revise(
                    [Revision(group, group.version, {"name": name})], by=by, at=at, verb="edited"
                ).rows[0]
            _replace(GroupMember, {"group": group}, people, by=by, at=at)
            settle([group], at=at)
    except IntegrityError as error:
        raise ValidationError({"name": _("There is a group of that name.")}) from error
    return group


def remove_group(group, *, by, at):
    """Delete a group that no rule uses."""
    if ApprovalRule.objects.filter(group=group).exists():
        raise NotPossible(_("Rules of gates use this group."))
    with transaction.atomic():
        record(by=by, verb="removed", at=at, subject=group)
        group.delete()


def save_absence(absence, values, *, by, at):
    """Note that a person is away, or change it; ``values``: starts_on, ends_on, deputy, reason."""
    if values["ends_on"] < values["starts_on"]:
        raise ValidationError({"ends_on": _("It ends before it begins.")})
    if values["deputy"] is not None and values["deputy"].pk == absence.person_id:
        raise ValidationError({"deputy": _("Choose somebody else.")})
    if not absence._state.adding:
        return revise([Revision(absence, absence.version, values)], by=by, at=at, verb="edited").rows[0]
    for name, value in values.items():
        setattr(absence, name, value)
    return create([absence], by=by, at=at, verb="added").rows[0]


def remove_absence(absence, *, by, at):
    """Take an absence back."""
    with transaction.atomic(), one_act():
        record(by=by, verb="removed", at=at, subject=absence)
        settle([absence], at=at)
        Absence.objects.filter(pk=absence.pk).delete()


def _check_rule(rule, values, people):
    group = values["group"]
    members = {person.pk for person in people}
    if group is not None:
        members |= set(GroupMember.objects.filter(group=group).values_list("person_id", flat=True))
    if not members:
        raise ValidationError({"people": _("Name a group or people.")})
    if values["needed"] > len(members):
        raise ValidationError(
            {"needed": _("Only %(n)d people could approve.") % {"n": len(members)}}, code="too-many"
        )
    others = ApprovalRule.objects.filter(gate=rule.gate_id).exclude(pk=rule.pk).count()
    if others >= MOST:
        raise NotPossible(_("A gate has at most %(n)d rules.") % {"n": MOST})


def _replace(model, owner, people, *, by, at):
    """Make the people of a rule or a group those of ``people``."""
    kept = {row.person_id: row for row in model.objects.filter(**owner)}
    wanted = {person.pk: person for person in people}
    gone = [row for pk, row in kept.items() if pk not in wanted]
    for row in gone:
        record(by=by, verb="removed", at=at, subject=row)
        row.delete()
    create([model(**owner, person=person) for pk, person in wanted.items() if pk not in kept], by=by, at=at)
