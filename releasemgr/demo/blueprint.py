"""What a demo organisation is made of: plain facts of our own invention, read from compact tables."""

from dataclasses import dataclass

from django.utils.text import slugify

from releasemgr.portfolio.models import Application, Environment


@dataclass(frozen=True)
class PlannedApplication:
    """An application and the keys of the applications it needs."""

    key: str
    name: str
    criticality: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class PlannedProject:
    """A project in a node of the tree; ``owns`` is an application's key or empty, ``touches`` others it changes."""

    key: str
    name: str
    node: str
    owns: str
    touches: tuple[str, ...]

    @property
    def changes(self):
        """Keys of the applications that a release of this project changes."""
        return (self.owns, *self.touches) if self.owns else self.touches


@dataclass(frozen=True)
class PlannedEnvironment:
    """An environment; ``application`` is empty for an integrated one."""

    key: str
    name: str
    type: str
    application: str
    units: int
    hourly_cost: int
    setup_effort_hours: int
    is_persistent: bool


@dataclass(frozen=True)
class Blueprint:
    """An organisation before it is planted; ``tree`` maps each division to its departments."""

    slug: str
    name: str
    time_zone: str
    currency: str
    tree: dict[str, tuple[str, ...]]
    applications: tuple[PlannedApplication, ...]
    projects: tuple[PlannedProject, ...]
    environments: tuple[PlannedEnvironment, ...]
    logins: dict[str, str]
    trains: int
    share_of_projects: float


def applications(table):
    """``name | criticality | names it needs, by comma`` a line -> PlannedApplications."""
    return tuple(
        PlannedApplication(slugify(name), name, Application.Criticality(criticality), _keys(needs))
        for name, criticality, needs in _rows(table)
    )


def projects(table):
    """``name | node | application it owns | applications it touches`` a line -> PlannedProjects."""
    return tuple(
        PlannedProject(slugify(name), name, node, slugify(owns), _keys(touches))
        for name, node, owns, touches in _rows(table)
    )


def environments(table):
    """``name | type | application | units | cost per hour | set-up hours | persistent or ephemeral`` a line."""
    return tuple(
        PlannedEnvironment(
            slugify(name),
            name,
            Environment.Type(kind),
            slugify(application),
            int(units),
            int(cost),
            int(effort),
            lifetime == "persistent",
        )
        for name, kind, application, units, cost, effort, lifetime in _rows(table)
    )


def _rows(table):
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _keys(names):
    return tuple(slugify(name) for name in names.split(",") if name.strip())
