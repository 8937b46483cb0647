"""Into which lane an event belongs, by enterprise release, project, portfolio node or application."""

from typing import NamedTuple
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from calendar_app.calendar.window import USUAL_KINDS, Kind
from calendar_app.models import Claim, Release

Resource = Claim.Resource
LAST = (9,)  # after every group that has an order of its own


class Spot(NamedTuple):
    """A lane before its bars: where it stands, what it is called, and what it is about (for blockouts in scope)."""

    order: tuple
    key: str
    title: str
    url: str = ""
    note: str = ""
    group: str = ""
    node_id: UUID | None = None
    project_id: UUID | None = None
    application_id: UUID | None = None


class Grouping:
    """Puts events into lanes. ``key_of`` is called per event, ``spot`` once per lane.

    ``links`` makes URLs of objects without asking the resolver each time.
    """

    kinds = USUAL_KINDS

    def __init__(self, places, window, links, *, today):
        self.places, self.window, self.links, self.today = places, window, links, today

    def lanes(self):
        """``[(Spot, [Event, …]), …]`` in the order they are drawn."""
        found = {}
        for event in self.window.events:
            found.setdefault(self.key_of(event), []).append(event)
        spots = [(self.spot(key), events) for key, events in found.items()]
        return sorted(spots, key=lambda lane: (lane[0].order, lane[0].title.casefold(), lane[0].key))

    def project_of(self, event):
        """The project of an event: its own, else the one that owns the application it is on."""
        if event.project_id or event.resource_kind != Resource.APPLICATION:
            return event.project_id
        return self.places.owners.get(event.resource_id)

    def elsewhere(self, event):
        """The key of what belongs to no project: by application, environment, node, or nothing of these."""
        if event.resource_kind in (Resource.APPLICATION, Resource.ENVIRONMENT, Resource.PORTFOLIO):
            return event.resource_kind, event.resource_id
        return "organisation", None

    def spot(self, key):
        kind, pk = key
        return getattr(self, f"_{kind}")(pk)

    def _project(self, pk, *, order=(1,), group=None, note="", key=""):
        project = self.places.projects[pk]
        node = self.places.nodes[project.node_id]
        return Spot(
            order=order if group is not None else (*order, node.path),
            key=f"{key}p-{project.key}",
            title=project.name,
            url=self.links.project(project.key),
            note=note,
            group=" › ".join(node.path) if group is None else group,
            node_id=project.node_id,
            project_id=pk,
        )

    def _application(self, pk):
        application = self.places.applications[pk]
        return Spot(
            order=LAST,
            key=f"a-{application.key}",
            title=application.name,
            url=self.links.application(application.key),
            group=_("Applications without a project"),
            application_id=pk,
        )

    def _environment(self, pk):
        environment = self.places.environments[pk]
        title, url = environment.name, self.links.environment(environment.key)
        return Spot((*LAST, 1), f"e-{environment.key}", title, url, group=_("Environments"))

    def _portfolio(self, pk):
        node = self.places.nodes[pk]
        return Spot(LAST, f"n-{pk.hex[-8:]}", node.name, group=_("Portfolio"), node_id=pk)

    def _organisation(self, _pk):
        return Spot(LAST, "o", _("Whole organisation"), group=_("Portfolio"))

    def _train(self, pk):
        """An enterprise release with its own phases, gates and milestones."""
        train = self.window.releases.get(pk) or next(
            train for train in self.window.trains.values() if train.pk == pk
        )
        return Spot(
            order=(0, train.is_done, str(train.target_date or ""), train.number, 0),
            key=f"r-{train.number}",
            title=train.name,
            url=self.links.release(train.number),
            note=_note_of(train, self.today),
            group=self.group_of(train),
            node_id=train.portfolio_id,
        )

    def group_of(self, train):
        return _("Enterprise releases")


class ByRelease(Grouping):
    """Enterprise releases, each with its own lane and a lane for every project in it; then what stands alone."""

    label = gettext_lazy("Enterprise release")

    def key_of(self, event):
        train = self.window.trains.get(event.release_id)
        project_id = self.project_of(event)
        if train is not None:
            return ("member", (train.pk, project_id)) if project_id else ("train", train.pk)
        return ("alone", project_id) if project_id else self.elsewhere(event)

    def group_of(self, train):
        count = self.window.project_releases[train.pk]
        if not count:
            return train.name
        words = ngettext("%(n)d project release", "%(n)d project releases", count) % {"n": count}
        return f"{train.name} · {words}"

    def _member(self, pk):
        train_id, project_id = pk
        train = self._train(train_id)
        return self._project(project_id, order=(*train.order[:-1], 1), group=train.group, key=f"{train.key}-")

    def _alone(self, project_id):
        return self._project(project_id, order=(1,), group=_("Independent of enterprise releases"))


class ByProject(Grouping):
    """A lane per project under its portfolio node; enterprise releases first."""

    label = gettext_lazy("Project")

    def key_of(self, event):
        project_id = self.project_of(event)
        if project_id:
            return "project", project_id
        return (
            ("train", event.release_id) if event.release_id in self.window.trains else self.elsewhere(event)
        )


class ByPortfolio(Grouping):
    """A lane per portfolio node, with releases rather than their phases."""

    label = gettext_lazy("Portfolio")
    kinds = (Kind.RELEASE, Kind.GO_LIVE, Kind.MILESTONE)

    def key_of(self, event):
        project_id = self.project_of(event)
        if project_id:
            return "portfolio", self.places.projects[project_id].node_id
        return self.elsewhere(event)

    def _portfolio(self, pk):
        node = self.places.nodes[pk]
        return Spot((0, node.path), f"n-{pk.hex[-8:]}", node.name, group=node.path[0], node_id=pk)


class ByApplication(Grouping):
    """A lane per application: go-lives that change it, and its deployments."""

    label = gettext_lazy("Application")
    kinds = (Kind.GO_LIVE, Kind.DEPLOYMENT)

    def key_of(self, event):
        if event.resource_kind == Resource.APPLICATION:
            return "application", event.resource_id
        return self.elsewhere(event)

    def _application(self, pk):
        application = self.places.applications[pk]
        owner = self.places.owners.get(pk)
        return Spot(
            order=(0,),
            key=f"a-{application.key}",
            title=application.name,
            url=self.links.application(application.key),
            note=self.places.projects[owner].name if owner else "",
            project_id=owner,
            application_id=pk,
        )


GROUPINGS = {
    "release": ByRelease,
    "project": ByProject,
    "portfolio": ByPortfolio,
    "application": ByApplication,
}


def _note_of(train, today):
    """ "REL-5 · 12 Dec · R-19": number, go-live and the days that are left to it."""
    words = [f"REL-{train.number}"]
    if train.target_date:
        words.append(date_format(train.target_date, "j M Y"))
    days = (train.target_date - today).days if train.target_date else -1
    if days >= 0 and train.status != Release.Status.CANCELLED:
        words.append(_("R-%(days)d") % {"days": days})
    return " · ".join(words)
