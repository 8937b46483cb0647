"""Since when scopes are tracked: figures before that are unknown, not zero.

A project says it itself; a node and the organisation are tracked from the first day any member is, an application
with the project that owned it last.  A project that says nothing has always been tracked.
"""

from dataclasses import dataclass, field
from datetime import date

from releasemgr.portfolio.models import Ownership, Portfolio, Project
from releasemgr.tenancy.days import day_start


@dataclass
class Tracking:
    """Scopes with a known beginning; a scope that is absent has none."""

    since: dict = field(default_factory=dict)

    def parameters(self, zone) -> dict:
        scopes = sorted(self.since, key=str)
        days = [self.since[scope] for scope in scopes]
        return {"tracked": scopes, "since_on": days, "since_at": [day_start(day, zone) for day in days]}


def tracking(org) -> Tracking:
    """The beginnings of an organisation's scopes; one cheap look where no project names one."""
    if not Project.objects.exclude(tracking_started_on=None).exists():
        return Tracking()
    projects = list(Project.objects.values_list("pk", "portfolio_id", "tracking_started_on"))
    parents = dict(Portfolio.objects.values_list("pk", "parent_id"))
    members: dict = {}
    for project_id, node_id, since in projects:
        for scope in (project_id, org.pk, *_upwards(node_id, parents)):
            members.setdefault(scope, []).append(since)
    owners = dict(Ownership.objects.order_by("starts_at").values_list("application_id", "project_id"))
    for application_id, project_id in owners.items():
        members[application_id] = members[project_id]
    return Tracking({scope: first for scope, days in members.items() if (first := _first(days))})


def _first(days) -> date | None:
    return None if None in days else min(days)


def _upwards(node_id, parents):
    seen = set()
    while node_id and node_id not in seen:
        seen.add(node_id)
        yield node_id
        node_id = parents.get(node_id)
