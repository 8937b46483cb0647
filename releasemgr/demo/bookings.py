"""Planting a year of environment use: bookings that fit the capacity, refusals, clashes to decide, outages."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from environments.models import Booking, CapacityStep, Outage
from releasemgr.portfolio.models import Environment

_HISTORY_DAYS, _AHEAD_DAYS = 380, 50
_PER_ENVIRONMENT_WEEK = 0.55
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
_BOOKED_STAGES = (Environment.Type.SIT, Environment.Type.UAT)
_CANCELLED, _REFUSED, _NO_SHOW, _UNDECIDED = 0.06, 0.04, 0.04, 0.3


class Shelf:
    """Who holds how much of each environment when, so that nothing approved ever exceeds the capacity."""

    def __init__(self):
        self.held = defaultdict(list)
        self.capacity = {
            step.environment_id: step.units for step in CapacityStep.objects.order_by("starts_at", "pk")
        }
        self.least = {
            step.environment_id: step.units for step in CapacityStep.objects.order_by("-starts_at", "pk")
        }

    def fits(self, booking):
        """Whether the booking fits beside all that is held, by the smallest capacity the environment ever had."""
        if booking.is_exclusive:
            return self.peak(booking) == 0
        return self.peak(booking) + booking.units <= self.least[booking.environment_id]

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
    """Plant the bookings of trains and of everyday work, and a few requests that cannot all be granted."""
    shelf = Shelf()
    wanted = [*_for_phases(scene, trains), *_everyday(scene)]
    scene.random.shuffle(wanted)
    for booking in wanted:
        _decide(scene, shelf, booking)
    scene.plant([*wanted, *_clashing(scene, wanted)], noun="booking")


def plant_outages(scene):
    """Plant planned and unplanned outages of the last year, one that lasts, and the planned ones ahead."""
    environments = list(scene.environments.values())
    rows = []
    for _ in range(len(environments) * 2):
        day = scene.in_days(-scene.random.randint(2, _HISTORY_DAYS))
        is_planned = scene.chance(0.5)
        starts_at = scene.at(day, 18) if is_planned else scene.working_hour(day)
        hours = (
            timedelta(hours=scene.random.choice((4, 6, 8))) if is_planned else scene.lognormal_hours(2.2, 0.7)
        )
        reason = "Patches of the operating system" if is_planned else scene.random.choice(_CAUSES)
        rows.append(_outage(scene, starts_at, starts_at + hours, reason, is_planned=is_planned))
    for days in (5, 12, 26):
        starts_at = scene.at(scene.in_days(days), 18)
        rows.append(
            _outage(scene, starts_at, starts_at + timedelta(hours=6), "Refresh of data", is_planned=True)
        )
    rows.append(_outage(scene, scene.now - timedelta(hours=5), None, "Storage is full", is_planned=False))
    scene.plant(rows)


_CAUSES = (
    "Certificate expired",
    "Message queue stuck",
    "Disk failed",
    "Wrong configuration",
    "Out of memory",
)


def _outage(scene, starts_at, ends_at, reason, *, is_planned):
    shared = [row for row in scene.environments.values() if row.type != Environment.Type.PRD]
    return Outage(
        environment=scene.random.choice(shared),
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        is_planned=is_planned,
    )


def _for_phases(scene, trains):
    """Each ride tests in slots of three to five days within its test phases."""
    for train in trains:
        for ride in train.rides:
            for stage, first, last in (("sit", -49, -29), ("uat", -28, -8)):
                if ride.is_dropped:
                    continue
                start = ride.day(first + scene.random.randint(0, last - first - 5))
                yield _booking(
                    scene,
                    scene.random.choice(_bookable(scene, stage)),
                    (scene.at(start, 7), scene.at(start + timedelta(days=scene.random.randint(3, 5)), 19)),
                    project=ride.release.project,
                    release=ride.release,
                    purpose=f"{stage.upper()} of {ride.planned.name}",
                )


def _everyday(scene):
    projects = list(scene.projects.values())
    for environment in scene.environments.values():
        if environment.type == Environment.Type.PRD:
            continue
        for week in range(-_HISTORY_DAYS // 7, _AHEAD_DAYS // 7):
            if not scene.chance(_PER_ENVIRONMENT_WEEK):
                continue
            day = scene.workday_near(scene.in_days(week * 7))
            start = scene.at(day, scene.random.choice((7, 8, 9, 10, 13, 14)))
            hours = scene.random.choice((4, 6, 9, 9, 24, 33, 57))
            yield _booking(
                scene,
                environment,
                (start, start + timedelta(hours=hours)),
                project=scene.random.choice(projects),
                purpose=scene.random.choice(_PURPOSES),
            )


def _bookable(scene, stage):
    return [row for row in scene.environments.values() if row.type == stage]


def _booking(scene, environment, period, *, project, purpose, release=None):
    starts_at, ends_at = period
    ahead = max(timedelta(hours=3), min(scene.lognormal_hours(220, 0.7), timedelta(days=60)))
    requested_at = min(starts_at - ahead, scene.now - scene.lognormal_hours(30, 0.6))
    person = scene.someone()
    return Booking(
        environment=environment,
        requested_environment=environment,
        project=project,
        release=release,
        purpose=purpose[:200],
        starts_at=starts_at,
        ends_at=ends_at,
        requested_starts_at=starts_at,
        requested_ends_at=ends_at,
        requested_at=requested_at,
        requested_by_id=person.user_id,
        requested_by_name=person.name,
        is_exclusive=scene.chance(0.03),
        request_key=UUID(int=scene.random.getrandbits(128), version=4),
    )


def _decide(scene, shelf, booking):
    """Approve what fits, refuse what does not, and tell what came of it by now."""
    decided_at = booking.requested_at + scene.lognormal_hours(14, 0.9)
    decided_at = min(decided_at, max(booking.requested_at + timedelta(minutes=20), booking.starts_at))
    if decided_at >= scene.now or (booking.starts_at > scene.now and scene.chance(_UNDECIDED)):
        return  # still waits for its decision
    booking.decided_at = decided_at
    booking.decided_by_name = scene.blueprint.logins["environment_manager"]
    if not shelf.fits(booking) or scene.chance(_REFUSED):
        booking.status = Booking.Status.REJECTED
        booking.refusal = Booking.Refusal.POLICY if shelf.fits(booking) else Booking.Refusal.CAPACITY
        return
    if scene.chance(_CANCELLED):
        booking.status = Booking.Status.CANCELLED
        booking.cancelled_at = decided_at + (min(booking.starts_at, scene.now) - decided_at) / 2
        return
    shelf.take(booking)
    _use(scene, booking)


def _use(scene, booking):
    booking.status = Booking.Status.APPROVED
    came = not scene.chance(_NO_SHOW)
    if booking.starts_at < scene.now and came:
        booking.actual_started_at = booking.starts_at + timedelta(minutes=scene.random.randint(0, 50))
        booking.status = Booking.Status.ACTIVE
    if booking.ends_at < scene.now:
        booking.status = Booking.Status.COMPLETED
        if came:
            used = booking.ends_at - booking.actual_started_at
            booking.actual_ended_at = booking.actual_started_at + used * scene.random.uniform(0.75, 1)
    booking.holds = booking.status in Booking.HOLDING


def _clashing(scene, wanted):
    """Requests for times that others hold already or ask for too: somebody has to give way."""
    full = [
        booking
        for booking in wanted
        if booking.status == Booking.Status.APPROVED and booking.starts_at > scene.now + timedelta(days=1)
    ]
    for booking in scene.random.sample(full, min(5, len(full))):
        for shift in (2, 26):
            yield _booking(
                scene,
                booking.environment,
                (booking.starts_at + timedelta(hours=shift), booking.ends_at + timedelta(hours=shift)),
                project=scene.random.choice(list(scene.projects.values())),
                purpose=scene.random.choice(_PURPOSES),
            )
