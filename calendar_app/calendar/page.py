"""One page of the calendar, from what its URL asks for."""

from functools import cached_property

from django.utils.translation import gettext as _

from calendar_app.calendar.drawing import SERIES, Drawing
from calendar_app.calendar.groupings import GROUPINGS
from calendar_app.calendar.links import Links
from calendar_app.calendar.period import TIMELINES, Period, asked_day
from calendar_app.calendar.places import Places
from calendar_app.calendar.window import Window, conflicts
from calendar_app.filters import CalendarFilter
from calendar_app.models import Claim, Phase
from releasemgr.tenancy.days import local_date
from releasemgr.timeline import Choice, Scale, Timeline

LANES, BARS = 60, 1_750  # drawn at once; a bar is three elements, and a timeline has 6,000 at most
TRANSIENT = ("page", "lanes", "open")  # not carried from one page to the next


class Page:
    """The calendar of ``org`` at the instant ``now`` for ``query`` (a QueryDict); unknown values mean the usual ones.

    ``is_fragment``: only the lanes after the first ``lanes`` were asked for.
    """

    def __init__(self, org, query, *, now, is_fragment=False):
        self.query, self.zone, self.now, self.is_fragment = query, org.zone, now, is_fragment
        self.today = local_date(now, org.zone)
        asked = query.get("view", "")
        self.view = asked if asked in (*TIMELINES, "month", "list", "day") else "quarter"
        self.period = Period.around(self.view, asked_day(query.get("date", ""), self.today))
        self.group = query.get("group") if query.get("group") in GROUPINGS else "release"
        self.is_table = query.get("as") == "table"
        self.links = Links()
        self.places = Places(at=now)

    @cached_property
    def filter(self):
        starts_at, ends_at = self.period.bounds(self.zone)
        claims = Claim.objects
        on_applications = self.period.is_timeline and self.group == "application"
        within = (
            claims.during(starts_at, ends_at).on_applications()
            if on_applications
            else claims.window(starts_at, ends_at)
        )
        return CalendarFilter(
            self.query,
            within,
            places=self.places,
            usual_kinds=self.grouping_class.kinds,
            clashing=conflicts(starts_at, ends_at, self.today),
        )

    @property
    def grouping_class(self):
        return GROUPINGS[self.group if self.period.is_timeline else "release"]

    @cached_property
    def window(self):
        bounds = self.period.bounds(self.zone)
        return Window(self.filter.qs, *bounds, kinds=self.filter.kinds, today=self.today)

    @cached_property
    def lanes(self):
        """All lanes as ``[(Spot, [Event, …]), …]``; the page draws some of them."""
        return self.grouping_class(self.places, self.window, self.links, today=self.today).lanes()

    @property
    def timeline(self):
        """The Timeline for quarter, half-year and year."""
        scale = self.scale
        drawing = Drawing(scale, self.window, self.links, now=self.now, names_releases=self.names_releases)
        first, last = self._shown_lanes()
        left = max(len(self.lanes) - last, 0)
        return self.frame(
            lanes=[self._lane(drawing, *lane) for lane in self.lanes[first:last]],
            bands=drawing.bands([spot for spot, _events in self.lanes], self.places),
            view="table" if self.is_table else "timeline",
            sort=self.query.get("sort", "start"),
            views=self.shapes,
            more_url=self.url(lanes=last) if left else "",
            lanes_left=left,
            lane_heading=str(self.grouping_class.label),
        )

    def frame(self, **contents):
        """A Timeline of this period: its heading, steps and views, with or without lanes."""
        return Timeline(
            label=_("Release calendar"),
            scale=self.scale,
            zooms=self.views,
            previous_url=self.previous_url,
            next_url=self.next_url,
            today_url=self.today_url,
            **{"lanes": (), **contents},
        )

    @cached_property
    def scale(self):
        zoom = self.view if self.period.is_timeline else "month"
        return Scale.days(self.period.first, self.period.last, zone=self.zone, zoom=zoom, now=self.now)

    @property
    def names_releases(self):
        """Bars say which release they are of where their lane does not, and always in the table."""
        return self.group != "release" or self.is_table

    def _lane(self, drawing, spot, events):
        more_url = f"{self.url(open=spot.key)}#timeline-{spot.key}"
        return drawing.lane(spot, events, more_url=more_url, is_open=spot.key == self.query.get("open"))

    def _shown_lanes(self):
        """``(first, last)`` lanes: a page has all up to those asked for, a fragment only the next ones."""
        asked = self.query.get("lanes", "")
        first = min(int(asked), len(self.lanes)) if asked.isdecimal() and len(asked) < 6 else 0
        return (first if self.is_fragment else 0), self._last_after(first)

    def _last_after(self, first):
        """Where a helping of lanes ends: LANES further, or where their bars would be more than BARS."""
        last, bars = first, 0
        while last < min(first + LANES, len(self.lanes)):
            bars += len(self.lanes[last][1])
            if bars > BARS and last > first:
                break
            last += 1
        return last

    def url(self, **changes):
        """This page with other parameters; None leaves one out."""
        query = self.query.copy()
        for name in TRANSIENT:
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = str(value)
        return f"?{query.urlencode()}"

    @property
    def previous_url(self):
        return self.url(date=self.period.previous)

    @property
    def next_url(self):
        return self.url(date=self.period.next)

    @property
    def today_url(self):
        return self.url(date=None)

    @property
    def views(self):
        labels = {
            "month": _("Month"),
            "quarter": _("Quarter"),
            "half-year": _("Half-year"),
            "year": _("Year"),
            "list": _("List"),
        }
        return [Choice(label, self.url(view=view), view == self.view) for view, label in labels.items()]

    @property
    def shapes(self):
        return [
            Choice(_("Timeline"), self.url(**{"as": None}), not self.is_table),
            Choice(_("Table"), self.url(**{"as": "table"}), self.is_table),
        ]

    @property
    def phase_kinds(self):
        """``[(number of the colour, name of the kind of phase), …]`` for the legend."""
        return [(SERIES[kind], label) for kind, label in Phase.Kind.choices]

    @property
    def group_choices(self):
        return [(name, grouping.label, name == self.group) for name, grouping in GROUPINGS.items()]

    @property
    def is_narrowed(self):
        """Whether any filter is in force."""
        return any(self.filter.chosen.values())

    @property
    def unfiltered_url(self):
        return self.url(**dict.fromkeys(self.filter.form.fields))

    @property
    def kept(self):
        """What the filter form carries along: ``[(name, value), …]``."""
        asked = {
            "view": self.view,
            "date": self.period.first.isoformat() if "date" in self.query else "",
            "as": "table" if self.is_table else "",
            "sort": self.query.get("sort", "") if self.is_table else "",
        }
        return [(name, value) for name, value in asked.items() if value]
