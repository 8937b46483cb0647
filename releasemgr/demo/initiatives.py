"""Planting change initiatives, which move no software, and an enterprise release inside another."""

from datetime import timedelta

from calendar_app.models import Release, ReleaseImpact
from calendar_app.releases.plans import edit
from releasemgr.demo.words import dressed

# Name, first and last day from today, risk, keys of the applications it is felt in.
_INITIATIVES = {
    "aldermere-bank": (
        ("Datacentre East move", -10, 24, "high", ("core-ledger", "integration-bus", "document-vault")),
        ("Spring deposit campaign", 20, 62, "medium", ("savings-engine", "web-banking", "mobile-app")),
        ("Branch telephony change", 45, 52, "low", ("contact-centre", "branch-desk")),
    ),
    "quillhaven-parcels": (
        ("Depot network renewal", -6, 15, "medium", ("depot-console", "route-planner")),
        ("Peak season campaign", 25, 55, "low", ("sender-portal",)),
    ),
}
_PROGRAMME = ("Payments programme", ("Domestic Payments", "Open Finance"))


def plant_initiatives(scene, trains):
    """Plant the organisation's initiatives, and a programme inside the last train that carries payments projects."""
    planned = _INITIATIVES.get(scene.blueprint.slug, ())
    rows = scene.plant(dressed([_initiative(scene, *one) for one in planned]), noun="release")
    scene.plant(
        [
            ReleaseImpact(release=row, application=scene.applications[key], impact="configuration")
            for row, (*_rest, keys) in zip(rows, planned, strict=True)
            for key in keys
        ]
    )
    _plant_programme(scene, [train for train in trains if train.rides][-1])


def _initiative(scene, name, first, last, risk, _keys):
    starts_on, target_date = scene.in_days(first), scene.in_days(last)
    has_begun = starts_on < scene.today
    return Release(
        kind=Release.Kind.INITIATIVE,
        name=name,
        portfolio=scene.nodes[scene.org.name],
        owner=scene.someone(),
        risk=risk,
        status=Release.Status.ACTIVE if has_begun else Release.Status.PLANNED,
        started_at=scene.at(starts_on, 9) if has_begun else None,
        starts_on=starts_on,
        target_date=target_date,
        baseline_date=target_date if has_begun else None,
        baselined_at=scene.at(starts_on - timedelta(days=5), 14) if has_begun else None,
    )


def _plant_programme(scene, train):
    name, nodes = _PROGRAMME
    riding = [ride.release for ride in train.rides if ride.planned.node in nodes and not ride.is_dropped]
    if not riding:
        return
    parent = Release.objects.get(pk=train.release.pk)
    programme = Release(
        kind=Release.Kind.ENTERPRISE,
        name=f"{name}, {train.go_live:%B %Y}",
        parent=parent,
        portfolio=scene.nodes["Payments"],
        owner=scene.someone(),
        risk=Release.Risk.HIGH,
        status=parent.status,
        started_at=parent.started_at,
        starts_on=parent.starts_on,
        target_date=parent.target_date,
    )
    scene.plant(dressed([programme]), noun="release")
    for row in Release.objects.filter(pk__in=[one.pk for one in riding], target_date__lte=parent.target_date):
        edit(row, {"parent": programme}, by=None, at=scene.now)
