"""Events as bars and blockouts as bands of the timeline."""

from django.utils.translation import gettext as _

from calendar_app.calendar.stances import Stances
from calendar_app.models import Phase, Release
from releasemgr.timeline import Band, Bar, Lane

_SERIES = {
    Phase.Kind.DESIGN: 1,
    Phase.Kind.BUILD: 2,
    Phase.Kind.SIT: 3,
    Phase.Kind.UAT: 5,
    Phase.Kind.PREPARATION: 4,
    Phase.Kind.DEPLOYMENT: 6,
    Phase.Kind.HYPERCARE: 1,
}
SERIES = {str(kind): series for kind, series in _SERIES.items()}


class Drawing:
    """Draws the events of one page. ``names_releases``: bars say which release they are of, as their lane does not."""

    def __init__(self, scale, window, links, *, now, names_releases):
        self.scale, self.window, self.links = scale, window, links
        self.mount = links.mount
        self.stances = Stances(now)
        self.names_releases = names_releases
        self._go_live = _("Go-live")
        self._initiative = str(Release.Kind.INITIATIVE.label)

    def lane(self, spot, events, *, more_url, is_open):
        """One lane of the timeline with all its bars."""
        return Lane(
            key=spot.key,
            title=spot.title,
            bars=[self.bar(event) for event in events],
            url=spot.url,
            note=spot.note,
            group=spot.group,
            more_url=more_url,
            is_open=is_open,
            can_book=False,
        )

    def bar(self, event):
        status, state, standing = self.stances.of(event)
        start, end = self.scale.span(event.starts_at, event.ends_at)
        name, kind, detail = event.title, event.kind, ""
        if kind == "go_live":
            # Beside the bar of its release a flag need not repeat the name.
            name, detail = (self._go_live, name) if "release" in self.window.kinds else (name, self._go_live)
            kind = "milestone"
        elif event.part == "initiative":
            detail = self._initiative
        elif self.names_releases and event.release_id and kind != "release":
            detail = self.window.releases[event.release_id].name
        return Bar(
            name,
            self.mount + event.path,
            start,
            end,
            kind,
            SERIES.get(event.part, 0) if kind == "phase" else 0,
            status,
            state,
            detail,
            self.window.clashes_of(event),
            standing=standing,
        )

    def bands(self, spots, places):
        """Blockouts as bands over the lanes in their scope; those over no lane are left out."""
        bands = []
        for veto in self.window.blockouts:
            keys = frozenset(spot.key for spot in spots if is_in_scope(veto, spot, places))
            if not keys:
                continue
            start, end = self.scale.span(veto.starts_at, veto.ends_at)
            bands.append(
                Band(
                    veto.name,
                    start,
                    end,
                    hard=veto.is_hard,
                    url=self.links.blockout(veto.pk),
                    lanes=None if len(keys) == len(spots) else keys,
                    scope=scope_words(veto, places),
                )
            )
        return bands


def is_in_scope(veto, spot, places):
    """Whether a blockout reaches the lane: its node or one above, its project, its application."""
    if veto.project_id:
        return spot.project_id == veto.project_id
    if veto.application_id:
        owner = places.owners.get(veto.application_id)
        return spot.application_id == veto.application_id or (owner is not None and owner == spot.project_id)
    node_id = places.projects[spot.project_id].node_id if spot.project_id else spot.node_id
    return node_id is not None and veto.portfolio_id in places.nodes[node_id].within


def scope_words(veto, places):
    """What a blockout is for, by name."""
    if veto.project_id:
        return places.projects[veto.project_id].name
    if veto.application_id:
        return places.applications[veto.application_id].name
    return places.nodes[veto.portfolio_id].name
