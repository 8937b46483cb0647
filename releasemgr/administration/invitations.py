"""Inviting people: whoever holds the link joins, by a new account or by the one of that address.

An address alone makes nobody a member: without mail nobody has proven whose account it is, and an administrator of
another organisation may have made it. The link is shown once, to whoever invites, and handed over by them.
"""

import secrets
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from releasemgr.accounts.models import Invitation, Membership, User, hash_of
from releasemgr.accounts.roles import may_grant
from releasemgr.activity.trail import record
from releasemgr.administration.refusals import AboveOwnRole
from releasemgr.changes.revisions import create
from releasemgr.tenancy.scope import org_scope

VALID = timedelta(days=7)


class CannotJoin(ValidationError):
    """The invitation cannot be accepted by this account."""


def invite(*, email, name, role, actor, by, at):
    """Invite an address; returns ``(Invitation, token)``. A second invitation of it replaces the first.

    Raises AboveOwnRole, and ValidationError at ``email`` for somebody who is a member already.
    """
    email = email.lower()
    if not may_grant(actor.role, role):
        raise AboveOwnRole
    if Membership.objects.filter(org=actor.org_id, user__email=email).exists():
        raise ValidationError({"email": _("This person is a member already.")})
    token = secrets.token_urlsafe(32)
    values = {
        "name": name,
        "role": role,
        "token_hash": hash_of(token),
        "invited_by": by,
        "expires_at": at + VALID,
    }
    invitation, _is_new = Invitation.objects.update_or_create(
        org_id=actor.org_id, email=email, defaults=values
    )
    record(by=by, verb="invited", at=at, subject=invitation, changes={"role": [None, role]})
    return invitation, token


def withdraw_invitation(invitation, *, by, at):
    """Make an invitation's link worthless. A second time changes nothing."""
    gone, _by_model = Invitation.objects.filter(pk=invitation.pk).delete()
    if gone:
        record(by=by, verb="withdrawn", at=at, subject=invitation, changes={"role": [invitation.role, None]})


def open_invitation(token, *, at):
    """The invitation a link stands for, if it still holds: not used, not expired, its author still may give the role."""
    invitation = Invitation.objects.open_at(at).with_token(token).select_related("org").first()
    return invitation if invitation and _author_may(invitation) else None


def join(invitation, user, *, at):
    """Make the account a member by the invitation, which is used up; raises CannotJoin. Returns the Membership."""
    with org_scope(invitation.org):
        held = Invitation.objects.select_for_update(no_key=True).filter(pk=invitation.pk).first()
        if held is None or held.token_hash != invitation.token_hash:
            raise CannotJoin(_("This invitation has been used or withdrawn."))
        if user.email != held.email:
            raise CannotJoin(_("This invitation is for another address."))
        Invitation.objects.filter(pk=held.pk).delete()
        present = Membership.objects.filter(org=held.org_id, user=user).first()
        if present:
            return present
        made = Membership(org=invitation.org, user=user, role=held.role)
        return create([made], by=user, at=at, verb="joined").rows[0]


def make_account(invitation, *, name, password, at):
    """A new account of the invited address, and its membership; raises CannotJoin. Returns the User."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=name)
            join(invitation, user, at=at)
    except IntegrityError as error:  # the same link in two tabs
        raise CannotJoin(_("There is an account of this address by now. Sign in with it.")) from error
    return user


def _author_may(invitation):
    author = Membership.objects.filter(org=invitation.org_id, user=invitation.invited_by_id).first()
    return author is not None and author.user.is_active and may_grant(author.role, invitation.role)
