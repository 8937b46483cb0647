"""Where bars stand and how they read."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from releasemgr.timeline import Band, Bar, Lane, Scale, Timeline, pack
from releasemgr.timeline.bars import Pen
from releasemgr.timeline.packing import rooms

BERLIN = ZoneInfo("Europe/Berlin")
NOVEMBER = Scale.days(datetime.date(2026, 11, 1), datetime.date(2026, 12, 1), zone=BERLIN, zoom="quarter")

boxes = st.lists(
    st.tuples(st.integers(-30, 400), st.integers(24, 300)).map(lambda box: (box[0], box[0] + box[1])),
    max_size=60,
)


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


def deepest(boxes):
    """How many boxes lie over one another at the worst pixel."""
    return max((sum(left <= at < right for left, right in boxes) for at, _right in boxes), default=0)


@given(boxes)
def test_no_two_boxes_of_a_track_touch(boxes):
    placed = zip(pack(boxes, tracks=1000), boxes, strict=True)

    by_track = {}
    for track, box in sorted(placed, key=lambda entry: entry[1]):
        assert by_track.get(track, box[0]) <= box[0]
        by_track[track] = box[1]


@given(boxes)
def test_no_more_tracks_than_the_deepest_overlap(boxes):
    assert len(set(pack(boxes, tracks=1000))) == deepest(boxes)


@given(boxes.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_of_the_rows_does_not_move_a_box(both):
    one, other = both

    tracks = [sorted(zip(found, pack(found, tracks=1000), strict=True)) for found in both]

    assert sorted(one) == sorted(other)
    assert tracks[0] == tracks[1]


@given(boxes, st.integers(1, 5))
def test_what_finds_no_track_is_left_out(boxes, tracks):
    chosen = pack(boxes, tracks=tracks)

    assert {track for track in chosen if track is not None} <= set(range(tracks))
    assert (None in chosen) == (deepest(boxes) > tracks)


@given(
    st.lists(
        st.tuples(
            st.integers(-20, 364), st.integers(1, 60), st.sampled_from(["phase", "gate", "deployment"])
        ),
        max_size=40,
    ),
    st.sampled_from(["month", "quarter", "half-year", "year"]),
)
def test_every_target_is_24_px_wide_and_uncovered_at_every_zoom(rows, zoom):
    scale = Scale.days(datetime.date(2026, 1, 1), datetime.date(2027, 1, 1), zone=BERLIN, zoom=zoom)
    bars = [Bar(kind, "#", start, start + length, kind) for start, length, kind in rows if start + length > 0]
    pen = Pen(scale)
    packed = [pen.box(bar) for bar in bars]

    tracks = pack(packed, tracks=1000)
    spaces = rooms(packed, tracks, end=scale.units * scale.px)
    drawn = [grown(pen, bar, box, space) for bar, box, space in zip(bars, packed, spaces, strict=True)]

    assert all(right - left >= 24 for left, right in drawn)
    for n, (left, right) in enumerate(drawn):
        others = [drawn[m] for m in range(n) if tracks[m] == tracks[n]]
        assert all(right <= other[0] or left >= other[1] for other in others)


def grown(pen, bar, box, space):
    """The box as drawn, with the name that found room beside a diamond."""
    return box[0], box[0] + pen.point_width(bar, space) if bar.kind == "gate" else box[1]


def test_a_coarse_zoom_names_the_gates_that_have_room_beside_them():
    scale = Scale.days(datetime.date(2026, 7, 1), datetime.date(2027, 1, 1), zone=BERLIN, zoom="half-year")
    gates = [Bar("Code freeze", "#", day, day + 1, "gate") for day in (10, 14, 60, 180)]

    html = Timeline(label="x", scale=scale, lanes=[Lane("a", "A", gates)]).lanes_html()

    assert re.findall(r'class="b (s\d+ w\d+) t0 k-gate( named)?"', html) == [
        ("s10 w2", ""),  # the next gate stands four days on
        ("s14 w12", " named"),
        ("s60 w12", " named"),
        ("s180 w2", ""),  # the period ends
    ]


def test_a_span_counts_the_days_it_touches_in_the_zone_of_the_page():
    assert NOVEMBER.span(utc(2026, 11, 3, 8), utc(2026, 11, 5, 17)) == (2, 5)
    assert NOVEMBER.span(utc(2026, 11, 2, 23), utc(2026, 11, 3, 23)) == (2, 3), (
        "midnight to midnight in Berlin"
    )
    assert NOVEMBER.span(utc(2026, 11, 3, 8), utc(2026, 11, 3, 8)) == (2, 3), "an instant touches its day"


def test_dates_read_short_where_month_or_year_are_the_same():
    assert NOVEMBER.words(2, 3) == "3 Nov 2026"
    assert NOVEMBER.words(2, 7) == "3 – 7 Nov 2026"
    assert NOVEMBER.words(27, 33) == "28 Nov – 3 Dec 2026"
    assert NOVEMBER.words(57, 64) == "28 Dec 2026 – 3 Jan 2027"


def test_hours_over_a_change_of_clocks_are_real_hours():
    scale = Scale.hours(datetime.date(2026, 10, 25), 49, zone=BERLIN, zoom="week")

    assert scale.instant(25) == datetime.datetime(2026, 10, 26, tzinfo=BERLIN)
    assert scale.span(utc(2026, 10, 25, 1), utc(2026, 10, 25, 2)) == (3, 4), (
        "the second 2 o'clock of that night"
    )
    assert scale.words(24, 26) == "25 Oct 2026, 23:00 – 26 Oct 2026, 01:00"


def test_a_page_holds_500_units_at_most():
    with pytest.raises(ValueError, match="500"):
        Scale.days(datetime.date(2026, 1, 1), datetime.date(2028, 1, 1), zone=BERLIN, zoom="year")


def test_every_word_from_outside_is_escaped():
    evil = "<script>\"&'"
    bar = Bar(evil, evil, 0, 3, evil, 1, evil, evil, evil, 1, evil, evil, evil)
    lane = Lane(evil, evil, [bar, bar._replace(kind="absence")], evil, evil, evil)
    band = Band(evil, 0, 3, "blockout", url=evil, lanes=frozenset({evil}), scope=evil)
    timeline = Timeline(label="x", scale=NOVEMBER, lanes=[lane], bands=[band])

    html = timeline.lanes_html() + timeline.header.bands_html() + timeline.header.grid_html()

    assert "<script" not in html
    assert re.findall(r'="[^"]*<', html) == []


def test_a_bar_that_reaches_over_the_page_keeps_its_words():
    html = Timeline(label="x", scale=NOVEMBER, lanes=[Lane("a", "A", [Bar("SIT", "#", -3, 2)])]).lanes_html()

    assert 'class="b s0 w2 t0 k-phase slim cut-l"' in html
    assert "29 Oct – 2 Nov 2026" in html


def test_a_crowded_lane_says_how_many_more_and_opens():
    bars = [Bar(f"R{n}", "#", 1, 9, key=str(n)) for n in range(27)]

    closed = Timeline(
        label="x", scale=NOVEMBER, lanes=[Lane("a", "A", bars, more_url="?open=a")]
    ).lanes_html()
    opened = Timeline(label="x", scale=NOVEMBER, lanes=[Lane("a", "A", bars, is_open=True)]).lanes_html()

    assert (closed.count('id="bar-'), "+7 more" in closed) == (20, True)
    assert (opened.count('id="bar-'), opened.count("<section"), "more" in opened) == (27, 2, False)


def test_the_table_holds_the_same_rows_in_the_order_asked_for():
    lanes = [
        Lane("a", "A", [Bar("late one", "#", 9, 12), Bar("early one", "#", 1, 2)]),
        Lane("b", "B", [Bar("next month", "#", 31, 33)]),
    ]

    by_start = Timeline(label="x", scale=NOVEMBER, lanes=lanes).rows
    by_name = Timeline(label="x", scale=NOVEMBER, lanes=lanes, sort="-name").rows
    odd = Timeline(label="x", scale=NOVEMBER, lanes=lanes, sort="password").rows

    assert [row.name for row in by_start] == ["early one", "late one"]
    assert [row.name for row in by_name] == ["late one", "early one"]
    assert odd == by_start


def test_the_position_classes_are_complete():
    """``pos.css`` holds what the pen relies on; numbers with the same end stand together, a quarter smaller in gz."""
    ranges = (("s", 0, 500), ("w", 1, 500), ("t", 0, 19), ("r", 1, 20))
    by_end = sorted(range(501), key=lambda n: str(n)[::-1])
    wanted = "".join(
        f".{name}{n}{{--{name}:{n}}}" for name, first, last in ranges for n in by_end if first <= n <= last
    )

    with open("static/css/pos.css", encoding="utf-8") as written:
        assert written.read().strip() == wanted


def test_the_head_names_today_and_the_days_of_rest():
    scale = Scale.days(
        datetime.date(2026, 11, 1), datetime.date(2026, 12, 1), zone=BERLIN, now=utc(2026, 11, 22, 23, 30)
    )
    timeline = Timeline(label="x", scale=scale, lanes=[])

    assert timeline.period == "1 – 30 Nov 2026"
    assert timeline.header.today_words == "Today is Mon 23 Nov 2026"
    assert timeline.header.rest_words == "Shaded: Saturday, Sunday"
