"""Planting deployments of the trains to their stages, and what became of the releases by them."""

from datetime import timedelta

from calendar_app.models import Deployment, Release, Version
from releasemgr.changes.revisions import Revision, revise
from releasemgr.portfolio.models import Environment

_STAGES = (Environment.Type.SIT, Environment.Type.UAT, Environment.Type.PRE)
_STAGE_DAYS = {"sit": (-48, -42, -36), "uat": (-27, -20), "pre": (-6,)}
_FAILS, _ROLLS_BACK = 0.04, 0.05


def plant_deployments(scene, trains):
    """Plant the deployments of every ride; a release is live when its production deployment has succeeded."""
    rides = [ride for train in trains for ride in train.rides if not ride.is_dropped]
    versions = scene.plant([_version(scene, ride) for ride in rides])
    built = {version.release_id: version for version in versions}
    deployments = [
        deployment for ride in rides for deployment in (*_to_test(scene, ride), *_to_production(scene, ride))
    ]
    for deployment in deployments:
        deployment.built = built[deployment.release_id]
        deployment.version_label = deployment.built.label
    scene.plant(deployments, noun="deployment")
    _go_live(scene, trains, deployments)


def _version(scene, ride):
    label = f"{scene.random.randint(1, 9)}.{scene.random.randint(0, 40)}.0"
    return Version(
        application=_application(scene, ride),
        release=ride.release,
        label=label,
        kind=Version.Kind.FINAL,
        released_at=min(scene.working_hour(ride.day(-8)), scene.now),
        date_quality=Version.DateQuality.EXACT,
    )


def _application(scene, ride):
    return scene.applications[ride.planned.changes[0]]


def _to_test(scene, ride):
    for stage in _STAGES:
        for offset in _STAGE_DAYS[stage]:
            started_at = scene.working_hour(ride.day(offset))
            if started_at < scene.now - timedelta(hours=6):
                status = Deployment.Status.FAILED if scene.chance(0.09) else Deployment.Status.SUCCEEDED
                yield _done(scene, ride, stage, started_at, status)


def _to_production(scene, ride):
    """The night of the go-live; what fails or is rolled back is put right one to three days later."""
    planned_start = scene.at(ride.day(0), scene.random.choice((0.5, 1, 1.5, 2, 3, 4)))
    night = _deployment(scene, ride, Environment.Type.PRD)
    night.planned_start, night.planned_end = planned_start, planned_start + timedelta(hours=2)
    if planned_start > scene.now - timedelta(days=1):
        return [night]
    dice = scene.random.random()
    failed = dice < _FAILS
    rolled_back = _FAILS <= dice < _FAILS + _ROLLS_BACK
    _run(scene, night, planned_start + timedelta(minutes=scene.random.randint(0, 20)))
    if not failed and not rolled_back:
        return [night]
    night.status = Deployment.Status.FAILED if failed else Deployment.Status.ROLLED_BACK
    if rolled_back:
        night.rollback_finished_at = night.finished_at + scene.lognormal_hours(1.5, 0.4)
    again = _deployment(scene, ride, Environment.Type.PRD)
    again.kind = Deployment.Kind.STANDARD if failed else Deployment.Kind.HOTFIX
    again.is_unplanned = rolled_back
    _run(scene, again, planned_start + timedelta(days=scene.random.randint(1, 3)))
    return [night, again] if again.finished_at < scene.now else [night]


def _done(scene, ride, stage, started_at, status):
    deployment = _deployment(scene, ride, stage)
    _run(scene, deployment, started_at)
    deployment.status = status
    return deployment


def _deployment(scene, ride, stage):
    application = _application(scene, ride)
    return Deployment(
        application=application,
        environment=environment_for(scene, application, stage),
        release=ride.release,
        stage=stage,
    )


def _run(scene, deployment, started_at):
    deployment.started_at = started_at
    deployment.finished_at = started_at + scene.lognormal_hours(0.8, 0.5)
    deployment.status = Deployment.Status.SUCCEEDED


def environment_for(scene, application, stage):
    """An environment of that stage: the application's own, else an integrated one, else none."""
    of_stage = [row for row in scene.environments.values() if row.type == stage]
    own = [row for row in of_stage if row.application_id == application.pk]
    shared = [row for row in of_stage if row.application_id is None]
    return scene.random.choice(own or shared or of_stage or [None])


def _go_live(scene, trains, deployments):
    live_at = {}
    for deployment in deployments:
        if deployment.stage == Environment.Type.PRD and deployment.status == Deployment.Status.SUCCEEDED:
            live_at[deployment.release_id] = deployment.finished_at
    for train in trains:
        riding = [ride.release.pk for ride in train.rides if not ride.is_dropped]
        if riding and all(pk in live_at for pk in riding):
            live_at[train.release.pk] = max(live_at[pk] for pk in riding)
    revise(
        [
            Revision(release, release.version, {"status": Release.Status.LIVE, "actual_go_live": live_at[pk]})
            for pk, release in Release.objects.in_bulk(live_at).items()
        ],
        by=None,
        at=scene.now,
    )
