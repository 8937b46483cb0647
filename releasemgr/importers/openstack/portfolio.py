"""The first slice: organisation tree, teams, projects, applications and who owns what since when."""

from dataclasses import dataclass
from datetime import date

from releasemgr.importers.openstack.pack import INDEPENDENT
from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project, Team
from releasemgr.tenancy.days import day_start


@dataclass(frozen=True)
class Stock:
    """The top of the tree, and projects and applications by the name of their deliverable."""

    root: Portfolio
    projects: dict[str, Project]
    applications: dict[str, Application]


def bring_portfolio(pack, org, arrivals):
    """Bring in a node for each type of deliverable, and a project and an application for each deliverable.

    A deliverable belongs where its newest cycle has it; teams and types of earlier cycles are not kept.
    """
    newest = _newest(pack)
    root = arrivals.bring([Portfolio(name=org.name)], (), key="name")[org.name]
    names = sorted({deliverable.node for deliverable in newest.values()})
    nodes = arrivals.bring([Portfolio(name=name, parent=root) for name in names], (), key="name")
    team_names = sorted({deliverable.team for deliverable in newest.values()})
    teams = arrivals.bring([Team(name=name) for name in team_names], (), key="name")
    projects = arrivals.bring(
        [
            Project(
                key=key_of(name), name=name, portfolio=nodes[deliverable.node], team=teams[deliverable.team]
            )
            for name, deliverable in newest.items()
        ],
        ("name", "portfolio", "team"),
        key="key",
    )
    applications = arrivals.bring(
        [Application(key=key_of(name), name=name) for name in newest], ("name",), key="key"
    )
    stock = Stock(
        root,
        {name: projects[key_of(name)] for name in newest},
        {name: applications[key_of(name)] for name in newest},
    )
    _bring_ownerships(pack, org, stock, arrivals)
    return stock


def key_of(name):
    """The key of a deliverable's project and application: its name with hyphens for dots (keys stand in URLs)."""
    return name.replace(".", "-").lower()


def _newest(pack):
    """Deliverable name -> its line in the newest cycle it is part of."""
    newest = {}
    for cycle in (INDEPENDENT, *pack.cycles):
        newest.update(pack.deliverables[cycle])
    return newest


def _bring_ownerships(pack, org, stock, arrivals):
    """Each application is its project's since the deliverable first appeared."""
    owned = set(Ownership.objects.values_list("application_id", flat=True))
    arrivals.make(
        [
            Ownership(
                application=application,
                project=stock.projects[name],
                starts_at=day_start(_first_day(pack, name), org.zone),
            )
            for name, application in stock.applications.items()
            if application.pk not in owned
        ]
    )


def _first_day(pack, name):
    days = [
        cycle.starts_on or cycle.final_date
        for cycle in pack.cycles.values()
        if name in pack.deliverables[cycle.key]
    ]
    days += [
        line.released_at.date()
        for line in pack.versions[INDEPENDENT]
        if line.deliverable == name and line.released_at
    ]
    return min(days, default=None) or min(
        (c.final_date for c in pack.cycles.values()), default=date(2010, 1, 1)
    )
