"""Lanes, and the timeline that the template draws from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from releasemgr.timeline import bars as drawing
from releasemgr.timeline.bars import Band, Bar, Pen
from releasemgr.timeline.header import Header
from releasemgr.timeline.packing import LAST_TRACK, pack, rooms
from releasemgr.timeline.scale import Scale, day_words
from releasemgr.timeline.table import rows_of

LANES_AT_FIRST = 60


@dataclass(frozen=True)
class Lane:
    """One row of the timeline.

    ``key`` is unique on the page and travels as ``lane`` in forms. ``group`` is written as a heading whenever it
    differs from the lane before. A lane with more than 20 tracks ends in "+n more", a link to ``more_url``; with
    ``is_open`` it goes on in further sheets of 20 tracks instead.
    """

    key: str
    title: str
    bars: Sequence[Bar] = ()
    url: str = ""
    note: str = ""
    group: str = ""
    more_url: str = ""
    is_open: bool = False
    can_book: bool = True


@dataclass(frozen=True)
class Choice:
    """One link of a switch: zoom, view, grouping."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True)
class Timeline:
    """Everything ``components/timeline.html`` needs.

    ``lanes`` are the lanes of this answer (the first 60, or the next ones); ``more_url`` brings the next. ``view`` is
    "timeline" or "table". ``create_url`` is the form for an empty stretch, "" where nothing can be made.
    """

    label: str
    scale: Scale
    lanes: Sequence[Lane]
    bands: Sequence[Band] = ()
    id: str = "timeline"
    view: str = "timeline"
    sort: str = "start"
    zooms: Sequence[Choice] = ()
    views: Sequence[Choice] = ()
    previous_url: str = ""
    next_url: str = ""
    today_url: str = ""
    create_url: str = ""
    more_url: str = ""
    lanes_left: int = 0
    empty: str = ""
    lane_heading: str = field(default="")

    @cached_property
    def header(self):
        return Header(self.pen, [band for band in self.bands if drawing.is_on_page(band, self.scale)])

    @cached_property
    def pen(self):
        return Pen(self.scale)

    @property
    def period(self):
        """The page's period in words, last day included: "1 Oct – 31 Dec 2026"."""
        return day_words(self.scale.origin, self.scale.ends_at - self.scale.length)

    @property
    def zone_name(self):
        return str(self.scale.zone)

    @property
    def is_empty(self):
        return not self.lanes

    @cached_property
    def count(self):
        return sum(drawing.is_on_page(bar, self.scale) for lane in self.lanes for bar in lane.bars)

    @property
    def rows(self):
        """The bars of all lanes as rows of the table, sorted by ``sort``."""
        return rows_of(self)

    def lanes_html(self):
        """All lanes with their bars; headings of groups where ``group`` changes."""
        parts, group = [], None
        has_groups = any(lane.group for lane in self.lanes)
        level = 4 if has_groups else 3
        for lane in self.lanes:
            if has_groups and lane.group != group:
                group = lane.group
                parts.append(f'<h3 class="tl-group"><span>{escape(group)}</span></h3>')
            parts.append(self._lane_html(lane, level))
        return mark_safe("".join(parts))  # noqa: S308  every value is escaped where it is written

    def _lane_html(self, lane, level):
        scale = self.scale
        shown = [bar for bar in lane.bars if bar.start < scale.units and bar.end > 0]
        bars = [bar for bar in shown if bar.kind not in drawing.STRIPS]
        strips = [bar for bar in shown if bar.kind in drawing.STRIPS]
        boxes = [self.pen.box(bar) for bar in bars]
        tracks = pack(boxes, tracks=10**6 if lane.is_open else LAST_TRACK)
        spaces = rooms(boxes, tracks, end=scale.units * scale.px)
        deepest = max((track for track in tracks if track is not None), default=0)
        sheets = deepest // LAST_TRACK + 1
        return "".join(
            self._sheet_html(lane, level, sheet, sheets, list(zip(tracks, bars, spaces, strict=True)), strips)
            for sheet in range(sheets)
        )

    def _sheet_html(self, lane, level, sheet, sheets, placed, strips):
        """One ``<section>``: the lane, or 20 tracks of an open lane that needs more."""
        pen, first = self.pen, sheet * LAST_TRACK
        here = [
            (track - first, bar, room)
            for track, bar, room in placed
            if track is not None and track // LAST_TRACK == sheet
        ]
        left_out = sum(track is None for track, _bar, _room in placed)
        here.sort(key=lambda entry: (entry[1].start, entry[0]))
        items = [pen.band(band) for band in self._bands_in(lane)]
        items += [pen.bar(bar, track, room) for track, bar, room in here]
        items += [pen.strip(bar) for bar in strips]
        rows = max((track for track, _bar, _room in here), default=0) + 1
        heading_id = f"{self.id}-{escape(lane.key)}{f'-{sheet}' if sheet else ''}"
        flags = ("" if lane.can_book else " fixed") + (" more" if left_out else "")
        return (
            f'<section class="lane r{rows}{flags}" data-lane="{escape(lane.key)}" aria-labelledby="{heading_id}">'
            f"{lane_heading(lane, level, heading_id, sheet, sheets)}<ul>{''.join(items)}</ul>"
            f"{more_html(lane, left_out)}</section>"
        )

    def _bands_in(self, lane):
        return [band for band in self.header.bands if band.lanes is not None and lane.key in band.lanes]


def lane_heading(lane, level, heading_id, sheet, sheets):
    title = escape(lane.title)
    if sheets > 1:
        title += f" ({sheet + 1}/{sheets})"
    if lane.url:
        title = f'<a href="{escape(lane.url)}">{title}</a>'
    note = f"<small>{escape(lane.note)}</small>" if lane.note else ""
    return f'<h{level} id="{heading_id}" class="lane-name"><span>{title}</span>{note}</h{level}>'


def more_html(lane, left_out):
    if not left_out:
        return ""
    words = escape(_("+%(n)d more") % {"n": left_out})
    hidden = escape(_("in %(lane)s") % {"lane": lane.title})
    return f'<a class="more" href="{escape(lane.more_url or lane.url)}">{words}<span class="x"> {hidden}</span></a>'
