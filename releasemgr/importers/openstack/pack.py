"""The OpenStack release data pack as Python values: its tables read, checked and joined by cycle."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from calendar_app.models import Version
from releasemgr.importers.rows import CellFault, read

INDEPENDENT = "_independent"

_STATUSES = {
    "future": "future",
    "development": "development",
    "maintained": "over",
    "unmaintained": "over",
    "end of life": "over",
}
_EVENT_KINDS = ("freeze", "deadline", "event", "election", "other", "milestone", "rc", "final")
_TYPES = {
    "service": "Services",
    "library": "Libraries",
    "client-library": "Client libraries",
    "horizon-plugin": "Horizon plugins",
    "tempest-plugin": "Tempest plugins",
    "trailing": "Trailing deliverables",
    "other": "Other deliverables",
}
_VERSION_KINDS = {
    **{kind: kind for kind in ("alpha", "beta", "rc", "intermediary", "final", "stable", "independent")},
    **dict.fromkeys(("eol", "em", "eom", "last"), Version.Kind.MARKER),
    "unclassified": Version.Kind.UNCLASSIFIED,
}
_QUALITIES = {
    "merge": Version.DateQuality.EXACT,
    "fast-forward": Version.DateQuality.BOUNDED,
    "history": Version.DateQuality.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Cycle:
    """A line of cycles.csv; ``status`` is future, development or over."""

    key: str
    name: str
    starts_on: date | None
    final_date: date
    status: str


@dataclass(frozen=True, slots=True)
class Event:
    """A line of events.csv, kept under the cycle it is about."""

    page: str  # the cycle whose schedule lists it
    about: str
    key: str
    starts_on: date
    ends_on: date
    name: str
    kind: str
    team: str
    deadline: date | None
    description: str

    @property
    def identity(self):
        """What makes it the same event on two pages."""
        return f"openstack/{self.about}/{self.key}/{self.starts_on}/{self.team}"

    @property
    def locks_scope(self):
        """Whether it is the feature freeze of the whole cycle."""
        return self.kind == "freeze" and self.team == "ALL" and self.name.lower() == "feature freeze"


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A line of projects.csv: something delivered in a cycle, or independent of cycles."""

    cycle: str
    name: str
    team: str
    node: str
    model: str

    @property
    def is_trailing(self):
        """Whether it follows some weeks behind the coordinated day, by its type or its model."""
        return self.model == "cycle-trailing" or self.node == _TYPES["trailing"]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A line of releases.csv, its times in UTC."""

    cycle: str
    deliverable: str
    label: str
    kind: str
    quality: str
    released_at: datetime | None
    earliest_at: datetime | None
    latest_at: datetime | None
    requested_at: datetime | None
    recorded_at: datetime
    commit: str


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A line of schedule_changes.csv: when an event's week was first published or moved."""

    cycle: str
    event_key: str
    changed_at: datetime
    new_start: date | None


@dataclass
class Pack:
    """The whole pack; lists are by cycle key, events by the cycle they are about."""

    cycles: dict[str, Cycle] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    deliverables: dict[str, dict[str, Deliverable]] = field(default_factory=lambda: defaultdict(dict))
    versions: dict[str, list[VersionLine]] = field(default_factory=lambda: defaultdict(list))
    changes: dict[str, list[PlanChange]] = field(default_factory=lambda: defaultdict(list))
    problems: list = field(default_factory=list)

    @property
    def as_of(self):
        """The newest time at which anything reached the pack: what lies behind it has happened. None when empty."""
        times = [line.recorded_at for lines in self.versions.values() for line in lines]
        return max(times, default=None)


def load(folder):
    """Read the pack in a folder; broken rows are in ``problems``. Raises FileFault for a file that cannot be read."""
    pack = Pack()
    _load_cycles(pack, folder)
    _load_deliverables(pack, folder)
    _load_events(pack, folder)
    _load_versions(pack, folder)
    _load_changes(pack, folder)
    return pack


def _load_cycles(pack, folder):
    def parse(row):
        cycle = Cycle(
            key=row.text("cycle", longest=60),
            name=row.text("name", longest=100),
            starts_on=row.day("start_date", required=False),
            final_date=row.day("final_date"),
            status=row.choice("status", _STATUSES),
        )
        if cycle.starts_on and cycle.starts_on > cycle.final_date:
            raise CellFault("final_date", "lies before the start")
        _once(pack.cycles, cycle.key, "cycle")
        return cycle

    columns = ("cycle", "name", "start_date", "final_date", "status")
    for cycle in read(folder / "cycles.csv", columns, parse, pack.problems.append):
        pack.cycles[cycle.key] = cycle


def _load_deliverables(pack, folder):
    def parse(row):
        deliverable = Deliverable(
            cycle=_cycle(pack, row, "cycle", or_independent=True),
            name=row.text("deliverable", longest=50),
            team=row.text("team", longest=100),
            node=row.choice("type", _TYPES),
            model=row.text("release_model", longest=40, required=False),
        )
        _once(pack.deliverables[deliverable.cycle], deliverable.name, "deliverable")
        return deliverable

    columns = ("cycle", "deliverable", "team", "type", "release_model")
    for one in read(folder / "projects.csv", columns, parse, pack.problems.append):
        pack.deliverables[one.cycle][one.name] = one


def _load_events(pack, folder):
    kinds = {kind: kind for kind in _EVENT_KINDS}

    def parse(row):
        event = Event(
            page=_cycle(pack, row, "cycle"),
            about=_cycle(pack, row, "about_cycle"),
            key=row.text("event_key", longest=60),
            starts_on=row.day("start_date"),
            ends_on=row.day("end_date"),
            name=row.text("name", longest=200),
            kind=row.choice("kind", kinds),
            team=row.text("project", longest=40),
            deadline=row.day("deadline_date", required=False),
            description=row.text("description", longest=20_000, required=False),
        )
        if event.ends_on < event.starts_on:
            raise CellFault("end_date", "lies before the start")
        if event.kind == "freeze" and not event.deadline:
            raise CellFault("deadline_date", "is empty, but a freeze needs its deadline")
        return event

    columns = ("cycle", "about_cycle", "event_key", "start_date", "end_date", "name", "kind", "project")
    columns = (*columns, "deadline_date", "description")
    for event in read(folder / "events.csv", columns, parse, pack.problems.append):
        pack.events[event.about].append(event)


def _load_versions(pack, folder):
    seen = set()

    def parse(row):
        line = _version(pack, row)
        _once(seen, (line.cycle, line.deliverable, line.label), "version")
        return line

    columns = ("cycle", "deliverable", "version", "kind", "released_utc", "date_quality", "earliest_utc")
    columns = (*columns, "latest_utc", "requested_utc", "recorded_utc", "primary_sha")
    for line in read(folder / "releases.csv", columns, parse, pack.problems.append):
        seen.add((line.cycle, line.deliverable, line.label))
        pack.versions[line.cycle].append(line)


def _version(pack, row):
    line = VersionLine(
        cycle=_cycle(pack, row, "cycle", or_independent=True),
        deliverable=row.text("deliverable", longest=50),
        label=row.text("version", longest=80),
        kind=row.choice("kind", _VERSION_KINDS),
        quality=row.choice("date_quality", _QUALITIES),
        released_at=row.instant("released_utc", required=False),
        earliest_at=row.instant("earliest_utc", required=False),
        latest_at=row.instant("latest_utc", required=False),
        requested_at=row.instant("requested_utc", required=False),
        recorded_at=row.instant("recorded_utc"),
        commit=row.text("primary_sha", longest=64, required=False),
    )
    if line.deliverable not in pack.deliverables[line.cycle]:
        raise CellFault("deliverable", f"“{line.deliverable}” is not in projects.csv for {line.cycle}")
    if (line.released_at is None) != (line.quality == Version.DateQuality.UNKNOWN):
        raise CellFault("released_utc", "and date_quality do not agree on whether the time is known")
    return line


def _load_changes(pack, folder):
    def parse(row):
        return PlanChange(
            cycle=_cycle(pack, row, "cycle"),
            event_key=row.text("event_key", longest=60),
            changed_at=row.instant("changed_utc"),
            new_start=row.day("new_start", required=False),
        )

    columns = ("cycle", "changed_utc", "event_key", "new_start")
    for change in read(folder / "schedule_changes.csv", columns, parse, pack.problems.append):
        pack.changes[change.cycle].append(change)


def _cycle(pack, row, column, *, or_independent=False):
    key = row.text(column, longest=60)
    if key not in pack.cycles and not (or_independent and key == INDEPENDENT):
        raise CellFault(column, f"“{key}” is not in cycles.csv")
    return key


def _once(seen, key, column):
    if key in seen:
        raise CellFault(column, "is there twice")
