"""What trains look like in a list: their releases, how far away, what was nominated for them."""

from collections import defaultdict
from dataclasses import dataclass

from calendar_app.models import Nomination, Release, Train
from calendar_app.releases.queries import Standing, standings
from calendar_app.trains.cadence import Cadence
from calendar_app.trains.load import Load, with_wishes

PAST = 6  # releases already gone that a train's page shows


@dataclass(frozen=True)
class Line:
    """A train, its cadence in words, and its next release with that one's nominations by state."""

    train: Train
    cadence: str
    next: Release | None
    waiting: int
    accepted: int


@dataclass(frozen=True)
class Stop:
    """A release of a train with what it carries; ``is_entry_closed`` on the day it is looked at."""

    standing: Standing
    accepted: Load
    waiting: int
    is_entry_closed: bool

    @property
    def release(self):
        return self.standing.release


def trains_for_list(today):
    """A Line for each train, the running ones first, in three statements."""
    trains = Train.objects.select_related("portfolio", "owner").order_by("stopped_at", "name", "pk")
    upcoming = {}
    releases = Release.objects.open().filter(train__isnull=False, target_date__gte=today)
    for release in releases.order_by("target_date", "number"):
        upcoming.setdefault(release.train_id, release)
    counts = _counts(upcoming.values())
    return [_line(train, upcoming.get(train.pk), counts) for train in trains]


def stops_of(train, *, today):
    """The releases of a train, the next first, then the last that are gone; in a fixed number of statements."""
    releases = train.releases.for_list().order_by("train_slot")
    coming = list(releases.filter(target_date__gte=today))
    gone = list(releases.filter(target_date__lt=today).order_by("-train_slot")[:PAST])
    loads, waiting = defaultdict(Load), defaultdict(int)
    for nomination in with_wishes(Nomination.objects.filter(release__in=[*coming, *gone])):
        if nomination.state == Nomination.State.ACCEPTED:
            loads[nomination.release_id].add(nomination)
        waiting[nomination.release_id] += nomination.state == Nomination.State.SUBMITTED
    return [
        Stop(
            standing,
            loads[standing.release.pk],
            waiting[standing.release.pk],
            standing.release.entry_deadline is not None and standing.release.entry_deadline < today,
        )
        for standing in standings([*coming, *gone], today=today)
    ]


def _counts(releases):
    alive = (Nomination.State.SUBMITTED, Nomination.State.ACCEPTED)
    counts = defaultdict(int)
    found = Nomination.objects.filter(release__in=list(releases), state__in=alive)
    for release_id, state in found.values_list("release_id", "state"):
        counts[release_id, state] += 1
    return counts


def _line(train, release, counts):
    key = release.pk if release else None
    return Line(
        train,
        Cadence.of(train.rrule).in_words(),
        release,
        counts[key, Nomination.State.SUBMITTED],
        counts[key, Nomination.State.ACCEPTED],
    )
