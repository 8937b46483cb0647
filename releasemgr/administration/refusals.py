"""Why an act of an administrator is refused."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class AboveOwnRole(ValidationError):
    """Nobody gives, changes or takes a role above the own one."""

    def __init__(self):
        super().__init__(_("Only an owner can do this with an owner's role."), code="above")


class LastOwner(ValidationError):
    """An organisation keeps at least one owner who can sign in."""

    def __init__(self):
        super().__init__(_("The organisation would be left without an owner."), code="last_owner")


class NotYours(ValidationError):
    """The account is not this organisation's alone, or is the administrator's own."""

    def __init__(self):
        super().__init__(
            _(
                "This person also belongs to another organisation, or is you: they change the password themselves."
            ),
            code="not_yours",
        )
