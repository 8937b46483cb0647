"""Planting what releases carry: work items, planned and approved versions, test runs and the people in them."""

from datetime import timedelta

from calendar_app.models import (
    ExceptionRequest,
    PlannedVersion,
    Release,
    Stakeholder,
    TestRun,
    Version,
    WorkItem,
)

_NOUNS = (
    "limits",
    "statements",
    "mandates",
    "refunds",
    "receipts",
    "alerts",
    "addresses",
    "fees",
    "reports",
    "consents",
)
_VERBS = (
    "Show",
    "Correct",
    "Speed up",
    "Translate",
    "Archive",
    "Export",
    "Check",
    "Round",
    "Merge",
    "Explain",
)
_KINDS = (WorkItem.Kind.FEATURE, WorkItem.Kind.CHANGE, WorkItem.Kind.DEFECT, WorkItem.Kind.TASK)
_KIND_SHARES = (6, 4, 3, 2)
_TESTS = (("System integration test", -30, 140), ("Acceptance test", -9, 90), ("Regression test", -5, 260))
_MISSED = 0.06  # planned versions that are not what reached production


def plant_scope(scene, trains):
    """Plant the scope, versions, tests and people of everything that rides."""
    rides = [ride for train in trains for ride in train.rides if not ride.is_dropped]
    releases = Release.objects.in_bulk([ride.release.pk for ride in rides])
    scene.plant([item for ride in rides for item in _items(scene, ride, releases[ride.release.pk])])
    scene.plant(list(_late_items(scene)))
    planned = list(_versions(scene, rides))
    scene.plant(planned)
    scene.plant([run for ride in rides for run in _runs(scene, ride, _label(planned, ride))])
    led = [train.release for train in trains if train.rides] + [ride.release for ride in rides]
    scene.plant([stake for release in led for stake in _stakes(scene, release)])


def _items(scene, ride, release):
    code = "".join(word[0] for word in ride.planned.name.split())[:3].upper() or "X"
    first = scene.random.randint(100, 900)
    for number in range(first, first + scene.random.randint(5, 12)):
        added_at = scene.working_hour(ride.day(scene.random.randint(-118, -95)))
        if added_at >= scene.now:
            continue
        kind = scene.random.choices(_KINDS, _KIND_SHARES)[0]
        tested_at = scene.working_hour(ride.day(scene.random.randint(-40, -8)))
        is_tested = tested_at < scene.now
        yield WorkItem(
            release=release,
            application=scene.applications[scene.random.choice(ride.planned.changes)],
            key=f"{code}-{number}",
            title=f"{scene.random.choice(_VERBS)} {scene.random.choice(_NOUNS)}",
            kind=kind,
            status=WorkItem.Status.TESTED if is_tested else scene.random.choice(("open", "active", "done")),
            severity=scene.random.choices((1, 2, 3, 4), (1, 3, 6, 4))[0]
            if kind == WorkItem.Kind.DEFECT
            else None,
            added_at=added_at,
            tested_at=tested_at if is_tested else None,
        )


def _late_items(scene):
    """What came into a locked scope by an exception, and was not tested again."""
    granted = ExceptionRequest.objects.filter(kind=ExceptionRequest.Kind.LATE_SCOPE, state="granted")
    for number, request in enumerate(granted.select_related("release").order_by("number"), start=1):
        if request.release.kind == Release.Kind.PROJECT:
            yield WorkItem(
                release=request.release,
                key=f"LATE-{number}",
                title=request.subject,
                kind=WorkItem.Kind.CHANGE,
                status=WorkItem.Status.DONE,
                added_at=max(request.decided_at, request.release.scope_locked_at) + timedelta(hours=2),
            )


def _versions(scene, rides):
    """What each ride plans for the application it builds; agreed a week before the go-live."""
    built = {
        one.release_id: one for one in Version.objects.filter(release__in=[ride.release.pk for ride in rides])
    }
    for ride in rides:
        version = built.get(ride.release.pk)
        if version is None:
            continue
        label = f"{version.label[:-1]}1" if scene.chance(_MISSED) else version.label
        approved_at = scene.working_hour(ride.day(-7))
        is_approved = approved_at < scene.now
        yield PlannedVersion(
            release=ride.release,
            application=version.application,
            label=label,
            approved_label=label if is_approved else "",
            approved_at=approved_at if is_approved else None,
            approved_by_name=ride.release.owner.name if is_approved else "",
        )


def _label(planned, ride):
    return next((one.label for one in planned if one.release.pk == ride.release.pk), "")


def _runs(scene, ride, label):
    for name, offset, cases in _TESTS:
        executed_at = scene.working_hour(ride.day(offset))
        if executed_at >= scene.now:
            continue
        total = cases + scene.random.randint(0, 60)
        failed = scene.random.choices((0, 1, 4, 11), (7, 2, 2, 1))[0]
        yield TestRun(
            release=ride.release,
            application=scene.applications[ride.planned.changes[0]],
            name=name,
            version_label=label,
            executed_at=executed_at,
            total=total,
            passed=total - failed,
        )


def _stakes(scene, release):
    """The owner is accountable; four to seven others do the work, are asked or told."""
    others = [person for person in scene.random.sample(scene.people, 8) if person.pk != release.owner_id]
    parts = ["responsible", "responsible", "consulted", "informed", "informed", "consulted", "informed"]
    yield Stakeholder(release=release, person=release.owner, part=Stakeholder.Part.ACCOUNTABLE)
    for person, part in zip(others[: scene.random.randint(4, 7)], parts, strict=False):
        yield Stakeholder(release=release, person=person, part=part)
