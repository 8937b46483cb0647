"""Why a booking verb says no."""

from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from environments.alternatives import alternatives_for
from environments.times import time_with_zone


class WrongStep(ValidationError):
    """A booking is in a state in which the act makes no sense."""

    def __init__(self, message, booking, **params):
        status = booking.get_status_display().lower()
        super().__init__(
            message, code="wrong_step", params={"booking": booking.reference, "status": status, **params}
        )


class NoCapacity(ValidationError):
    """Bookings found no room; ``refused`` are they, unsaved or as they would have been."""

    def __init__(self, refused):
        self.refused = list(refused)
        super().__init__([_no_room(draft) for draft in self.refused])

    @cached_property
    def alternatives(self):
        """Up to five ways to get most of what the first of them wanted, each free when asked for now.

        Looked up on demand, after the lock is gone: whoever loses a race must not make the others wait.
        """
        return alternatives_for(self.refused[0])


def _no_room(draft):
    return ValidationError(
        _("%(environment)s has no room for %(use)s from %(start)s until %(end)s."),
        code="no_capacity",
        params={
            "environment": draft.environment,
            "use": _("exclusive use") if draft.is_exclusive else _units(draft.units),
            "start": time_with_zone(draft.starts_at),
            "end": time_with_zone(draft.ends_at),
        },
    )


def _units(count):
    return ngettext("%(count)d unit", "%(count)d units", count) % {"count": count}
