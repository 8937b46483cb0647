"""The verbs of what environments offer: the environments themselves, their capacity over time, their outages.

Whatever takes something away comes through the same lock as the bookings. Taking away what is booked is refused with
the bookings named, unless it is meant (``despite``): then the conflict list says who has to move. What has happened
already, an unplanned outage, is never refused.
"""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.claims import unstake
from calendar_app.conflicts import refresh_resources
from environments.models import Booking, CapacityStep, EnvironmentUse, Outage
from environments.overbooking import overbooked
from environments.uses import bump, lock_uses
from releasemgr.activity.trail import record
from releasemgr.changes.revisions import Revision, create, revise

BOOKINGS_NAMED = 5


class Displaces(ValidationError):
    """A change would take away what is booked; ``bookings`` are those that would have to move."""

    def __init__(self, bookings):
        self.bookings = bookings
        named = ", ".join(str(booking) for booking in bookings[:BOOKINGS_NAMED])
        more = len(bookings) - BOOKINGS_NAMED
        super().__init__(
            _("This takes room from %(bookings)s. Confirm that they have to move."),
            code="displaces",
            params={"bookings": f"{named} …" if more > 0 else named},
        )


def create_environment(environment, *, units, hourly_cost=0, setup_effort_hours=0, by, at):
    """Write a new environment with its use and its first capacity step, from its commissioning on."""
    environment.commissioned_at = environment.commissioned_at or at
    with transaction.atomic():
        outcome = create([environment], by=by, at=at)
        use = EnvironmentUse(environment=environment, setup_effort_hours=setup_effort_hours)
        step = CapacityStep(
            environment=environment,
            starts_at=environment.commissioned_at,
            units=units,
            hourly_cost=hourly_cost,
        )
        create([use], by=by, at=at)
        create([step], by=by, at=at)
    return outcome


def revise_environments(revisions, *, by, at, verb="changed", despite=False):
    """Change environments; taking one out of service may displace bookings."""
    ids = [revision.subject.pk for revision in revisions]
    with _taking_away(ids, despite=despite):
        return revise(revisions, by=by, at=at, verb=verb)


def add_capacity(steps, *, by, at, despite=False):
    """Say how many units environments have, and at what cost, from an instant on; a cut may displace bookings."""
    with _taking_away([step.environment_id for step in steps], despite=despite):
        return create(steps, by=by, at=at)


def revise_capacity(revisions, *, by, at, verb="changed", despite=False):
    """Change capacity steps; a cut may displace bookings."""
    with _taking_away(_environments_of(CapacityStep, revisions), despite=despite):
        return revise(revisions, by=by, at=at, verb=verb)


def plan_outages(outages, *, by, at, despite=False):
    """Write outages; planned ones may displace bookings, unplanned ones have happened and are never refused."""
    planned = all(outage.is_planned for outage in outages)
    with _taking_away([outage.environment_id for outage in outages], despite=despite or not planned):
        return create(outages, by=by, at=at, verb="planned" if planned else "reported")


def revise_outages(revisions, *, by, at, verb="changed", despite=False):
    """Change outages; more outage may displace bookings."""
    with _taking_away(_environments_of(Outage, revisions), despite=despite):
        return revise(revisions, by=by, at=at, verb=verb)


def end_outage(outage, *, by, at, ends_at=None):
    """Say that an outage ended, now or at the time given."""
    revision = Revision(outage, outage.version, {"ends_at": ends_at or at})
    return revise_outages([revision], by=by, at=at, verb="ended", despite=True)


def withdraw_outage(outage, *, by, at):
    """Drop a planned outage that has not begun: it never was a fact."""
    if outage.starts_at <= at or not outage.is_planned:
        raise ValidationError(_("Only a planned outage that has not begun can be withdrawn."), code="begun")
    with transaction.atomic():
        lock_uses([outage.environment_id])
        Outage.objects.filter(pk=outage.pk).delete()  # before its claims, whose end tells the conflict list
        unstake([outage])
        record(by=by, verb="withdrawn", at=at, subject=outage)
        bump([outage.environment_id])


@contextmanager
def _taking_away(environment_ids, *, despite):
    """Do something to the supply of environments under their lock; raises Displaces where bookings lose their room
    that had it before."""
    with transaction.atomic():
        lock_uses(environment_ids)
        holding = Booking.objects.holding().filter(environment__in=environment_ids)
        before = set() if despite else {over.booking.pk for over in overbooked(holding.all())}
        yield
        bump(environment_ids)
        if not despite:
            after = [over.booking for over in overbooked(holding.all())]
            if displaced := [booking for booking in after if booking.pk not in before]:
                raise Displaces(displaced)
        refresh_resources(environment_ids)


def _environments_of(model, revisions):
    ids = [revision.subject.pk for revision in revisions]
    return list(model.objects.filter(pk__in=ids).values_list("environment_id", flat=True))
