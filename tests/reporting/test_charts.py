"""One chart description, three renderers: what each must show and must never let through."""

import re
from pathlib import Path
from xml.etree import ElementTree

import plotly.io as pio
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reporting.charts import Chart, Event, Level, Mark, Series, Shape, figure, figure_data, svg, table
from reporting.charts.axis import ticks
from reporting.units import Unit

SVG = "{http://www.w3.org/2000/svg}"
CHARTS_JS = Path(__file__).parents[2] / "static/js/charts.js"


def gate_waits(**changes):
    said = {
        "key": "gate-wait",
        "title": "Gate waiting time",
        "finding": "Median wait fell to 40.5 h.",
        "labels": ["Jan 2026", "Feb 2026", "Mar 2026", "Apr 2026"],
        "series": [Series("All gates", [53.5, None, 47, 40.5], hollow=[False, False, False, True])],
        "unit": Unit.HOURS,
    }
    return Chart(**said | changes)


def drawn(chart, **size):
    return ElementTree.fromstring(svg(chart, **size))  # noqa: S314 our own output


def test_the_picture_says_its_title_and_finding():
    root = drawn(gate_waits())

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "gate-wait-title gate-wait-finding"
    assert (root.find(f"{SVG}title").text, root.find(f"{SVG}desc").text) == (
        "Gate waiting time",
        "Median wait fell to 40.5 h.",
    )


def test_none_is_a_gap_and_never_zero():
    chart = gate_waits()
    line = drawn(chart).find(f".//{SVG}path[@class='chart-line']").get("d")

    assert line.count("M") == 2
    assert len(drawn(chart).findall(f".//{SVG}circle")) == 3
    assert figure_data(chart)["data"][0]["y"] == [53.5, None, 47, 40.5]
    assert '<td class="text-end">\N{EN DASH}</td>' in table(chart)


def test_partial_points_are_hollow():
    dots = drawn(gate_waits()).findall(f".//{SVG}circle")

    assert ["hollow" in dot.get("class") for dot in dots] == [False, False, True]
    assert figure_data(gate_waits())["data"][0]["marker"]["symbol"] == ["circle"] * 3 + ["circle-open"]


def test_bars_stand_on_zero():
    chart = gate_waits(shape=Shape.BAR, series=[Series("Deployments", [90, 95, 99, 97])], unit=Unit.COUNT)

    assert figure_data(chart)["layout"]["yaxis"]["range"][0] == 0
    assert len(drawn(chart).findall(f".//{SVG}rect")) == 4


def test_limits_signals_and_actions_are_named_in_all_three():
    chart = gate_waits(
        levels=[Level("Upper limit", 60, 0, 3, dashed=True), Level("Mean", 47, 0, 3, role="centre")],
        marks=[Mark(3, "R1", "improvement")],
        events=[Event(2, "Daily gate board")],
    )
    picture, figures, rows = svg(chart), figure_data(chart), table(chart)

    assert 'class="chart-level limit dashed"' in picture
    assert 'class="chart-letter improvement"' in picture
    assert "Daily gate board" in picture
    assert [trace["name"] for trace in figures["data"]] == ["All gates", "Upper limit", "Mean", "improvement"]
    assert [note["text"] for note in figures["layout"]["annotations"]] == [
        "Daily gate board",
        "R1",
        "Upper limit 60",
        "Mean 47",
    ]
    assert "R1: improvement" in rows
    assert "Daily gate board" in rows


def test_plotly_accepts_every_figure_and_adds_no_template():
    chart = gate_waits(levels=[Level("Mean", 47, 0, 3)], events=[Event(1, "Action")])

    assert figure(chart).layout.template.layout.to_plotly_json() == {}
    assert pio.to_json(figure(chart), validate=True)
    assert figure(gate_waits(shape=Shape.BAR)).data[0].type == "bar"


def test_no_colour_is_fixed_on_the_server():
    text = pio.to_json(figure_data(gate_waits(levels=[Level("Mean", 47, 0, 3)])), validate=False)

    assert "color" not in text
    assert "#" not in text


@pytest.mark.parametrize("render", [svg, table])
def test_names_cannot_become_markup(render):
    nasty = '<script>alert("x")</script>'
    chart = gate_waits(title=nasty, finding=nasty, labels=[nasty] * 4, series=[Series(nasty, [1, 2, 3, 4])])

    assert "<script" not in render(chart)
    assert ElementTree.fromstring(render(chart)) is not None  # noqa: S314 our own output


def test_plotly_gets_no_markup_of_its_own_either():
    chart = gate_waits(series=[Series("<a href='x'>y</a>", [1, 2, 3, 4])], events=[Event(1, "<b>bold</b>")])

    assert "<" not in pio.to_json(figure_data(chart), validate=False).replace("\\u003c", "<").replace(
        "&lt;", ""
    )


def test_two_series_carry_their_names_at_the_line():
    chart = gate_waits(series=[Series("This year", [1, 2, 3, 4]), Series("Last year", [2, 2, 2, 2])])
    names = [text.text for text in drawn(chart).findall(f".//{SVG}text[@class='chart-name']")]

    assert names == ["This year", "Last year"]


def test_a_chart_refuses_a_seventh_series_and_a_wrong_length():
    with pytest.raises(ValueError, match="at most 6"):
        gate_waits(series=[Series(str(n), [1, 2, 3, 4]) for n in range(7)])
    with pytest.raises(ValueError, match="one value per label"):
        gate_waits(series=[Series("short", [1])])


def test_an_empty_chart_is_still_a_picture():
    chart = gate_waits(labels=[], series=[Series("none", [])])

    assert drawn(chart) is not None
    assert table(chart).count("<tr>") == 1


@given(st.lists(st.floats(-1e9, 1e9), max_size=30), st.booleans())
@example([5e-324], False)  # noqa: FBT003 (as the strategies stand)
def test_ticks_enclose_the_data_with_round_steps(numbers, from_zero):
    rungs = ticks(numbers, from_zero=from_zero)

    assert 2 <= len(rungs) <= 8
    assert rungs == sorted(rungs)
    if numbers:
        slack = 1e-6 * max(1, max(abs(n) for n in numbers))
        assert rungs[0] <= min(numbers) + slack
        assert rungs[-1] >= max(numbers) - slack
    if from_zero:
        assert rungs[0] <= 0 <= rungs[-1]


def test_the_script_never_offers_to_upload_a_chart():
    script = CHARTS_JS.read_text()
    settings = re.search(r"const CONFIG = \{(.+?)\n  \};", script, re.DOTALL).group(1)

    assert "displaylogo: false" in settings
    assert "showSendToCloud: false" in settings
    assert 'plotlyServerURL: ""' in settings
    calls = re.findall(r"Plotly\.(?:newPlot|react)\([^;]+;", script)
    assert len(calls) == 2
    assert all(call.endswith("CONFIG);") for call in calls)


@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        (Unit.RATIO, 0.4, "40 %"),
        (Unit.RATIO, 0.0375, "3.8 %"),
        (Unit.RATIO, 0.0, "0 %"),
        (Unit.HOURS, 0.75, "45 min"),
        (Unit.HOURS, 6.5, "6.5 h"),
        (Unit.HOURS, 76.8, "3.2 d"),
        (Unit.DAYS, -1.5, "\N{MINUS SIGN}1.5 d"),
        (Unit.DAYS, 3, "+3.0 d"),
        (Unit.PER_DAY, 0.258065, "0.26 a day"),
        (Unit.COUNT, 12345, "12\u202f345"),
        (Unit.COUNT, None, "\N{EN DASH}"),
    ],
)
def test_figures_are_written_for_reading(unit, value, shown):
    assert unit.show(value) == shown


def test_changes_of_rates_are_points():
    assert Unit.RATIO.show_change(0.5, 0.47) == "\N{MINUS SIGN}3.0 points"
    assert Unit.HOURS.show_change(10, 12.5) == "+2.5 h"
    assert Unit.HOURS.show_change(None, 12.5) == ""
