"""The claims of a period, read once as tuples, with the releases they belong to and the conflicts they are in."""

from collections import Counter
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from calendar_app.models import Blockout, Claim, Conflict, Release

Kind = Claim.Kind
USUAL_KINDS = (Kind.RELEASE, Kind.GO_LIVE, Kind.PHASE, Kind.GATE, Kind.MILESTONE, Kind.DEPLOYMENT)


class Event(NamedTuple):
    """One claim as it is drawn; times are aware and half-open."""

    kind: str
    part: str
    source_id: UUID
    release_id: UUID | None
    project_id: UUID | None
    resource_kind: str
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    is_hard: bool
    state: str
    title: str
    path: str


class Train(NamedTuple):
    """A release that others belong to, or that stands alone."""

    pk: UUID
    number: int
    name: str
    kind: str
    status: str
    target_date: object
    portfolio_id: UUID | None

    @property
    def is_done(self):
        return self.status in (Release.Status.LIVE, Release.Status.CANCELLED)


class Veto(NamedTuple):
    """One blockout with its scope: exactly one of the three ids."""

    pk: UUID
    name: str
    is_hard: bool
    starts_at: datetime
    ends_at: datetime
    portfolio_id: UUID | None
    project_id: UUID | None
    application_id: UUID | None


class Window:
    """What ``claims`` (a ClaimQuerySet of one period) hold; every attribute is one statement, made when needed.

    ``kinds`` are those that were asked for.
    """

    def __init__(self, claims, starts_at, ends_at, *, kinds, today):
        self.claims, self.kinds = claims, frozenset(kinds)
        self.starts_at, self.ends_at = starts_at, ends_at
        self._conflicts = conflicts(starts_at, ends_at, today)

    @cached_property
    def events(self):
        return [Event(*row) for row in self.claims.values_list(*Event._fields)]

    @cached_property
    def blockouts(self):
        """Blockouts that touch the period, whatever else was asked for."""
        found = Blockout.objects.filter(
            cancelled_at=None, starts_at__lt=self.ends_at, ends_at__gt=self.starts_at
        )
        return [Veto(*row) for row in found.order_by("starts_at", "name").values_list(*Veto._fields)]

    @cached_property
    def _releases(self):
        own = ("pk", "number", "name", "kind", "status", "target_date", "portfolio_id")
        wanted = {event.release_id for event in self.events}
        rows = Release.objects.filter(pk__in=wanted - {None}).values_list(
            *own, "parent_id", *(f"parent__{name}" for name in own[1:])
        )
        return {row[0]: row for row in rows}

    @cached_property
    def releases(self):
        """``{id: Train}`` of every release that has an event here."""
        return {pk: Train(*row[:7]) for pk, row in self._releases.items()}

    @cached_property
    def trains(self):
        """``{release id: Train}`` of the enterprise release each belongs to; itself for an enterprise release."""
        found, made = {}, {}
        for pk, row in self._releases.items():
            if row[3] == Release.Kind.ENTERPRISE:
                found[pk] = self.releases[pk]
            elif row[7]:
                if row[7] not in made:
                    made[row[7]] = Train(*row[7:])
                found[pk] = made[row[7]]
        return found

    @cached_property
    def project_releases(self):
        """How many releases with events here belong to each enterprise release, by its id."""
        return Counter(train.pk for pk, train in self.trains.items() if train.pk != pk)

    @cached_property
    def clashes(self):
        """How many open conflicts each source is in during the period: ``{source id: n}``."""
        sides = self._conflicts.values_list("first_id", "second_id")
        return Counter(pk for pair in sides for pk in pair)

    def clashes_of(self, event):
        """Conflicts shown on an event; those of a release are about its go-live, where that is shown."""
        if event.kind == "release" and "go_live" in self.kinds:
            return 0
        return self.clashes.get(event.source_id, 0)


def conflicts(starts_at, ends_at, today):
    """Conflicts of ``[starts_at, ends_at)`` that somebody has to work on, on the local day ``today``."""
    return Conflict.objects.open(today).filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
