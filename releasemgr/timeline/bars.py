"""Bars and bands, and the functions that write them as HTML: every value escaped, no template in the loop."""

from html import escape
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from releasemgr.timeline.packing import SMALLEST_PX

POINTS = frozenset({"gate", "milestone"})
STRIPS = frozenset({"absence", "duty", "holiday"})
LABEL_PX, LETTER_PX, WIDEST_LABEL = 26, 7, 150
SLIM_PX, ROOMY_PX, MARK_PX, NAMED_PX = 44, 300, 22, 18
MARKED = frozenset({"at-risk", "late", "failed", "done"})


class Bar(NamedTuple):
    """One thing in one lane, in units of the scale, half-open. A named tuple, because a page holds 2,000 of them.

    kind: release phase gate milestone deployment booking blockout maintenance outage refresh change activity, or a
    strip: absence duty holiday. series: phase colour 1 to 6, 0 for the kind's own. status: "" on-track at-risk late
    failed done cancelled. state: of a gate open passed conditional rejected, of a booking requested approved active, of a
    blockout soft hard. detail: words after the name. standing: how it stands, where status and state say too little. when: words for the time, where units are too coarse. key: makes
    the element id ``bar-<key>``. move_url: the form that takes a new from/to/lane; "" when it cannot be moved.
    """

    name: str
    url: str
    start: int
    end: int
    kind: str = "phase"
    series: int = 0
    status: str = ""
    state: str = ""
    detail: str = ""
    conflicts: int = 0
    when: str = ""
    key: str = ""
    move_url: str = ""
    standing: str = ""


class Band(NamedTuple):
    """A stretch marked behind the bars: kind blockout, maintenance or holiday.

    ``lanes`` holds the keys of the lanes in scope, None for all of them; ``hard`` matters for blockouts.
    """

    name: str
    start: int
    end: int
    kind: str = "blockout"
    hard: bool = False
    url: str = ""
    lanes: frozenset | None = None
    scope: str = ""


def clipped(start, end, scale):
    return max(start, 0), min(end, scale.units)


def is_on_page(bar, scale):
    return bar.start < scale.units and bar.end > 0


class Pen:
    """Writes the bars of one page; what repeats from bar to bar is worded and escaped once."""

    def __init__(self, scale):
        self.scale = scale
        self.px, self.units = scale.px, scale.units
        self.spoken = words_spoken()
        self._classes, self._said = {}, {}

    def box(self, bar):
        """The pixels ``[left, right)`` that ``bar`` covers as drawn, cut to the page."""
        start = bar.start if bar.start > 0 else 0
        left = start * self.px
        if bar.kind in POINTS:
            left += (self.px - SMALLEST_PX) / 2
            return left, left + self.point_width(bar)
        width = ((bar.end if bar.end < self.units else self.units) - start) * self.px
        return left, left + (width if width > SMALLEST_PX else SMALLEST_PX)

    def point_width(self, bar, room=0):
        """A diamond or flag, and its marks and its name beside it.

        Coarse zooms reserve no place for names: they show those that find ``room`` in their track anyway.
        """
        marks = MARK_PX if bar.conflicts or bar.status in MARKED else 0
        wanted = min(LABEL_PX + LETTER_PX * len(bar.name), WIDEST_LABEL) + marks
        width = max(-(-wanted // self.px) * self.px, SMALLEST_PX)
        return width if self.px >= NAMED_PX or width <= room else SMALLEST_PX

    def bar(self, bar, track, room=0):
        """One ``<li>`` with the link; positions are the classes of ``pos.css``. ``room``: see ``point_width``."""
        name, url, start, end, kind, *look, detail, conflicts, when, key, move_url, standing = bar
        left = start if start > 0 else 0
        right = end if end < self.units else self.units
        is_point = kind in POINTS
        width = self.point_width(bar, room) // self.px if is_point else right - left
        slim = " slim" if not is_point and width * self.px < SLIM_PX else ""
        if is_point and self.px < NAMED_PX and width * self.px > SMALLEST_PX:
            slim = " named"
        attributes = f' id="bar-{escape(key)}"' if key else ""
        if move_url:
            attributes += f' data-move="{escape(move_url)}"'
        before, after = self._words_about(kind, look[1], look[2], (detail, standing), conflicts)
        label = escape(name)
        if (right - left) * self.px > ROOMY_PX:
            label = f'<span class="n">{label}</span>'  # stays in view while its bar is scrolled
        return (
            f'<li><a class="b s{left} w{width} t{track} {self._look(kind, *look, conflicts > 0)}'
            f'{slim}{cut_classes(left > start, right < end)}" href="{escape(url)}"{attributes}>{label}'
            f'<span class="x">{before}, {escape(when) if when else self.scale.words(start, end)}{after}</span></a></li>'
        )

    def strip(self, bar):
        """A 6 px strip at the foot of the lane: seen, spoken, listed in the table, but no target."""
        left, right = clipped(bar.start, bar.end, self.scale)
        before, after = self._words_about(bar.kind, bar.status, bar.state, (bar.detail, bar.standing), 0)
        when = escape(bar.when) if bar.when else self.scale.words(bar.start, bar.end)
        return (
            f'<li class="st s{left} w{right - left} k-{escape(bar.kind)}"><span class="x">'
            f"{escape(bar.name)}{before}, {when}{after}</span></li>"
        )

    def band(self, band):
        """A band inside one lane; its words stay in the list, so that the lane says them."""
        left, right = clipped(band.start, band.end, self.scale)
        words = escape(self.words_of(band))
        return (
            f'<li class="bd s{left} w{right - left} {band_classes(band)}"><span class="x">{words}</span></li>'
        )

    def chip(self, band, track, start):
        """The name of a band in the header, from the unit ``start``."""
        left, right = clipped(band.start, band.end, self.scale)
        name = f'{escape(band.name)}<span class="x">, {escape(self.words_of(band._replace(name="")))}</span>'
        inner = f'<a href="{escape(band.url)}">{name}</a>' if band.url else f"<span>{name}</span>"
        reach = " b-all" if band.lanes is None else ""
        moved = f' data-s="{left}"' if start != left else ""
        return (
            f'<li class="s{start} w{right - left} t{track} {band_classes(band)}{reach}"{moved}>{inner}</li>'
        )

    def words_of(self, band):
        kind = self.spoken["hard-blockout" if band.hard else band.kind]
        return ", ".join(filter(None, (band.name, kind, self.scale.words(band.start, band.end), band.scope)))

    def _look(self, kind, series, status, state, clashes):
        """The classes that say what it is and how it stands."""
        key = (kind, series, status, state, clashes)
        if key not in self._classes:
            status = "late" if status == "failed" else status  # they look the same and are said differently
            words = (f"k-{kind}", f"p{series}" if series else "", status, state, "clash" if clashes else "")
            self._classes[key] = escape(" ".join(filter(None, words)))
        return self._classes[key]

    def _words_about(self, kind, status, state, details, conflicts):
        """Escaped words before and after the dates: kind and details; state, status and conflicts."""
        key = (kind, status, state, details, conflicts)
        if key not in self._said:
            spoken = self.spoken
            kind_words = spoken.get(kind, "")
            before = (kind_words if kind_words != details[0] else "", *details)
            clash = (
                ngettext("%(n)d conflict", "%(n)d conflicts", conflicts) % {"n": conflicts}
                if conflicts
                else ""
            )
            after = (spoken.get(state, ""), spoken.get(status, ""), clash)
            self._said[key] = (listed(before), listed(after))
        return self._said[key]


def listed(words):
    return escape("".join(f", {word}" for word in words if word))


def cut_classes(before, after):
    """Classes for an end that lies outside the page."""
    return (" cut-l" if before else "") + (" cut-r" if after else "")


def band_classes(band):
    return f"k-{escape(band.kind)}{' hard' if band.hard else ''}"


def words_spoken():
    """Words for kinds, states and statuses in the language of this request."""
    return {
        "release": _("release"),
        "gate": _("gate"),
        "milestone": _("milestone"),
        "deployment": _("deployment"),
        "booking": _("booking"),
        "blockout": _("blockout"),
        "hard-blockout": _("hard blockout"),
        "maintenance": _("maintenance window"),
        "outage": _("outage"),
        "refresh": _("data refresh"),
        "change": _("environment change"),
        "absence": _("absence"),
        "duty": _("duty"),
        "holiday": _("holiday"),
        "on-track": _("on track"),
        "at-risk": _("at risk"),
        "late": _("late"),
        "failed": _("failed"),
        "done": _("done"),
        "cancelled": _("cancelled"),
        "open": _("open"),
        "passed": _("passed"),
        "conditional": _("passed with conditions"),
        "rejected": _("rejected"),
        "requested": _("requested, not approved yet"),
        "approved": _("approved"),
        "active": _("in use"),
        "soft": _("soft"),
        "hard": _("hard"),
    }
