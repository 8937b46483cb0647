"""A list of the portfolio: filtered, ordered, 50 rows a page, as a page, as rows to append, or as a spreadsheet."""

from django.core.paginator import Paginator

from releasemgr.htmx import render_page
from releasemgr.sorting import Sorting
from releasemgr.spreadsheet import csv_response

PAGE = 50


def list_page(request, template, *, rows, filtered_by, columns, context=None):
    """Show ``rows`` narrowed by a FilterSet and ordered by one of ``columns`` (name in the URL -> field)."""
    found = filtered_by(request.GET, rows, request=request)
    sorting = Sorting.of(request, columns)
    page = Paginator(sorting.order(found.qs), PAGE).get_page(request.GET.get("page"))
    shown = {"filter": found, "sorting": sorting, "page": page, **(context or {})}
    return render_page(request, template, shown, partial="rows" if "page" in request.GET else "results")


def list_export(request, name, *, rows_of, filtered_by, columns, header, cells):
    """The same list as CSV: ``rows_of()`` is asked in a scope of its own, ``cells(row)`` are its columns."""
    query, sorting = request.GET.copy(), Sorting.of(request, columns)

    def lines():
        found = filtered_by(query, rows_of(), request=request)
        return (cells(row) for row in sorting.order(found.qs).iterator(chunk_size=1000))

    return csv_response(request.org, name, header, lines)
