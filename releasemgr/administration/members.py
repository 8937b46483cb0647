"""Who belongs to the organisation, in which role: changed by administrators, within their own role."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.db import transaction
from django.db.models import Count

from releasemgr.accounts.models import Membership
from releasemgr.accounts.roles import Role, may_grant
from releasemgr.activity.trail import record
from releasemgr.administration.refusals import AboveOwnRole, LastOwner, NotYours
from releasemgr.changes.revisions import revise


def members_of(org):
    """The memberships of an organisation with their people, and in how many ``organisations`` each account is."""
    return (
        Membership.objects.filter(org=org)
        .select_related("user")
        .annotate(organisations=Count("user__memberships"))
        .order_by("user__name", "pk")
    )


def change_role(revision, *, actor, by, at):
    """Give a member another role; ``actor`` is the Membership that acts. Raises AboveOwnRole, LastOwner, Moved."""
    with transaction.atomic():
        memberships = _lock_all(actor.org_id)
        member, role = _known(memberships, revision.subject), revision.values["role"]
        _refuse_above(actor, member.role, role)
        if member.role == Role.OWNER and role != Role.OWNER:
            _refuse_last_owner(memberships, member)
        return revise([revision], by=by, at=at, verb="changed").rows[0]


def remove_member(member, *, actor, by, at):
    """End a membership at once, open sessions included; raises AboveOwnRole and LastOwner."""
    with transaction.atomic():
        memberships = _lock_all(actor.org_id)
        member = _known(memberships, member)
        _refuse_above(actor, member.role)
        if member.role == Role.OWNER:
            _refuse_last_owner(memberships, member)
        Membership.objects.filter(pk=member.pk).delete()
        record(by=by, verb="removed", at=at, subject=member, changes={"role": [member.role, None]})


def password_key(member, *, actor, by, at):
    """``(uid, key)`` of a link by which a member sets a new password, once; for people who cannot get in.

    Only for accounts that belong to this organisation alone: the link opens everything the account opens. Raises
    AboveOwnRole and NotYours.
    """
    _refuse_above(actor, member.role)
    elsewhere = Membership.objects.filter(user=member.user).exclude(org=actor.org_id)
    if member.pk == actor.pk or not member.user.is_active or elsewhere.exists():
        raise NotYours
    record(by=by, verb="gave a password link", at=at, subject=member)
    return user_pk_to_url_str(member.user), default_token_generator.make_token(member.user)


def _lock_all(org_id):
    """All memberships of the organisation: two owners who demote each other at once must meet here."""
    rows = (
        Membership.objects.select_for_update(no_key=True, of=("self",))
        .filter(org_id=org_id)
        .select_related("user", "org")
        .order_by("pk")
    )
    return {row.pk: row for row in rows}


def _known(memberships, member):
    if member.pk not in memberships:
        raise Membership.DoesNotExist
    return memberships[member.pk]


def _refuse_above(actor, *roles):
    """Asked of the actor's role as it is now: it may have been taken since the request began."""
    role = Membership.objects.filter(pk=actor.pk).values_list("role", flat=True).first()
    if not all(may_grant(role, wanted) for wanted in roles):
        raise AboveOwnRole


def _refuse_last_owner(memberships, member):
    owners = [row for row in memberships.values() if row.role == Role.OWNER and row.user.is_active]
    if not [row for row in owners if row.pk != member.pk]:
        raise LastOwner
