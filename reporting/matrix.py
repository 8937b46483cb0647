"""Members by periods with the figure written in each cell and five shades: the distribution behind a roll-up."""

from collections.abc import Iterator, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from reporting.kpis import Kpi
from reporting.queries import Figure
from reporting.scopes import Scope

SHADES = 5


def matrix(
    kpi: Kpi, scopes: Sequence[Scope], labels: Sequence[str], found: dict, links: Sequence[str], caption: str
) -> SafeString:
    """An HTML table of one row per scope; ``found`` maps (KPI key, scope id) to figures, ``links`` lead on by scope."""
    values = [
        figure.value for scope in scopes for figure in found[kpi.key, scope.id] if figure.value is not None
    ]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    parts = [
        f'<table class="data-table matrix"><caption>{escape(caption)}</caption>',
        _head(labels),
        "<tbody>",
    ]
    for scope, link in zip(scopes, links, strict=True):
        parts.extend(_row(kpi, scope, link, found[kpi.key, scope.id], low, high))
    return mark_safe("".join([*parts, "</tbody></table>"]))  # noqa: S308 every text went through escape()


def _head(labels: Sequence[str]) -> str:
    heads = "".join(f'<th scope="col" class="num">{escape(label)}</th>' for label in labels)
    return f'<thead><tr><th scope="col"></th>{heads}</tr></thead>'


def _row(kpi: Kpi, scope: Scope, link: str, row: Sequence[Figure], low: float, high: float) -> Iterator[str]:
    yield f'<tr><th scope="row"><a href="{escape(link)}">{escape(scope.name)}</a></th>'
    show, spread = kpi.unit.brief, high - low
    for figure in row:
        value = figure.value
        if value is None:
            yield '<td class="num">–</td>'
            continue
        shade = min(SHADES, 1 + int(SHADES * (value - low) / spread)) if spread else 1
        hollow = " hollow" if figure.is_partial or figure.is_thin else ""
        yield f'<td class="num shade-{shade}{hollow}">{show(value)}</td>'
    yield "</tr>"
