"""What blockouts claim: their scope and, through the organisation tree, everything below it."""

from collections import defaultdict

from calendar_app.claims import claim, stake, stakes
from calendar_app.conflicts import take_turns
from calendar_app.models import Blockout, Claim
from calendar_app.models.blockouts import USUAL_STOPS
from releasemgr.portfolio.models import Ownership, Portfolio, Project

Kind, Resource = Claim.Kind, Claim.Resource


@stakes(Blockout)
def claims_of_blockouts(blockouts):
    """A blockout on its scope, and on every project and application below it."""
    tree = _Tree()
    for blockout in blockouts:
        if blockout.cancelled_at:
            continue
        for index, (resource_kind, resource_id) in enumerate(tree.leaves(blockout)):
            yield claim(
                blockout,
                kind=Kind.BLOCKOUT,
                part=_part(blockout),
                resource_kind=resource_kind,
                resource_id=resource_id,
                starts_at=blockout.starts_at,
                ends_at=blockout.ends_at,
                is_primary=index == 0,
                is_hard=blockout.is_hard,
                project_id=blockout.project_id,
                state="hard" if blockout.is_hard else "soft",
                title=blockout.name,
                path=f"calendar/blockouts/{blockout.pk}/",
            )


def _part(blockout):
    """What a blockout stops, for the conflict rules: "" for the usual, else the kinds of claims joined by "+"."""
    stops = sorted(blockout.stops)
    return "" if stops == sorted(USUAL_STOPS) else "+".join(stops)


def settle_tree(_rows):
    """Restake all blockouts that reach down the tree, after nodes, projects or ownerships changed."""
    take_turns()  # before the blockouts are read: one that is being made is waited for
    stake(Blockout.objects.filter(cancelled_at=None, application=None))


class _Tree:
    """The organisation tree with the projects below each node and the applications they own, read once.

    A blockout and a change of the tree at the same time would each miss the other: they take turns.
    """

    def __init__(self):
        take_turns()
        self.children, self.projects, self.ownerships = (
            defaultdict(list),
            defaultdict(list),
            defaultdict(list),
        )
        for pk, parent_id in Portfolio.objects.values_list("pk", "parent_id"):
            self.children[parent_id].append(pk)
        for pk, portfolio_id in Project.objects.values_list("pk", "portfolio_id"):
            self.projects[portfolio_id].append(pk)
        for ownership in Ownership.objects.all():
            self.ownerships[ownership.project_id].append(ownership)

    def leaves(self, blockout):
        """``(resource kind, id)`` of the scope first, then of everything below it at the blockout's time."""
        if blockout.application_id:
            return [(Resource.APPLICATION, blockout.application_id)]
        if blockout.project_id:
            return self._below_projects([blockout.project_id], blockout)
        nodes = self._nodes(blockout.portfolio_id)
        projects = [project for node in nodes for project in self.projects[node]]
        return [(Resource.PORTFOLIO, node) for node in nodes] + self._below_projects(projects, blockout)

    def _nodes(self, top):
        found = [top]
        for node in found:
            found.extend(self.children[node])
        return found

    def _below_projects(self, projects, blockout):
        applications = {
            ownership.application_id: None
            for project in projects
            for ownership in self.ownerships[project]
            if ownership.starts_at < blockout.ends_at
            and (ownership.ends_at is None or ownership.ends_at > blockout.starts_at)
        }
        return [(Resource.PROJECT, project) for project in projects] + [
            (Resource.APPLICATION, application) for application in applications
        ]
