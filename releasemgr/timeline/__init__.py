"""The one timeline of the product: calendar (days), environment schedule (hours or days), plan (parts).

A view makes a scale, turns its rows into bars, bars into lanes, and hands a ``Timeline`` to the template::

    scale = Scale.days(first, last, zone=zone, zoom="quarter", now=now())     # dates, half-open [first, last)
    bar = Bar(name="REL-42", url=url, start=s, end=e, kind="phase", series=2, status="at-risk")
    s, e = scale.span(row.starts_at, row.ends_at)                             # aware datetimes -> units
    timeline = Timeline(label=_("Release calendar"), scale=scale, lanes=[Lane("p7", "Payments", [bar])])

    {% include "components/timeline.html" with timeline=timeline %}

One unit is a day, an hour or a 500th of the plan; at most 500 units a page. Bars are named tuples and are written by
``bars.py``, never by a template loop. ``start`` and ``end`` may lie outside the page: the drawing is cut, the words
are not. Further lanes: give the first 60 and ``more_url``; that URL answers htmx with
``components/timeline.html#lanes`` (same context name) and a browser with the whole page.

Dragging and picking open ``create_url`` (new) or a bar's ``move_url`` in the peek drawer with the query parameters
``from``, ``to`` (half-open; dates for day scales, UTC instants ``2026-11-03T13:00:00Z`` for hour scales) and ``lane``
(the lane's key). Nothing is ever written by the drag itself. The peek drawer asks with ``HX-Target: peek-body``.
"""

from releasemgr.timeline.bars import Band, Bar
from releasemgr.timeline.frame import Choice, Lane, Timeline
from releasemgr.timeline.packing import LAST_TRACK, pack
from releasemgr.timeline.scale import ZOOMS, Scale
from releasemgr.timeline.table import sorted_rows

__all__ = ["LAST_TRACK", "ZOOMS", "Band", "Bar", "Choice", "Lane", "Scale", "Timeline", "pack", "sorted_rows"]
