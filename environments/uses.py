"""The one lock of the booking rule: the EnvironmentUse row of each environment concerned, in id order."""

from django.db import connection
from django.db.models import F, Func, TextField, Value

from environments.models import EnvironmentUse


class WrongIsolation(RuntimeError):
    """A verb ran in a transaction that would not see what was committed while it waited for the lock."""


def lock_uses(environment_ids):
    """Lock the use of these environments until the transaction ends; makes the row where it is missing.

    Everything that changes what an environment offers or what is taken from it comes through here first. Returns the
    EnvironmentUse rows by environment id. READ COMMITTED is required: with a snapshot older than the lock, the look
    that follows would miss the booking that was waited for.
    """
    wanted = set(environment_ids)
    uses = _locked(wanted)
    if missing := wanted - uses.keys():
        EnvironmentUse.objects.bulk_create(
            [EnvironmentUse(environment_id=pk) for pk in sorted(missing)], ignore_conflicts=True
        )
        uses = _locked(wanted)
    return uses


def bump(environment_ids):
    """Say that what happens on these environments changed: readers compare ``version``."""
    EnvironmentUse.objects.filter(environment__in=environment_ids).update(version=F("version") + 1)


def _locked(environment_ids):
    if not connection.in_atomic_block:
        raise WrongIsolation("The lock of a booking needs a transaction.")
    isolation = Func(Value("transaction_isolation"), function="current_setting", output_field=TextField())
    rows = list(
        EnvironmentUse.objects.annotate(isolation=isolation)
        .filter(environment__in=environment_ids)
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    if rows and rows[0].isolation != "read committed":
        raise WrongIsolation(f"Bookings need READ COMMITTED, not {rows[0].isolation}.")
    return {row.environment_id: row for row in rows}
