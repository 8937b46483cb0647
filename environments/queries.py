"""What the pages of environments ask."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q

from calendar_app.models import Deployment
from environments.alternatives import alternatives_for
from environments.models import Booking, CapacityStep, Outage
from environments.room import load_of, rooms

HOUR = timedelta(hours=1)
SHOWN = 20


@dataclass(frozen=True)
class Check:
    """What somebody learns while filling in a request, before anything is written.

    ``cost`` is the wanted units' hourly cost over the period, in the organisation's currency; None when unknown.
    """

    fits: bool
    free_units: int
    taken_by: list
    also_wanted: int
    outages: list
    alternatives: list
    cost: Decimal | None


def check(wanted, *, may_split=True):
    """The Check of an unsaved Booking; its own present hold, if it is stored, does not count.

    A booking that is being moved cannot become several: without ``may_split`` no parts are offered.
    """
    environment_id = wanted.environment_id
    room = rooms([environment_id], wanted.starts_at, wanted.ends_at, besides={wanted.pk})[environment_id]
    fits = room.fits(load_of(wanted))
    others = Booking.objects.during(wanted.starts_at, wanted.ends_at).filter(environment=environment_id)
    others = others.exclude(pk=wanted.pk)
    waiting = others.filter(status=Booking.Status.REQUESTED).count()
    if fits:
        free = room.free_units(wanted.starts_at, wanted.ends_at)
        return Check(
            fits=True,
            free_units=free,
            taken_by=[],
            also_wanted=waiting,
            outages=[],
            alternatives=[],
            cost=cost_of(wanted),
        )
    return Check(
        fits=False,
        free_units=room.free_units(wanted.starts_at, wanted.ends_at),
        taken_by=list(others.holding().select_related("project").order_by("starts_at", "pk")[:SHOWN]),
        also_wanted=waiting,
        outages=list(outages_during(environment_id, wanted.starts_at, wanted.ends_at)),
        alternatives=[offer for offer in alternatives_for(wanted) if may_split or len(offer.parts) == 1],
        cost=None,
    )


def outages_during(environment_id, starts_at, ends_at):
    """Outages of an environment that overlap a window, soonest first."""
    overlapping = Q(ends_at=None) | Q(ends_at__gt=starts_at)
    return Outage.objects.filter(overlapping, environment=environment_id, starts_at__lt=ends_at).order_by(
        "starts_at", "pk"
    )


def cost_of(booking):
    """Hourly cost of the booking's units over its time, by the capacity steps in force; None without a step."""
    steps = list(
        CapacityStep.objects.filter(environment=booking.environment_id, starts_at__lt=booking.ends_at)
        .order_by("starts_at")
        .values_list("starts_at", "hourly_cost", "units")
    )
    if not steps or steps[0][0] > booking.starts_at:
        return None
    total = Decimal(0)
    ends = [start for start, _cost, _units in steps[1:]] + [booking.ends_at]
    for (starts_at, hourly_cost, units), ends_at in zip(steps, ends, strict=True):
        length = min(ends_at, booking.ends_at) - max(starts_at, booking.starts_at)
        if length > timedelta(0):
            taken = units if booking.is_exclusive else booking.units
            total += hourly_cost * taken * Decimal(length / HOUR)
    return total.quantize(Decimal("0.01"))


def versions_in(environment):
    """The deployment that says which version runs in an environment, one per application, by its name."""
    took_effect = Deployment.objects.filter(environment=environment, status=Deployment.Status.SUCCEEDED)
    newest = took_effect.order_by("application_id", "-finished_at", "-pk").distinct("application_id")
    return sorted(newest.select_related("application"), key=lambda row: row.application.name)


@dataclass(frozen=True)
class Standing:
    """How an environment stands at a moment: units it has, units free, and the outage that closes it."""

    units: int
    free: int
    outage: Outage | None


def standings(environment_ids, at):
    """Standing of each environment at a moment, by id; five statements for any number."""
    moment = at, at + timedelta(minutes=1)
    outages = {
        outage.environment_id: outage
        for outage in Outage.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at).filter(
            environment__in=environment_ids
        )
    }
    return {
        pk: Standing(room.supply.planned_at(at), room.free_units(*moment), outages.get(pk))
        for pk, room in rooms(environment_ids, *moment).items()
    }
