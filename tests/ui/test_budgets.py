"""What a page weighs, as a browser receives it."""

import datetime
import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

from releasemgr.timeline import Bar, Lane, Scale, Timeline

STATIC = Path(__file__).resolve().parents[2] / "static"
KB = 1024


EVERYWHERE = [
    "css/tokens.css",
    "css/base.css",
    "css/components.css",
    "js/theme.js",
    "js/shell.js",
    "js/peek.js",
]


def weight(*names):
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)


def test_our_own_style_sheets_and_scripts_stay_small():
    """Of the heaviest page each: what styles the screen, with the timeline; all scripts together."""
    styles = [name for name in EVERYWHERE if name.endswith(".css")]
    scripts = [f"js/{path.name}" for path in (STATIC / "js").glob("*.js")]

    assert weight(*styles, "css/pos.css", "css/timeline.css") <= 15 * KB
    assert weight(*styles, "css/timeline.css", "css/days.css") <= 15 * KB
    assert weight(*styles, "css/charts.css") <= 15 * KB
    assert weight("css/print.css") <= KB
    assert weight(*scripts) <= 20 * KB


def test_a_timeline_of_2000_bars_in_500_lanes_stays_under_60_kb():
    zone = ZoneInfo("Europe/Berlin")
    scale = Scale.days(datetime.date(2026, 10, 1), datetime.date(2027, 1, 1), zone=zone, zoom="quarter")
    lanes = [
        Lane(f"p{n}", f"Project {n}", [bar(n, m) for m in range(4)], url=f"/o/acme/portfolio/projects/{n}/")
        for n in range(500)
    ]

    html = Timeline(label="Calendar", scale=scale, lanes=lanes).lanes_html()

    assert html.count('class="b ') == 2000
    assert len(gzip.compress(html.encode())) <= 60 * KB


def bar(lane, place):
    """Bars that differ as real ones do, so that they do not compress better."""
    start, url = (lane * 7 + place * 23) % 88, f"/o/acme/calendar/releases/{lane * 4 + place}/"
    status = ("on-track", "at-risk", "late", "done")[(lane + place) % 4]
    return Bar(
        f"R{lane}.{place} SIT", url, start, start + 3 + lane % 17, "phase", 1 + lane % 6, status, detail="SIT"
    )
