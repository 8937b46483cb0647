"""Planting the train that plans the quarterly releases ahead, and the nominations for the ones to come."""

from datetime import timedelta

from calendar_app.models import NominatedEnvironment, NominatedSystem, Nomination, Release, Train
from calendar_app.trains.cadence import Cadence, Unit
from calendar_app.trains.running import extend
from releasemgr.demo.trains import CADENCE_DAYS
from releasemgr.portfolio.models import Environment

ENTRY_DAYS = 84
_WEEKS = {"S": (1, 2), "M": (2, 4), "L": (4, 8), "XL": (6, 12)}  # of testing, by size
_REASONS = (
    "Customers asked for it in the spring survey.",
    "Required by the regulator from next year on.",
    "Retires the old interface; two vendors follow.",
    "Cuts the nightly batch by an hour.",
    "Needed by the partner programme.",
)


def plant_nominations(scene, trains):
    """Put the enterprise releases to come on a train, and nominate projects for the next two entries."""
    train = _plant_train(scene, trains)
    for place, release in enumerate(_open_entries(scene, train)[:2]):
        wanted = scene.random.sample(scene.blueprint.projects, min(9 - 4 * place, len(scene.projects)))
        nominations = [_nomination(scene, release, planned) for planned in wanted]
        scene.plant(nominations)
        for nomination, planned in zip(nominations, wanted, strict=True):
            _plant_wishes(scene, nomination, planned)


def _plant_train(scene, trains):
    """The quarterly train: what flies already gets its slots, and the releases after it are planned ahead."""
    flying = [train.release for train in trains if train.release.target_date > scene.today]
    train = Train(
        name="Quarterly release",
        portfolio=scene.nodes[scene.org.name],
        owner=scene.someone(),
        rrule=Cadence(CADENCE_DAYS // 7, Unit.WEEKS).rule(flying[0].target_date),
        first_on=flying[0].target_date,
        name_pattern="{year} Q{quarter} release",
        ahead=4,
        entry_days=ENTRY_DAYS,
    )
    scene.plant([train])
    for release in flying:
        Release.objects.filter(pk=release.pk).update(
            train=train,
            train_slot=release.target_date,
            entry_deadline=release.target_date - timedelta(days=ENTRY_DAYS),
        )
    extend([train], by=None, at=scene.now)
    return train


def _open_entries(scene, train):
    """The releases of the train whose entry is still open, the next first."""
    releases = Release.objects.filter(train=train, entry_deadline__gte=scene.today)
    return list(releases.order_by("train_slot"))


def _nomination(scene, release, planned):
    size = scene.random.choices(list(_WEEKS), (3, 5, 3, 1))[0]
    return Nomination(
        release=release,
        project=scene.projects[planned.key],
        contact=scene.someone(),
        size=size,
        test_weeks=scene.random.randint(*_WEEKS[size]),
        people=scene.random.randint(2, 14),
        reason=scene.random.choice(_REASONS),
        submitted_at=scene.working_hour(scene.today - timedelta(days=scene.random.randint(1, 20))),
    )


def _plant_wishes(scene, nomination, planned):
    NominatedSystem.objects.bulk_create(
        NominatedSystem(nomination=nomination, application=scene.applications[key])
        for key in dict.fromkeys(planned.changes)
    )
    NominatedEnvironment.objects.bulk_create(
        NominatedEnvironment(nomination=nomination, type=type_, weeks=max(1, nomination.test_weeks // 2))
        for type_ in (Environment.Type.SIT, Environment.Type.UAT)
    )
