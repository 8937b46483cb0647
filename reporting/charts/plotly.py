"""Chart to a Plotly figure: data and layout only; ``static/js/charts.js`` gives colours from the theme."""

import plotly.graph_objects as go
import plotly.io as pio

from .axis import ticks
from .description import Chart, Level, Series, Shape
from .svg import tip

pio.templates.default = None
NAME_SHARE = 0.07  # of the axis that a line of text covers in a chart of 200 px


def figure(chart: Chart) -> go.Figure:
    """The figure of ``chart``, checked by Plotly; pages embed ``figure_data``, which takes no check."""
    return go.Figure(figure_data(chart))


def figure_data(chart: Chart) -> dict:
    """The figure as plain lists and dictionaries; each trace says its role, none has a colour."""
    series = [_trace(chart, series, number) for number, series in enumerate(chart.series, start=1)]
    levels = [_level(chart, level) for level in chart.levels]
    return {"data": [*series, *levels, *_signals(chart)], "layout": _layout(chart)}


def _trace(chart: Chart, series: Series, number: int) -> dict:
    positions = range(len(chart.labels))
    trace = {
        "type": "bar" if chart.shape is Shape.BAR else "scatter",
        "name": _plain(series.name),
        "x": list(positions),
        "y": list(series.values),
        "text": [_plain(tip(chart, series, index)) for index in positions],
        "hoverinfo": "text",
        "textposition": "none",
        "meta": {"role": f"s{number}", "hollow": [series.is_hollow(index) for index in positions]},
    }
    if chart.shape is Shape.LINE:
        symbols = ["circle-open" if series.is_hollow(index) else "circle" for index in positions]
        trace |= {"mode": "lines+markers", "connectgaps": False, "cliponaxis": False}
        trace["marker"] = {"symbol": symbols, "size": 7}
        del trace["textposition"]
    return trace


def _level(chart: Chart, level: Level) -> dict:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _plain(level.name),
        "x": [level.first - 0.5, level.last + 0.5],
        "y": [level.value, level.value],
        "hoverinfo": "name+y",
        "line": {"dash": "dash" if level.dashed else "solid", "width": 1.5},
        "meta": {"role": level.role},
    }


def _layout(chart: Chart) -> dict:
    rungs = ticks(chart.numbers, from_zero=chart.shape is Shape.BAR)
    return {
        "title": {"text": ""},
        "showlegend": len(chart.series) > 1,
        "hovermode": "closest",
        "margin": {"l": 56, "r": 120 if chart.levels else 16, "t": 28, "b": 32},
        "xaxis": {
            "tickvals": list(range(len(chart.labels))),
            "ticktext": [_plain(name) for name in chart.labels],
            "zeroline": False,
        },
        "yaxis": {
            "tickvals": rungs,
            "ticktext": [chart.unit.axis(rung) for rung in rungs],
            "range": [rungs[0], rungs[-1]],
            "zeroline": False,
        },
        "shapes": [_event_line(event.index) for event in chart.events],
        "annotations": [*_event_names(chart), *_mark_names(chart), *_level_names(chart)],
        "meta": {"title": chart.title, "finding": chart.finding},
    }


def _event_line(index: int) -> dict:
    place = {"x0": index - 0.5, "x1": index - 0.5, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", "line": {"dash": "dot", "width": 2}, **place}


def _event_names(chart: Chart) -> list[dict]:
    return [
        {"x": event.index - 0.5, "y": 1.06, "yref": "paper", "text": _plain(event.label), "showarrow": False}
        for event in chart.events
    ]


def _signals(chart: Chart) -> list[dict]:
    """A ring around each marked point, one trace for each meaning."""
    values = chart.series[0].values if chart.series else ()
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": _plain(meaning),
            "x": [mark.index for mark in chart.marks if mark.meaning == meaning],
            "y": [values[mark.index] for mark in chart.marks if mark.meaning == meaning],
            "text": [f"{mark.letter}: {_plain(meaning)}" for mark in chart.marks if mark.meaning == meaning],
            "hoverinfo": "text",
            "cliponaxis": False,
            "marker": {"symbol": "circle-open", "size": 13, "line": {"width": 2}},
            "meta": {"role": meaning},
        }
        for meaning in sorted({mark.meaning for mark in chart.marks})
    ]


def _mark_names(chart: Chart) -> list[dict]:
    values = chart.series[0].values if chart.series else ()
    return [
        {"x": mark.index, "y": values[mark.index], "yshift": 16, "text": mark.letter, "showarrow": False}
        for mark in chart.lettered_marks
        if values[mark.index] is not None
    ]


def _level_names(chart: Chart) -> list[dict]:
    """The names at the right edge, of levels that reach it and do not cover another's name."""
    last = len(chart.labels) - 1
    place = {"xanchor": "left", "x": last + 0.6, "showarrow": False}
    rungs = ticks(chart.numbers, from_zero=chart.shape is Shape.BAR)
    line = (rungs[-1] - rungs[0]) * NAME_SHARE
    names, taken = [], []
    for level in chart.levels:
        if level.last == last and all(abs(level.value - other) >= line for other in taken):
            taken.append(level.value)
            text = _plain(f"{level.name} {chart.unit.axis(level.value)}")
            names.append({**place, "y": level.value, "text": text})
    return names


def _plain(text: str) -> str:
    """Text that Plotly cannot read as its own markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
