"""Planting what exists: tree, teams, people, projects, applications and environments."""

from datetime import timedelta

from django.utils.text import slugify

from environments.models import CapacityStep, EnvironmentUse
from releasemgr.portfolio.models import (
    Application,
    ApplicationDependency,
    Environment,
    Ownership,
    Person,
    Portfolio,
    Project,
    Team,
)

_TEAMS = [
    "Kestrel",
    "Plover",
    "Heron",
    "Avocet",
    "Curlew",
    "Dunlin",
    "Egret",
    "Fulmar",
    "Gannet",
    "Godwit",
    "Grebe",
    "Ibis",
    "Jackdaw",
    "Knot",
    "Lapwing",
    "Merlin",
    "Nuthatch",
    "Osprey",
    "Petrel",
    "Quail",
    "Redstart",
    "Sandpiper",
    "Tern",
    "Wagtail",
]
_FIRST = [
    "Amara",
    "Bastian",
    "Chiara",
    "Dmitri",
    "Elena",
    "Farid",
    "Greta",
    "Hugo",
    "Ines",
    "Jonas",
    "Katya",
    "Leon",
    "Maite",
    "Nils",
    "Orla",
    "Pedro",
    "Quirine",
    "Rasmus",
    "Selma",
    "Tomas",
    "Ulla",
    "Victor",
    "Wanda",
    "Xenia",
    "Yusuf",
    "Zoe",
]
_LAST = [
    "Abbate",
    "Bergström",
    "Carvalho",
    "Dekker",
    "Eriksen",
    "Fontaine",
    "Grgić",
    "Halloran",
    "Ivanova",
    "Jokinen",
    "Kowalczyk",
    "Lemaire",
    "Müller",
    "Nkosi",
    "Okonkwo",
    "Petrov",
    "Quist",
    "Ricci",
    "Santos",
    "Thorsen",
    "Urbina",
    "Vermeer",
    "Weiss",
    "Yilmaz",
    "Zielińska",
]
_PEOPLE_PER_TEAM = 4
_AGE_DAYS = 900


def plant_portfolio(scene, members):
    """Plant the blueprint's tree and everything that stands in it; ``members`` are users that get a Person."""
    _plant_tree(scene)
    teams = _plant_teams(scene)
    _plant_people(scene, teams, members)
    _plant_applications(scene)
    _plant_projects(scene, teams)
    _plant_environments(scene)


def _plant_tree(scene):
    (root,) = scene.plant([Portfolio(name=scene.org.name)])
    tree = scene.blueprint.tree
    divisions = scene.plant([Portfolio(name=name, parent=root) for name in tree])
    departments = scene.plant(
        [Portfolio(name=name, parent=division) for division in divisions for name in tree[division.name]]
    )
    scene.nodes = {node.name: node for node in (root, *divisions, *departments)}


def _plant_teams(scene):
    count = max(3, len(scene.blueprint.projects) * 2 // 5)
    return scene.plant([Team(name=f"Team {name}") for name in _TEAMS[:count]])


def _plant_people(scene, teams, members):
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    scene.random.shuffle(names)
    people = [
        Person(name=name, email=_address(name, scene.org), team=teams[index // _PEOPLE_PER_TEAM])
        for index, name in enumerate(names[: len(teams) * _PEOPLE_PER_TEAM])
    ]
    people += [Person(name=user.name, email=user.email, user_id=user.pk, team=teams[0]) for user in members]
    scene.people = scene.plant(people)


def _address(name, org):
    return f"{slugify(name).replace('-', '.')}@{org.slug}.example"


def _plant_applications(scene):
    planned = scene.blueprint.applications
    rows = [
        Application(key=one.key, name=one.name, criticality=one.criticality, owner=scene.someone())
        for one in planned
    ]
    scene.applications = {row.key: row for row in scene.plant(rows)}
    scene.plant(
        [
            ApplicationDependency(application=scene.applications[one.key], needs=scene.applications[needed])
            for one in planned
            for needed in one.needs
        ]
    )


def _plant_projects(scene, teams):
    planned = scene.blueprint.projects
    since = scene.in_days(-_AGE_DAYS)
    rows = [
        Project(
            key=one.key,
            name=one.name,
            portfolio=scene.nodes[one.node],
            team=teams[index % len(teams)],
            lead=scene.someone(),
            tracking_started_on=since,
        )
        for index, one in enumerate(planned)
    ]
    scene.projects = {row.key: row for row in scene.plant(rows)}
    scene.plant(
        [
            Ownership(
                application=scene.applications[one.owns],
                project=scene.projects[one.key],
                starts_at=scene.at(since),
            )
            for one in planned
            if one.owns
        ]
    )


def _plant_environments(scene):
    planned = scene.blueprint.environments
    opened = scene.at(scene.in_days(-_AGE_DAYS))
    rows = [
        Environment(
            key=one.key,
            name=one.name,
            type=one.type,
            application=scene.applications[one.application] if one.application else None,
            owner=scene.someone(),
            is_persistent=one.is_persistent,
            commissioned_at=opened,
        )
        for one in planned
    ]
    scene.environments = {row.key: row for row in scene.plant(rows)}
    scene.plant(
        [
            EnvironmentUse(environment=row, setup_effort_hours=one.setup_effort_hours)
            for row, one in zip(rows, planned, strict=True)
        ]
    )
    scene.plant(list(_capacity_steps(rows, planned, opened, rise=scene.now - timedelta(days=200))))


def _capacity_steps(rows, planned, opened, *, rise):
    """Capacity from the start; every fifth environment of several units had one unit less until ``rise``."""
    for index, (row, one) in enumerate(zip(rows, planned, strict=True)):
        grew = one.units > 1 and index % 5 == 0
        first = one.units - 1 if grew else one.units
        yield CapacityStep(environment=row, starts_at=opened, units=first, hourly_cost=one.hourly_cost)
        if grew:
            yield CapacityStep(environment=row, starts_at=rise, units=one.units, hourly_cost=one.hourly_cost)
