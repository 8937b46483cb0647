"""The forms of settings and members."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from releasemgr.accounts.models import Invitation, Membership, User
from releasemgr.accounts.roles import GRANTABLE, Role
from releasemgr.changes.forms import RevisionForm
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.zones import ZoneField


def grantable_choices(role):
    """``(value, label)`` of the roles that somebody with ``role`` may give, in the order of the table."""
    return [(value, label) for value, label in Role.choices if value in GRANTABLE.get(role, ())]


class OrganisationForm(RevisionForm):
    """Name, zone and currency of the organisation."""

    time_zone = ZoneField(
        label=_("Time zone"),
        help_text=_("Dates and figures follow it. After a change all figures are computed again."),
    )

    class Meta(RevisionForm.Meta):
        model = Organisation
        fields = ["name", "time_zone", "currency"]


class InvitationForm(forms.ModelForm):
    """Whom to invite, in which role."""

    class Meta:
        model = Invitation
        fields = ["email", "name", "role"]

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, initial={"role": Role.VIEWER}, **kwargs)
        self.fields["role"].choices = grantable_choices(actor.role)

    def validate_unique(self):
        """A second invitation of an address replaces the first."""

    validate_constraints = validate_unique


class RoleForm(RevisionForm):
    """The role of a member; offers what the acting member may give."""

    class Meta(RevisionForm.Meta):
        model = Membership
        fields = ["role"]

    def __init__(self, *args, actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = grantable_choices(actor.role)


class NewAccountForm(forms.Form):
    """Name and password of somebody who follows an invitation and has no account."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters; no common password, and not like your name or address."),
    )

    def __init__(self, *args, email, **kwargs):
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        cleaned = super().clean()
        if "password" in cleaned:
            account = User(email=self.email, name=cleaned.get("name", ""))
            try:
                validate_password(cleaned["password"], account)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return cleaned
