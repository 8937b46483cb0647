"""Which releases a criterion covers, and which criteria a fact concerns: the release of the gate and all below it."""

from collections import defaultdict

from calendar_app.models import Gate, PhaseActivity, Release

# Model -> function of rows that returns the ids of the releases they are facts of; others have ``release``.
_places = {
    Release: lambda rows: {row.pk for row in rows},
    PhaseActivity: lambda rows: set(
        PhaseActivity.objects.filter(pk__in=[row.pk for row in rows]).values_list("phase__release", flat=True)
    ),
}


def add_place(model, finder):
    """Say which releases the rows of a model concern: ``finder(rows)`` returns their ids."""
    _places[model] = finder


def releases_of(model, rows):
    """The ids of the releases that rows of one model are facts of."""
    if model in _places:
        return _places[model](rows)
    return {row.release_id for row in rows} - {None}


def with_those_above(release_ids):
    """The releases and every enterprise release above them; a statement per level."""
    return set().union(release_ids, *lines_above(release_ids).values())


def lines_above(release_ids):
    """``{release id: {ids of the enterprise releases above it, on every level}}``; a statement per level."""
    parents, level = {}, set(release_ids)
    while level:
        above = dict(Release.objects.filter(pk__in=level).values_list("pk", "parent"))
        parents |= above
        level = set(above.values()) - set(parents) - {None}
    return {pk: _climb(pk, parents) for pk in release_ids}


def with_those_below(release_ids):
    """The releases and all that are not cancelled below them; a statement per level."""
    return set(_tree_below(release_ids)[1])


class Reach:
    """The releases that each criterion covers: that of its gate and all below it that are not cancelled.

    A gate of an enterprise release that is about one project covers that project's releases only.
    """

    def __init__(self, criteria):
        self.gates = Gate.objects.in_bulk({criterion.gate_id for criterion in criteria})
        roots = {gate.release_id for gate in self.gates.values()}
        self.children, self.projects, self.enterprises = _tree_below(roots)
        self._under = {root: self._collect(root) for root in roots}
        self._narrow = {}

    def of(self, criterion):
        """The ids of the releases that a criterion covers."""
        gate = self.gates[criterion.gate_id]
        if gate.project_id is None:
            return self._under[gate.release_id]
        key = (gate.release_id, gate.project_id)
        if key not in self._narrow:
            under = self._under[gate.release_id]
            self._narrow[key] = [pk for pk in under if self.projects[pk] == gate.project_id]
        return self._narrow[key]

    def carriers(self, criterion):
        """Those of them that carry changes themselves: all but enterprise releases."""
        return [pk for pk in self.of(criterion) if pk not in self.enterprises]

    @property
    def release_ids(self):
        """Every release that any of the criteria covers."""
        return {pk for under in self._under.values() for pk in under}

    def _collect(self, root):
        found, level = {}, [root]
        while level:
            found |= dict.fromkeys(level)
            level = [below for pk in level for below in self.children.get(pk, ()) if below not in found]
        return list(found)


def _climb(pk, parents):
    """The ids above ``pk``; each once, whatever a race made of the tree."""
    found, above = set(), parents.get(pk)
    while above and above not in found:
        found.add(above)
        above = parents.get(above)
    return found


def _tree_below(roots):
    """``({release id: [ids directly below]}, {release id: project id}, {ids of enterprise releases})`` under ``roots``."""
    children, projects, enterprises = defaultdict(list), {}, set()
    level = Release.objects.filter(pk__in=roots)
    while True:
        rows = list(level.order_by("pk").values_list("pk", "parent", "project", "kind"))
        fresh = {pk for pk, _parent, _project, _kind in rows if pk not in projects}
        for pk, parent_id, _project, kind in rows:
            if projects:
                children[parent_id].append(pk)
            if kind == Release.Kind.ENTERPRISE:
                enterprises.add(pk)
        projects |= {pk: project_id for pk, _parent, project_id, _kind in rows}
        if not fresh:
            return children, projects, enterprises
        level = Release.objects.filter(parent__in=fresh).exclude(status=Release.Status.CANCELLED)
