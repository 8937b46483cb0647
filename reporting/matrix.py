"""Members by periods with the figure written in each cell and five shades: the distribution behind a roll-up."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from reporting.kpis import Kpi
from reporting.scopes import Scope
from reporting.spread import Strip

SHADES = 5


def matrix(
    kpi: Kpi,
    scopes: Sequence[Scope],
    columns: Mapping[date, str],
    strips: Mapping[UUID, Strip],
    links: Sequence[str],
    caption: str,
) -> SafeString:
    """An HTML table of one row per scope; ``columns`` are labels by start, ``links`` lead on by scope."""
    values = [value for strip in strips.values() for value in strip.values if value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    parts = [
        f'<table class="data-table matrix"><caption>{escape(caption)}</caption>',
        _head(columns.values()),
        "<tbody>",
    ]
    for scope, link in zip(scopes, links, strict=True):
        parts.append(f'<tr><th scope="row"><a href="{escape(link)}">{escape(scope.name)}</a></th>')
        parts.extend(_figures(kpi, columns, strips[scope.id], low, high))
        parts.append("</tr>")
    return mark_safe("".join([*parts, "</tbody></table>"]))  # noqa: S308 every text went through escape()


def _head(labels: Iterable[str]) -> str:
    heads = "".join(f'<th scope="col" class="num">{escape(label)}</th>' for label in labels)
    return f'<thead><tr><th scope="col"></th>{heads}</tr></thead>'


def _figures(kpi: Kpi, starts: Iterable[date], strip: Strip, low: float, high: float) -> Iterator[str]:
    show, spread, hollow = kpi.unit.brief, high - low, strip.hollow
    for start, value in zip(starts, strip.values, strict=True):
        if value is None:
            yield '<td class="num">–</td>'
            continue
        shade = min(SHADES, 1 + int(SHADES * (value - low) / spread)) if spread else 1
        extra = " hollow" if start in hollow else ""
        yield f'<td class="num shade-{shade}{extra}">{show(value)}</td>'
