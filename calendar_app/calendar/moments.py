"""Events as moments of days, for month and agenda: what happens on a day, what begins, what ends."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from calendar_app.calendar.stances import Stances
from calendar_app.calendar.window import Event, Kind
from calendar_app.models import Release
from releasemgr.timeline.bars import words_spoken

# Shown first on a crowded day: what the whole organisation waits for.
RANKS = ("go_live", "gate", "milestone", "outage", "release", "phase", "deployment", "booking")
_TICK = timedelta(microseconds=1)
AT_ONCE = frozenset({"go_live", "gate"})
ICONS = {
    "release": "package",
    "go_live": "flag",
    "phase": "timeline",
    "gate": "diamond",
    "milestone": "flag",
    "deployment": "rocket",
    "booking": "clipboard-list",
    "outage": "bolt",
}


class Moment(NamedTuple):
    """An event on a day; ``edge`` is "" for what fits one day, else "starts", "ends" or "throughout"."""

    day: date
    at: datetime
    event: Event
    edge: str


class Line(NamedTuple):
    """A moment in words, as month and agenda show it."""

    name: str
    url: str
    kind: str
    icon: str
    kind_words: str
    edge: str
    time: str
    about: str
    status: str
    state_words: str
    conflicts: int


class Moments:
    """The moments of a period in the organisation's zone; ``window`` and ``places`` give names."""

    def __init__(self, period, window, places, links, *, zone, now):
        self.period, self.window, self.places, self.links, self.zone = period, window, places, links, zone
        self.stances = Stances(now)
        self.spoken = words_spoken()
        self.kinds = {kind.value: str(kind.label) for kind in (*Kind, Release.Kind.INITIATIVE)}

    def sorted(self):
        """All moments of the days shown, by day; what lasts longer than all of them comes last."""
        first, last = self.period.shown()
        found = [moment for event in self.window.events for moment in self._moments_of(event, first, last)]
        order = {kind: rank for rank, kind in enumerate(RANKS)}
        return sorted(
            found,
            key=lambda one: (
                one.day,
                one.edge == "throughout",
                order[one.event.kind],
                one.at,
                one.event.title,
            ),
        )

    def _moments_of(self, event, first, last):
        starts = event.starts_at.astimezone(self.zone)
        begins, ends = starts.date(), self._last_day(event)
        if begins == ends or event.kind in AT_ONCE:
            if first <= begins < last:
                yield Moment(begins, starts, event, "")
            return
        if first <= begins < last:
            yield Moment(begins, starts, event, "starts")
        if first <= ends < last and event.kind != "release":  # its go-live says so
            yield Moment(ends, event.ends_at, event, "ends")
        if begins < first and ends >= last and self.period.view != "month":
            yield Moment(last, starts, event, "throughout")

    def _last_day(self, event):
        return (event.ends_at - _TICK).astimezone(self.zone).date()

    def line(self, moment):
        """A moment in words."""
        event = moment.event
        status, state, words = self.stances.of(event)
        edges = {"starts": _("Start"), "ends": _("End"), "throughout": "", "": ""}
        return Line(
            name=_("Go-live") if event.kind == "go_live" else event.title,
            url=self.links.mount + event.path,
            kind=event.kind,
            icon=ICONS[event.kind],
            kind_words=self.kinds["initiative" if event.part == "initiative" else event.kind],
            edge=edges[moment.edge],
            time=self._time(moment),
            about=self._about(event),
            status=status,
            state_words=self.spoken.get(state, "") or words,
            conflicts=self.window.clashes_of(event),
        )

    def _time(self, moment):
        """The time of day of what has one: "14:00"; whole days have none."""
        if moment.event.kind not in {"deployment", "booking", "outage"} or moment.edge == "throughout":
            return ""
        return date_format(moment.at.astimezone(self.zone), "H:i")

    def _about(self, event):
        """Whose it is: the release, else the project, else the application or environment."""
        if event.kind == "go_live":
            return event.title
        if event.kind != "release" and event.release_id:
            return self.window.releases[event.release_id].name
        named = {
            "project": self.places.projects,
            "application": self.places.applications,
            "portfolio": self.places.nodes,
            "environment": self.places.environments,
        }
        found = named.get(event.resource_kind, {}).get(event.resource_id)
        return found.name if found else ""


def by_day(moments):
    """``{day: [Moment, …]}`` in their order."""
    days = defaultdict(list)
    for moment in moments:
        days[moment.day].append(moment)
    return days
