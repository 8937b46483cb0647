"""Planting dependencies between the releases of the next trains: promised, late, waived, refused; and who left."""

from datetime import timedelta

from calendar_app.models import Departure, Dependency, Promise, Release

State = Dependency.State

# What is needed, state, days until it is needed, days the promise lies after that (None without a promise).
_STORIES = (
    ("Interface version 3 in the test lane", State.ACCEPTED, 12, -2),
    ("Reference data with the new product codes", State.ACCEPTED, 18, 6),
    ("Sandbox of the partner with certificates", State.REQUESTED, 21, None),
    ("Message format agreed and frozen", State.SATISFIED, -9, -3),
    ("Load profile of the last peak", State.WAIVED, 14, None),
    ("Single sign-on for the back office", State.REFUSED, 25, None),
)
_LEFT = "Its supplier is a month late; the others can go without it."


def plant_dependencies(scene, trains):
    """Each story on two releases of one train, the later one needing the earlier; then a departure of a past train."""
    riding = [aboard for train in trains if len(aboard := _aboard(train)) > 1]
    rows = [_row(scene, riding[n % len(riding)], n, story) for n, story in enumerate(_STORIES) if riding]
    scene.plant(rows, noun="dependency")
    scene.plant([promise for row in rows if row.promised_on for promise in _promises(scene, row)])
    scene.plant([one for one in (_departure(scene, trains),) if one])


def _aboard(train):
    """The active releases of a train that is under way itself."""
    rides = train.rides if train.release.status == Release.Status.ACTIVE else []
    return [ride.release for ride in rides if ride.release.status == Release.Status.ACTIVE]


def _row(scene, aboard, n, story):
    title, state, days, slack = story
    place = (2 * n) % (len(aboard) - 1)
    provider, needing = aboard[place], aboard[place + 1]  # always forward, so that no circle closes
    needed_by = scene.in_days(days)
    return Dependency(
        release=needing,
        provider=provider,
        title=title,
        owner=needing.owner,
        needed_by=needed_by,
        promised_on=needed_by + timedelta(days=slack) if slack is not None else None,
        state=state,
        satisfied_at=scene.at(scene.in_days(-11), 15) if state == State.SATISFIED else None,
        satisfied_by_name=str(provider.owner) if state == State.SATISFIED else "",
        waived_until=scene.in_days(20) if state == State.WAIVED else None,
        note={
            State.WAIVED: "Last year's profile will do.",
            State.REFUSED: "Nobody is free before spring.",
        }.get(state, ""),
    )


def _promises(scene, row):
    """What was promised first, and what is promised now."""
    who = str(row.provider.owner)
    first = row.promised_on - timedelta(days=7)
    yield Promise(
        dependency=row, promised_on=first, made_at=scene.at(scene.in_days(-30), 10), made_by_name=who
    )
    yield Promise(
        dependency=row,
        promised_on=row.promised_on,
        reason="The team lost a week to an incident.",
        made_at=scene.at(scene.in_days(-8), 16),
        made_by_name=who,
    )


def _departure(scene, trains):
    """A cancelled release that its train went without; without one, a past train went without a later release."""
    dropped = [ride.release for train in trains for ride in train.rides if ride.is_dropped]
    for release in dropped:
        left_at = release.cancelled_at
        return _left(release.parent, release, left_at)
    later = next((train.rides[0].release for train in reversed(trains) if train.rides), None)
    return (
        _left(trains[0].release, later, scene.at(trains[0].go_live - timedelta(days=20), 11))
        if later
        else None
    )


def _left(enterprise, child, left_at):
    return Departure(
        release=enterprise,
        child=child,
        left_at=left_at,
        decided_by_name=str(enterprise.owner),
        reason=_LEFT,
    )
