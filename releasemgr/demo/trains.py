"""Planting the release trains: enterprise releases every quarter, their project releases, phases and milestones."""

from dataclasses import dataclass
from datetime import date, timedelta

from calendar_app.models import Milestone, Phase, Release, ReleaseImpact
from releasemgr.demo.blueprint import PlannedProject
from releasemgr.demo.scene import instant_or_none, is_year_end
from releasemgr.demo.words import dressed

CADENCE_DAYS = 91
LEAD_DAYS = 126
# Kind, name, first and last day counted from the go-live.
_PHASES = (
    (Phase.Kind.DESIGN, "Design", -119, -92),
    (Phase.Kind.BUILD, "Build", -91, -50),
    (Phase.Kind.SIT, "System integration test", -49, -29),
    (Phase.Kind.UAT, "User acceptance test", -28, -8),
    (Phase.Kind.PREPARATION, "Preparation", -7, -2),
    (Phase.Kind.DEPLOYMENT, "Deployment", -1, 0),
)
_SLIPS_DAYS = (0, 7, 14)
_SLIP_SHARES = (0.76, 0.16, 0.08)
_DROPPED = 0.04


@dataclass
class Ride:
    """A project's release on a train: the planned project and how many days it slipped."""

    release: Release
    planned: PlannedProject
    slip: int
    is_dropped: bool

    def day(self, offset):
        """The day that many days from the go-live, as planned now."""
        slip = self.slip if offset >= _PHASES[3][2] else 0  # what slips, slips in acceptance
        return self.release.baseline_date + timedelta(days=offset + slip)


@dataclass
class Train:
    """An enterprise release and the project releases that ride on it."""

    release: Release
    go_live: date
    rides: list[Ride]


def plant_trains(scene):
    """Plant past trains, the two in flight and the next one; returns them, oldest first."""
    anchor = _anchor(scene.today, scene.blueprint.trains)
    days = [anchor + timedelta(days=CADENCE_DAYS * n) for n in range(-scene.blueprint.trains, 3)]
    enterprises = scene.plant(dressed([_enterprise(scene, day) for day in days]), noun="release")
    trains = [_load(scene, release) for release in enterprises]
    rides = [ride for train in trains for ride in train.rides]
    scene.plant(dressed([ride.release for ride in rides]), noun="release")
    scene.plant([impact for ride in rides for impact in _impacts(scene, ride)])
    scene.plant([phase for ride in rides for phase in _ride_phases(scene, ride)])
    scene.plant([phase for train in trains for phase in _train_phases(scene, train)])
    scene.plant([milestone for train in trains for milestone in _milestones(train)])
    return trains


def _anchor(today, trains):
    """The Saturday on which the next train goes live, such that no train meets the year's end."""
    for ahead in (28, 21, 14, 35, 42, 49, 56):
        day = today + timedelta(days=ahead)
        saturday = day + timedelta(days=(5 - day.weekday()) % 7)
        if not any(is_year_end(saturday + timedelta(days=CADENCE_DAYS * n)) for n in range(-trains, 3)):
            break
    return saturday


def _enterprise(scene, go_live):
    starts_on = go_live - timedelta(days=LEAD_DAYS)
    release = Release(
        kind=Release.Kind.ENTERPRISE,
        name=f"{go_live:%B %Y} release",
        portfolio=scene.nodes[scene.org.name],
        owner=scene.someone(),
        risk=scene.random.choice((Release.Risk.MEDIUM, Release.Risk.HIGH)),
        description="Quarterly release of the whole organisation.",
        starts_on=starts_on,
        target_date=go_live,
        baseline_date=go_live if starts_on + timedelta(days=10) < scene.today else None,
    )
    _begin(scene, release)
    if release.baseline_date:
        release.baselined_at = scene.at(starts_on + timedelta(days=9), 15)
    return release


def _begin(scene, release):
    """Start a release whose first day has come."""
    release.started_at = instant_or_none(scene.at(release.starts_on, 9), scene.now)
    release.status = Release.Status.ACTIVE if release.started_at else Release.Status.PLANNED


def _load(scene, enterprise):
    go_live = enterprise.target_date
    if go_live - timedelta(days=LEAD_DAYS) > scene.today:
        return Train(enterprise, go_live, [])
    projects = scene.blueprint.projects
    chosen = scene.random.sample(projects, round(len(projects) * scene.blueprint.share_of_projects))
    return Train(enterprise, go_live, [_board(scene, enterprise, planned) for planned in chosen])


def _board(scene, enterprise, planned):
    starts_on = enterprise.target_date - timedelta(days=119)
    release = Release(
        kind=Release.Kind.PROJECT,
        name=f"{planned.name}, {enterprise.target_date:%B %Y}",
        parent=enterprise,
        project=scene.projects[planned.key],
        owner=scene.someone(),
        risk=scene.random.choices(list(Release.Risk), (5, 4, 1))[0],
        starts_on=starts_on,
        target_date=enterprise.target_date,
        baseline_date=enterprise.target_date,
    )
    _begin(scene, release)
    slip = scene.random.choices(_SLIPS_DAYS, _SLIP_SHARES)[0]
    ride = Ride(release, planned, slip, is_dropped=scene.chance(_DROPPED))
    return _settle_dates(scene, ride)


def _settle_dates(scene, ride):
    """What came of the dates so far: a baseline after the first weeks, a slip, or that it was taken off the train."""
    release, agreed = ride.release, scene.at(ride.release.starts_on + timedelta(days=21), 14)
    if agreed >= scene.now:
        ride.slip, ride.is_dropped = 0, False
    release.baselined_at = instant_or_none(agreed, scene.now)
    if ride.is_dropped:
        ride.slip = 0
        release.status = Release.Status.CANCELLED
        release.cancelled_at = agreed + min(timedelta(days=45), scene.now - agreed) * 0.7
    release.target_date = ride.day(0)
    return ride


def _impacts(scene, ride):
    changed, *retested = ride.planned.changes
    yield ReleaseImpact(release=ride.release, application=scene.applications[changed])
    for key in retested:
        yield ReleaseImpact(
            release=ride.release,
            application=scene.applications[key],
            impact=ReleaseImpact.Impact.REGRESSION,
        )


def _ride_phases(scene, ride):
    for position, (kind, name, first, last) in enumerate(_PHASES, start=1):
        phase = _phase(scene, ride.release, (kind, name), (ride.day(first), ride.day(last)), position)
        if ride.is_dropped and phase.status != Phase.Status.DONE:
            phase.status = Phase.Status.CANCELLED
        yield phase


def _train_phases(scene, train):
    hypercare = (Phase.Kind.HYPERCARE, "Hypercare", 1, 14)
    for position, (kind, name, first, last) in enumerate((*_PHASES, hypercare), start=1):
        days = (train.go_live + timedelta(days=first), train.go_live + timedelta(days=last))
        yield _phase(scene, train.release, (kind, name), days, position)


def _phase(scene, release, called, days, position):
    """A phase with what is known of it by now; one in eight took a day or two longer than planned."""
    (kind, name), (starts_on, ends_on) = called, days
    overrun = scene.random.choices((0, 1, 2), (14, 1, 1))[0]
    phase = Phase(
        release=release,
        kind=kind,
        name=name,
        position=position,
        starts_on=starts_on,
        ends_on=ends_on,
        entered_at=instant_or_none(scene.at(starts_on, 9), scene.now),
        left_at=instant_or_none(scene.at(ends_on + timedelta(days=overrun), 17), scene.now),
    )
    if phase.left_at:
        phase.status = Phase.Status.DONE
    elif phase.entered_at:
        phase.status = Phase.Status.ACTIVE
    return phase


def _milestones(train):
    for name, offset, length in (
        ("Planning week", -LEAD_DAYS, 4),
        ("Regression test report", -14, 0),
        ("Dress rehearsal", -10, 1),
        ("Lessons learnt", 16, 0),
    ):
        starts_on = train.go_live + timedelta(days=offset)
        yield Milestone(
            release=train.release, name=name, starts_on=starts_on, ends_on=starts_on + timedelta(days=length)
        )
