"""Chart to an HTML table: the same figures for screen readers, print and copying."""

from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from .description import Chart


def table(chart: Chart) -> SafeString:
    """One row per label, one column per series, and what the picture marks in a last column of words."""
    return mark_safe("".join(_parts(chart)))  # noqa: S308 every text went through escape()


def _parts(chart: Chart) -> Iterator[str]:
    yield '<table class="table table-sm chart-table"><caption>'
    yield f"{escape(chart.title)}</caption><thead><tr>"
    for name in [chart.label_name, *(series.name for series in chart.series), "Notes"]:
        yield f'<th scope="col">{escape(name)}</th>'
    yield "</tr></thead><tbody>"
    for index, label in enumerate(chart.labels):
        yield f'<tr><th scope="row">{escape(label)}</th>'
        for series in chart.series:
            yield f'<td class="text-end">{escape(chart.unit.show(series.values[index]))}</td>'
        yield f"<td>{escape('; '.join(_notes(chart, index)))}</td></tr>"
    yield "</tbody></table>"


def _notes(chart: Chart, index: int) -> Iterator[str]:
    for series in chart.series:
        yield from filter(None, [series.note(index)])
    for event in chart.events:
        if event.index == index:
            yield event.label
    for mark in chart.marks_at(index):
        yield f"{mark.letter}: {mark.meaning}"
