"""Planting a year of environment use: lanes filled to a believable degree, waits, refusals and clashes to decide.

Each unit of an environment is a lane of bookings that never overlap, so that nothing granted exceeds the capacity.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from environments.models import Booking, CapacityStep
from releasemgr.portfolio.models import Environment

_HISTORY_DAYS, _AHEAD_DAYS = 380, 60
_FULL_AHEAD_DAYS = 21  # beyond that, fewer and fewer have booked yet
_PURPOSES = (
    "Regression test",
    "Performance test",
    "Integration with partner",
    "Defect analysis",
    "Training of branch staff",
    "Data migration trial",
    "Security test",
    "Demonstration",
    "Acceptance of fixes",
    "Batch run rehearsal",
)
_STAGES = {Environment.Type.SIT: (-49, -29), Environment.Type.UAT: (-28, -8)}
# Shares of the time an environment is in use: a few idle ones, most well used, one crowded.
_USE = (0.7, 0.8, 0.62, 0.75, 0.25, 0.85, 0.66, 0.74, 0.78, 0.96)
_MEDIAN_HOURS, _SIGMA = 104, 0.5
_CANCELLED, _NO_SHOW, _WAITED, _UNDECIDED, _EXCLUSIVE = 0.05, 0.04, 0.3, 0.25, 0.15
_REFUSED_PER_GRANTED = 0.1


@dataclass(frozen=True)
class Slot:
    """A time in which a lane of an environment is taken."""

    environment: Environment
    starts_at: datetime
    ends_at: datetime


class Shelf:
    """Who holds how much of each environment when, and the smallest capacity each ever had."""

    def __init__(self):
        self.held = defaultdict(list)
        self.capacity = {}
        for step in CapacityStep.objects.order_by("starts_at", "pk"):
            self.capacity.setdefault(step.environment_id, step.units)

    def fits(self, booking):
        """Whether the booking fits beside all that is held."""
        capacity = self.capacity[booking.environment_id]
        return self.peak(booking) + (capacity if booking.is_exclusive else booking.units) <= capacity

    def peak(self, booking):
        """The most units held at one time during the booking."""
        overlapping = [
            (starts_at, ends_at, units)
            for starts_at, ends_at, units in self.held[booking.environment_id]
            if starts_at < booking.ends_at and ends_at > booking.starts_at
        ]
        steps = sorted(
            [(starts_at, 1, units) for starts_at, _ends_at, units in overlapping]
            + [(ends_at, 0, -units) for _starts_at, ends_at, units in overlapping]
        )
        peak = level = 0
        for _instant, _is_start, units in steps:
            level += units
            peak = max(peak, level)
        return peak

    def take(self, booking):
        """Hold the booking's units."""
        units = self.capacity[booking.environment_id] if booking.is_exclusive else booking.units
        self.held[booking.environment_id].append((booking.starts_at, booking.ends_at, units))


def plant_bookings(scene, trains):
    """Plant the bookings of trains and of everyday work, refusals, and requests that cannot all be granted."""
    shelf, rides = Shelf(), _rides_by_stage(scene, trains)
    granted = [_booking(scene, slot, rides) for slot in _slots(scene, shelf)]
    for booking in granted:
        _decide(scene, shelf, booking)
    refused = list(_refused(scene, shelf, granted, rides))
    rows = sorted([*granted, *refused, *_clashing(scene, granted, rides)], key=lambda row: row.requested_at)
    scene.plant(rows, noun="booking")


def _rides_by_stage(scene, trains):
    """For each stage with a test phase: ``(start, end, release, project)`` of every ride in it."""
    found = defaultdict(list)
    for train in trains:
        for ride in train.rides:
            for stage, (first, last) in _STAGES.items():
                if not ride.is_dropped:
                    during = scene.at(ride.day(first)), scene.at(ride.day(last), 24)
                    found[stage].append((*during, ride.release, ride.release.project))
    return found


def _slots(scene, shelf):
    bookable = [row for row in scene.environments.values() if row.type != Environment.Type.PRD]
    for index, environment in enumerate(bookable):
        for _unit in range(shelf.capacity[environment.pk]):
            yield from _lane(scene, environment, _USE[index % len(_USE)])


def _lane(scene, environment, use):
    """Bookings of one unit, one after the other, with pauses that leave the wanted share of use."""
    now = scene.now
    at = scene.at(scene.in_days(-_HISTORY_DAYS), scene.random.uniform(0, 90))
    while at < now + timedelta(days=_AHEAD_DAYS):
        length = min(scene.lognormal_hours(_MEDIAN_HOURS, _SIGMA), timedelta(days=10))
        starts_at = _full_hour(at)
        yield Slot(environment, starts_at, starts_at + max(_full_hours(length), timedelta(hours=4)))
        ahead = (at - now) / timedelta(days=_FULL_AHEAD_DAYS)
        thinned = use if ahead < 1 else use / ahead
        at = starts_at + length + length * ((1 - thinned) / thinned) * scene.random.expovariate(1)


def _full_hour(instant):
    """The full hour at or after an instant."""
    return instant + (-timedelta(minutes=instant.minute, seconds=instant.second) % timedelta(hours=1))


def _full_hours(length):
    return timedelta(hours=length // timedelta(hours=1))


def _booking(scene, slot, rides):
    """A request as it came in; a third wanted an earlier start than there was room for."""
    length = slot.ends_at - slot.starts_at
    waited = _full_hours(scene.lognormal_hours(14, 0.9)) if scene.chance(_WAITED) else timedelta()
    wanted = slot.starts_at - waited
    ahead = max(timedelta(hours=6), min(scene.lognormal_hours(230, 0.6), timedelta(days=60)))
    person = scene.someone()
    return Booking(
        environment=slot.environment,
        requested_environment=slot.environment,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        requested_starts_at=wanted,
        requested_ends_at=wanted + length,
        requested_at=min(wanted - ahead, scene.now - scene.lognormal_hours(30, 0.6)),
        requested_by_id=person.user_id,
        requested_by_name=person.name,
        request_key=UUID(int=scene.random.getrandbits(128), version=4),
        **_cause(scene, slot, rides),
    )


def _cause(scene, slot, rides):
    """For whom and what for: mostly a release that is in that test phase, else everyday work."""
    running = [
        (release, project)
        for starts_at, ends_at, release, project in rides[slot.environment.type]
        if starts_at <= slot.starts_at < ends_at
    ]
    if running and scene.chance(0.8):
        release, project = scene.random.choice(running)
        return {
            "release": release,
            "project": project,
            "purpose": f"{slot.environment.get_type_display()} of {project}",
        }
    project = scene.random.choice(list(scene.projects.values()))
    return {"project": project, "purpose": scene.random.choice(_PURPOSES)}


def _decide(scene, shelf, booking):
    """Grant a request in time, or leave it waiting; then tell what came of it by now."""
    decided_at = booking.requested_at + scene.lognormal_hours(12, 0.9)
    decided_at = min(decided_at, max(booking.requested_at + timedelta(minutes=20), booking.starts_at))
    is_ahead = booking.starts_at > scene.now + timedelta(days=2)
    if decided_at >= scene.now or (is_ahead and scene.chance(_UNDECIDED)):
        booking.starts_at, booking.ends_at = booking.requested_starts_at, booking.requested_ends_at
        return
    booking.decided_at = decided_at
    booking.decided_by_name = scene.blueprint.logins["environment_manager"]
    if scene.chance(_CANCELLED):
        booking.status = Booking.Status.CANCELLED
        booking.cancelled_at = decided_at + (min(booking.starts_at, scene.now) - decided_at) / 2
        return
    booking.is_exclusive = shelf.capacity[booking.environment_id] == 1 and scene.chance(_EXCLUSIVE)
    shelf.take(booking)
    _use(scene, booking)


def _use(scene, booking):
    booking.status = Booking.Status.APPROVED
    came = not scene.chance(_NO_SHOW)
    if booking.starts_at < scene.now and came:
        late = timedelta(minutes=scene.random.randint(0, 90))
        booking.actual_started_at = min(booking.starts_at + late, scene.now)
        booking.status = Booking.Status.ACTIVE
    if booking.ends_at < scene.now:
        booking.status = Booking.Status.COMPLETED
        if came:
            left = booking.ends_at - booking.actual_started_at
            booking.actual_ended_at = booking.actual_started_at + left * scene.random.uniform(0.85, 1)
    booking.holds = booking.status in Booking.HOLDING


def _refused(scene, shelf, granted, rides):
    """Requests for times when nothing was free; a few were refused although something was."""
    for booking in scene.random.sample(granted, round(len(granted) * _REFUSED_PER_GRANTED)):
        length = booking.ends_at - booking.starts_at
        starts_at = booking.starts_at + _full_hours(length * scene.random.uniform(0, 0.6))
        refused = _booking(scene, Slot(booking.environment, starts_at, starts_at + length / 2), rides)
        refused.requested_starts_at, refused.requested_ends_at = refused.starts_at, refused.ends_at
        decided_at = refused.requested_at + scene.lognormal_hours(9, 0.8)
        if decided_at >= scene.now or decided_at >= starts_at:
            continue
        refused.status, refused.decided_at = Booking.Status.REJECTED, decided_at
        refused.decided_by_name = scene.blueprint.logins["environment_manager"]
        has_room = shelf.fits(refused)
        refused.refusal = Booking.Refusal.POLICY if has_room else Booking.Refusal.CAPACITY
        if not has_room or scene.chance(0.2):
            yield refused


def _clashing(scene, granted, rides):
    """Requests for times that others hold already or ask for too: somebody has to give way."""
    tomorrow = scene.now + timedelta(days=1)
    full = [one for one in granted if one.status == Booking.Status.APPROVED and one.starts_at > tomorrow]
    for booking in scene.random.sample(full, min(5, len(full))):
        for shift in (2, 26):
            shifted = timedelta(hours=shift)
            slot = Slot(booking.environment, booking.starts_at + shifted, booking.ends_at + shifted)
            request = _booking(scene, slot, rides)
            request.starts_at, request.ends_at = request.requested_starts_at, request.requested_ends_at
            yield request
