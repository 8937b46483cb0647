"""The timeline as a table: sortable heads, rows written like the bars by one escaping function."""

from html import escape

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from releasemgr.templatetags.ui import STATUSES, icon, status

register = template.Library()


@register.simple_tag(takes_context=True)
def sort_head(context, timeline, column, label, classes=""):
    """A ``<th>`` whose link sorts by ``column``, the other way round when it already does."""
    ascending, descending = timeline.sort == column, timeline.sort == f"-{column}"
    query = context["request"].GET.copy()
    query["sort"] = f"-{column}" if ascending else column
    order, symbol = "none", ""
    if ascending or descending:
        order, symbol = ("ascending", "sort-ascending") if ascending else ("descending", "sort-descending")
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a href="?{}">{}{}</a></th>',
        format_html(' class="{}"', classes) if classes else "",
        order,
        query.urlencode(),
        label or _("Lane"),
        icon(symbol) if symbol else "",
    )


@register.simple_tag
def table_rows(timeline):
    """All rows of ``timeline`` in its order."""
    pills = {name: status(name) for name in STATUSES}
    labels = {"kind": _("Kind"), "when": _("When"), "status": _("Status"), "conflicts": _("Conflicts")}
    labels = {name: escape(label) for name, label in labels.items()}
    return mark_safe("".join(_row(row, pills, labels) for row in timeline.rows))  # noqa: S308  escaped in _row


def _row(row, pills, labels):
    name = f'<a href="{escape(row.url)}">{escape(row.name)}</a>' if row.url else escape(row.name)
    detail = f' <span class="muted">{escape(row.detail)}</span>' if row.detail else ""
    return (
        f'<tr><td>{escape(row.lane)}</td><th scope="row">{name}{detail}</th>'
        f'<td data-label="{labels["kind"]}">{escape(row.kind)}</td>'
        f'<td data-label="{labels["when"]}" class="nowrap">{escape(row.when)}</td>'
        f'<td data-label="{labels["status"]}">{pills.get(row.status, "")} {escape(row.state_words)}</td>'
        f'<td data-label="{labels["conflicts"]}" class="num">{row.conflicts or "–"}</td></tr>'
    )
