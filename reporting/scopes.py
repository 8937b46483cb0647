"""What figures are asked for: the organisation, a node, a project, an application, an enterprise release, an environment.

In URLs a scope is ``kind:key``, such as ``project:payments``; nothing for the organisation.
"""

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release
from releasemgr.portfolio.models import Application, Environment, Ownership, Portfolio, Project
from releasemgr.tenancy.ids import uuid_or_none

KINDS = {
    "organisation": _("Organisation"),
    "portfolio": _("Portfolio"),
    "project": _("Project"),
    "application": _("Application"),
    "release": _("Enterprise release"),
    "environment": _("Environment"),
}


@dataclass(frozen=True)
class Scope:
    """One scope: its kind, the id that cells know, the key that URLs know, and its name."""

    kind: str
    id: UUID
    key: str
    name: str

    @property
    def parameter(self) -> str:
        """The value of ``scope`` in a URL."""
        return "" if self.kind == "organisation" else f"{self.kind}:{self.key}"

    @property
    def kind_label(self):
        return KINDS[self.kind]

    def __str__(self):
        return self.name


class NoSuchScope(LookupError):
    """A scope parameter that names nothing in this organisation."""


def organisation_scope(org) -> Scope:
    return Scope("organisation", org.pk, "", org.name)


def find_scope(org, parameter: str) -> Scope:
    """The scope a URL names; raises NoSuchScope."""
    if not parameter:
        return organisation_scope(org)
    kind, _colon, key = parameter.partition(":")
    row = _ROWS[kind](key) if kind in _ROWS else None
    if row is None:
        raise NoSuchScope(parameter)
    return _scope(kind, row)


def choices(org, current: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of ``(parameter, name)`` for a drop-down: the tree, enterprise releases, and where one is now.

    Projects and applications are reached by drilling down; a large organisation has thousands.
    """
    nodes = [_scope("portfolio", node) for node in Portfolio.objects.order_by("name", "pk")[:200]]
    trains = Release.objects.filter(kind=Release.Kind.ENTERPRISE).order_by("-target_date", "-number")[:50]
    groups = {"organisation": [organisation_scope(org)], "portfolio": nodes}
    groups["release"] = [_scope("release", train) for train in trains]
    if current.parameter not in {scope.parameter for scopes in groups.values() for scope in scopes}:
        groups.setdefault(current.kind, []).append(current)
    return [
        (KINDS[kind], [(scope.parameter, scope.name) for scope in scopes])
        for kind, scopes in groups.items()
        if scopes
    ]


def members(scope: Scope, *, limit: int = 100) -> list[Scope]:
    """The scopes one step below, by name: where a roll-up's figure comes from."""
    kind, rows = _below(scope)
    return [_scope(kind, row) for row in rows[:limit]]


def _below(scope: Scope):
    if scope.kind == "organisation":
        roots = Portfolio.objects.filter(parent=None).order_by("name", "pk")
        return ("portfolio", roots) if roots.count() > 1 else _below_node(roots.first())
    if scope.kind == "portfolio":
        return _below_node(Portfolio.objects.get(pk=scope.id))
    if scope.kind == "project":
        owned = Ownership.objects.filter(project=scope.id, ends_at=None).values("application_id")
        return "application", Application.objects.filter(pk__in=owned).order_by("name", "pk")
    if scope.kind == "release":
        below = Release.objects.filter(parent=scope.id, project__isnull=False).values("project_id")
        return "project", Project.objects.filter(pk__in=below).order_by("name", "pk")
    return scope.kind, []


def _below_node(node):
    if node is None:
        return "project", []
    nodes = Portfolio.objects.filter(parent=node).order_by("name", "pk")
    if nodes.exists():
        return "portfolio", nodes
    return "project", Project.objects.filter(portfolio=node).order_by("name", "pk")


def _scope(kind: str, row) -> Scope:
    key = {"portfolio": "pk", "release": "number"}.get(kind, "key")
    return Scope(kind, row.pk, str(getattr(row, key)), row.name)


_ROWS = {
    "portfolio": lambda key: Portfolio.objects.filter(pk=uuid_or_none(key)).first(),
    "project": lambda key: Project.objects.filter(key=key).first(),
    "application": lambda key: Application.objects.filter(key=key).first(),
    "environment": lambda key: Environment.objects.filter(key=key).first(),
    "release": lambda key: (
        Release.objects.filter(kind=Release.Kind.ENTERPRISE, number=int(key)).first()
        if key.isascii() and key.isdigit() and len(key) < 10
        else None
    ),
}
