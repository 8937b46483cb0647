"""The organisation tree in memory: one query, then paths, subtrees and counts without further ones."""

from collections import Counter
from dataclasses import dataclass, field

from releasemgr.portfolio.models import Portfolio, Project


@dataclass
class Branch:
    """A node with its children in order of name; ``projects`` counts its own, ``projects_below`` those of all below too."""

    node: Portfolio
    children: list["Branch"] = field(default_factory=list)
    projects: int = 0

    @property
    def projects_below(self):
        return self.projects + sum(child.projects_below for child in self.children)

    @property
    def is_empty(self):
        """Whether nothing hangs on it here: no node and no project."""
        return not self.children and not self.projects


class Tree:
    """All nodes of the scope's organisation."""

    def __init__(self, nodes):
        self.branches = {node.pk: Branch(node) for node in nodes}
        self.roots = []
        for branch in self.branches.values():
            parent = self.branches.get(branch.node.parent_id)
            (parent.children if parent else self.roots).append(branch)

    @classmethod
    def load(cls, *, with_projects=False):
        """Read the tree: one query, or two ``with_projects``."""
        tree = cls(Portfolio.objects.order_by("name", "pk"))
        if with_projects:
            counts = Counter(Project.objects.values_list("portfolio_id", flat=True))
            for pk, branch in tree.branches.items():
                branch.projects = counts[pk]
        return tree

    def path(self, pk):
        """The nodes from the top down to this one, itself included."""
        found = []
        while pk is not None and pk in self.branches:
            node = self.branches[pk].node
            found.append(node)
            pk = node.parent_id
        return found[::-1]

    def name_of(self, pk):
        """The path in words: ``Retail bank › Cards``."""
        return " › ".join(node.name for node in self.path(pk))

    def below(self, pk):
        """The ids of a node and of everything under it; empty for an unknown node."""
        found, waiting = set(), [self.branches[pk]] if pk in self.branches else []
        while waiting:
            branch = waiting.pop()
            found.add(branch.node.pk)
            waiting.extend(branch.children)
        return found

    def choices(self, *, without=()):
        """``(id, path in words)`` of every node, in order of the path, leaving out the ids in ``without``."""
        named = [(pk, self.name_of(pk)) for pk in self.branches if pk not in without]
        return sorted(named, key=lambda choice: choice[1].casefold())
