"""People who sign in, and the organisations they belong to."""

import hashlib

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from releasemgr.accounts.roles import PERMISSIONS, Role
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.models import Organisation, slug_validator, validate_zone


class UserManager(BaseUserManager):
    """Makes users by e-mail address."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in by e-mail; what they may do comes from their memberships."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class Density(models.TextChoices):
        COMFORTABLE = "comfortable", _("Comfortable")
        COMPACT = "compact", _("Compact")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(_("density"), max_length=12, choices=Density, default=Density.COMFORTABLE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self):
        return self.name or self.email


class Membership(models.Model):
    """A person's role in one organisation. A control table: it is read before any organisation is known."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "user"], name="membership_one_per_person")]

    def __str__(self):
        return f"{self.user} as {self.get_role_display()} of {self.org}"

    def may(self, permission):
        """Whether this member's role holds a permission."""
        return permission in PERMISSIONS[self.role]


class InvitationQuerySet(models.QuerySet):
    """Words for invitations."""

    def open_at(self, instant):
        """Invitations that can still be accepted at an instant."""
        return self.filter(expires_at__gt=instant)

    def with_token(self, token):
        """The invitation a link stands for: only the hash of the token is kept."""
        return self.filter(token_hash=hash_of(token))


class Invitation(models.Model):
    """An offer to join an organisation, by a link that whoever asks hands over. A control table, gone when used.

    Nobody is made a member by their address alone: an account of that address may have been made elsewhere, by
    somebody else.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    org = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations", db_index=False)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="invitations", db_index=False)
    expires_at = models.DateTimeField(_("valid until"))
    version = models.PositiveIntegerField(default=1)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "email"], name="invitation_one_per_address")]

    def __str__(self):
        return self.email


def hash_of(token):
    """What is kept of a token: its SHA-256 in hexadecimal (the token has 256 random bits, so no salt is needed)."""
    return hashlib.sha256(token.encode()).hexdigest()


def membership_of(user, slug):
    """The membership of a user in the organisation of that slug, with both; None when there is none.

    The slug is any text that stood in a path; what cannot be one is not asked for (a NUL would be an error).
    """
    if not slug_validator.regex.match(slug):
        return None
    return Membership.objects.filter(user=user, org__slug=slug).select_related("org").first()
