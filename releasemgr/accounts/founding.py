"""Founding an organisation and giving people access to it, from the command line, imports and the demo."""

import secrets
from dataclasses import dataclass

from releasemgr.accounts.models import Membership, User
from releasemgr.tenancy.models import Organisation

_PASSWORD_BYTES = 12


@dataclass(frozen=True)
class Access:
    """A membership that was given; ``password`` is readable only when it was set just now, else None."""

    membership: Membership
    password: str | None


def found(slug, *, name, time_zone="UTC", currency="EUR"):
    """The organisation of that slug, made when it is missing. Returns it and whether it was made.

    Raises ValidationError for a slug, zone or name that does not do.
    """
    present = Organisation.objects.filter(slug=slug).first()
    if present:
        return present, False
    organisation = Organisation(slug=slug, name=name, time_zone=time_zone, currency=currency)
    organisation.full_clean()
    organisation.save(force_insert=True)
    return organisation, True


def give_access(org, *, email, name, role, password=None):
    """Make a person a member of an organisation with a role; a person unknown so far gets a password.

    A known person keeps the own password and takes the new role. Raises ValidationError for a bad address.
    """
    user, word = User.objects.filter(email=email.lower()).first(), None
    if user is None:
        word = password or new_password()
        user = User(email=email.lower(), name=name)
        user.set_password(word)
        user.full_clean()
        user.save(force_insert=True)
    membership, _made = Membership.objects.update_or_create(org=org, user=user, defaults={"role": role})
    return Access(membership, word)


def new_password():
    """A random password of 16 letters, digits, hyphens and underscores (96 bits)."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)
