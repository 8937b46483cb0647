"""The organisation's tree, projects and applications by id, each read in one statement when first needed."""

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

from releasemgr.portfolio.models import Application, Environment, Ownership, Portfolio, Project


class Node(NamedTuple):
    """A portfolio node; ``path`` holds its name after those above it, ``within`` the ids of itself and all above."""

    name: str
    path: tuple[str, ...]
    within: frozenset


class Named(NamedTuple):
    """A project (``node_id`` is its portfolio node) or an application (``node_id`` is None)."""

    key: str
    name: str
    node_id: object = None


class Places:
    """What things can be placed at; ``at`` decides which project owns an application."""

    def __init__(self, *, at):
        self.at = at

    @cached_property
    def nodes(self):
        """``{id: Node}`` in the order of the tree."""
        below = defaultdict(list)
        for pk, name, parent_id in Portfolio.objects.order_by("name").values_list("pk", "name", "parent_id"):
            below[parent_id].append((pk, name))
        return dict(_walk(below, None, (), frozenset()))

    @cached_property
    def projects(self):
        rows = Project.objects.order_by("name", "pk").values_list("pk", "key", "name", "portfolio_id")
        return {pk: Named(*named) for pk, *named in rows}

    @cached_property
    def applications(self):
        rows = Application.objects.order_by("name", "pk").values_list("pk", "key", "name")
        return {pk: Named(*named) for pk, *named in rows}

    @cached_property
    def environments(self):
        rows = Environment.objects.order_by("name", "pk").values_list("pk", "key", "name")
        return {pk: Named(*named) for pk, *named in rows}

    @cached_property
    def owners(self):
        """``{application id: id of the project that owns it}``."""
        return dict(Ownership.objects.at(self.at).values_list("application_id", "project_id"))

    def projects_within(self, node_id):
        """Ids of the projects of a node and of all nodes below it."""
        return {pk for pk, project in self.projects.items() if node_id in self.nodes[project.node_id].within}

    def nodes_within(self, node_id):
        """Ids of a node and of all nodes below it."""
        return [pk for pk, node in self.nodes.items() if node_id in node.within]

    def id_of(self, named, key):
        """The id that goes with a key of ``projects`` or ``applications``."""
        return next(pk for pk, one in named.items() if one.key == key)

    def node_choices(self):
        """Choices of a form; deeper nodes are indented."""
        return [(str(pk), "\u2003" * (len(node.path) - 1) + node.name) for pk, node in self.nodes.items()]

    def project_choices(self):
        return [(project.key, project.name) for project in self.projects.values()]

    def application_choices(self):
        return [(application.key, application.name) for application in self.applications.values()]


def _walk(below, parent_id, path, within):
    for pk, name in below[parent_id]:
        node = Node(name, (*path, name), within | {pk})
        yield pk, node
        yield from _walk(below, pk, node.path, node.within)
