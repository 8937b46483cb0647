"""Planting what goes live between the trains: frequent deployments, small independent releases, hotfixes."""

from datetime import timedelta

from calendar_app.models import Deployment, Release, ReleaseImpact
from releasemgr.demo.deployments import environment_for
from releasemgr.demo.words import dressed
from releasemgr.portfolio.models import Environment

HISTORY_DAYS = 400
# Deployments to production a week; whatever is not named here has a small independent release now and then.
_WEEKLY = {
    "mobile-app": 1.5,
    "web-banking": 1.6,
    "open-banking-api": 1.1,
    "notification-service": 0.9,
    "fraud-watch": 0.8,
    "data-lake": 0.7,
    "identity-and-access": 0.4,
    "parcel-tracker": 1.3,
    "sender-portal": 0.9,
}
_SELDOM = 0.11
_IMPROVED = {"mobile-app": 1.9, "web-banking": 1.7, "sender-portal": 1.6}  # since the improvement took effect
IMPROVED_DAYS = 140
_FAILS, _ROLLS_BACK = 0.03, 0.045
_AHEAD_DAYS = (3, 8, 13, 17, 22, 27, 33)


def plant_flow(scene):
    """Plant a year of deployments between trains, with their independent releases, and the ones ahead."""
    releases, deployments = [], []
    for application in scene.applications.values():
        for day in _days(scene, application.key):
            release = None if application.key in _WEEKLY else _independent(scene, application, day)
            releases += [release] if release else []
            deployments += _to_production(scene, application, day, release)
    ahead = [_ahead(scene, days) for days in _AHEAD_DAYS]
    for release, _deployment in ahead:
        releases.append(release)
    scene.plant(dressed(releases), noun="release")
    scene.plant([_impact(scene, release) for release in releases])
    scene.plant([*deployments, *(deployment for _release, deployment in ahead)], noun="deployment")


def _days(scene, key):
    """Days of deployments of an application: busy and quiet weeks, few on weekends, none at the year's end."""
    weekly = _WEEKLY.get(key, _SELDOM)
    for week in range(HISTORY_DAYS // 7, 0, -1):
        improved = _IMPROVED.get(key, 1) if week * 7 < IMPROVED_DAYS else 1
        expected = weekly * improved * scene.random.gammavariate(4, 0.25)
        for _ in range(_poisson(scene.random, expected)):
            day = scene.workday_near(scene.today - timedelta(days=week * 7))
            if day < scene.today and not (day.month == 12 and day.day > 18):
                yield day


def _poisson(random, expected):
    """A Poisson number by summing exponential gaps; for small expectations."""
    count, elapsed = 0, random.expovariate(1)
    while elapsed < expected:
        count, elapsed = count + 1, elapsed + random.expovariate(1)
    return count


def _independent(scene, application, day):
    """A small release due on ``day``; one in five goes live days later, one in ten earlier."""
    late = scene.random.choices((0, -2, scene.random.randint(3, 14)), (70, 9, 21))[0]
    live_on = min(day + timedelta(days=late), scene.in_days(-1))
    at = scene.at(live_on, 12)
    return Release(
        kind=Release.Kind.INDEPENDENT,
        name=f"{application.name} {_label(scene)}",
        project=_owner(scene, application),
        owner=scene.someone(),
        status=Release.Status.LIVE,
        risk=Release.Risk.LOW,
        starts_on=day - timedelta(days=scene.random.randint(10, 30)),
        target_date=live_on,
        baseline_date=day,
        baselined_at=scene.at(day, -9 * 24),
        started_at=scene.at(day, -10 * 24),
        actual_go_live=at,
    )


def _owner(scene, application):
    owners = {one.owns: one.key for one in scene.blueprint.projects if one.owns}
    return scene.projects[owners[application.key]]


def _impact(scene, release):
    key = next(one.owns for one in scene.blueprint.projects if one.key == release.project.key)
    return ReleaseImpact(release=release, application=scene.applications[key])


def _label(scene):
    return f"{scene.random.randint(1, 9)}.{scene.random.randint(0, 60)}.{scene.random.randint(0, 9)}"


def _to_production(scene, application, day, release):
    """One deployment, and its hotfix when it was rolled back."""
    started_at = release.actual_go_live - timedelta(hours=1) if release else scene.working_hour(day)
    dice = scene.random.random()
    rolled_back = not release and dice < _ROLLS_BACK
    failed = not release and _ROLLS_BACK <= dice < _ROLLS_BACK + _FAILS
    first = _deployment(scene, application, started_at, release)
    if failed:
        first.status = Deployment.Status.FAILED
    if not rolled_back:
        return [first]
    first.status = Deployment.Status.ROLLED_BACK
    first.rollback_finished_at = first.finished_at + scene.lognormal_hours(1.1, 0.6)
    fix = _deployment(scene, application, first.rollback_finished_at + scene.lognormal_hours(5, 0.6), None)
    fix.kind, fix.is_unplanned = Deployment.Kind.HOTFIX, True
    return [first, fix] if fix.finished_at < scene.now else [first]


def _deployment(scene, application, started_at, release):
    finished_at = started_at + min(scene.lognormal_hours(0.35, 0.6), timedelta(hours=1))
    return Deployment(
        application=application,
        environment=environment_for(scene, application, Environment.Type.PRD),
        release=release,
        stage=Environment.Type.PRD,
        version_label=_label(scene),
        status=Deployment.Status.SUCCEEDED,
        started_at=started_at,
        finished_at=finished_at,
    )


def _ahead(scene, days):
    """An independent release that is coming, with its planned deployment."""
    application = scene.random.choice([a for a in scene.applications.values() if a.key not in _WEEKLY])
    day = scene.workday_near(scene.in_days(days))
    return planned_release(scene, application, max(day, scene.in_days(1)))


def planned_release(scene, application, day):
    """An independent release of an application on a day to come, and its deployment; both unsaved."""
    release = Release(
        kind=Release.Kind.INDEPENDENT,
        name=f"{application.name} {_label(scene)}",
        project=_owner(scene, application),
        owner=scene.someone(),
        status=Release.Status.ACTIVE,
        risk=Release.Risk.LOW,
        starts_on=min(day, scene.today) - timedelta(days=12),
        target_date=day,
        baseline_date=day,
        baselined_at=scene.now - timedelta(days=9),
        started_at=scene.now - timedelta(days=10),
    )
    start = scene.at(day, scene.random.choice((6, 10, 20, 22)))
    deployment = Deployment(
        application=application,
        environment=environment_for(scene, application, Environment.Type.PRD),
        release=release,
        stage=Environment.Type.PRD,
        version_label=release.name.rpartition(" ")[2],
        planned_start=start,
        planned_end=start + timedelta(hours=2),
    )
    return release, deployment
