"""The same timeline as rows: for screen readers, export and print as a list."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from releasemgr.timeline.bars import STRIPS, is_on_page

SORTS = ("lane", "name", "kind", "start", "end", "status", "conflicts")


class Row(NamedTuple):
    """One bar in words; ``start`` and ``end`` are aware datetimes, ``end`` the last day included in day scales."""

    lane: str
    name: str
    url: str
    kind: str
    detail: str
    when: str
    starts: int
    ends: int
    status: str
    status_words: str
    state_words: str
    conflicts: int


KEYS = {
    "lane": lambda row: (row.lane.casefold(), row.starts, row.ends),
    "name": lambda row: row.name.casefold(),
    "kind": lambda row: (row.kind, row.starts),
    "start": lambda row: (row.starts, row.ends, row.lane.casefold()),
    "end": lambda row: (row.ends, row.starts),
    "status": lambda row: (row.status_words, row.starts),
    "conflicts": lambda row: (row.conflicts, -row.starts),
}


def rows_of(timeline):
    """Rows of ``timeline`` in the order it asks for: a name of ``SORTS``, "-" before it for descending."""
    scale, spoken = timeline.scale, timeline.pen.spoken
    unspoken = {
        "phase": _("phase"),
        "activity": _("activity"),
    }  # said in the table only: bars would repeat it
    rows = [
        Row(
            lane=lane.title,
            name=bar.name,
            url="" if bar.kind in STRIPS else bar.url,
            kind=spoken.get(bar.kind) or unspoken.get(bar.kind, bar.kind),
            detail=bar.detail,
            when=bar.when or scale.words(bar.start, bar.end),
            starts=bar.start,
            ends=bar.end,
            status=bar.status,
            status_words=spoken.get(bar.status, ""),
            state_words=spoken.get(bar.state, "") or bar.standing,
            conflicts=bar.conflicts,
        )
        for lane in timeline.lanes
        for bar in lane.bars
        if is_on_page(bar, scale)
    ]
    return sorted_rows(rows, timeline.sort)


def sorted_rows(rows, sort):
    """``rows`` by the column ``sort``; an unknown name sorts by start, as a hand-made URL may say anything."""
    key = KEYS.get(sort.removeprefix("-"), KEYS["start"])
    return sorted(rows, key=key, reverse=sort.startswith("-"))
