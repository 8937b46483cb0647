"""The organisation's activity log and its export."""

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.export import HEADER, rows_of
from releasemgr.activity.filters import EntryFilter
from releasemgr.activity.models import Entry
from releasemgr.activity.panel import PAGE, mark_of, position_of
from releasemgr.activity.reading import read
from releasemgr.htmx import render_page
from releasemgr.spreadsheet import csv_response


@allow(GET=Permission.READ_AUDIT)
def log(request):
    """Everything that happened in the organisation, newest first."""
    found = EntryFilter(request.GET, Entry.objects.all(), request=request)
    before = position_of(request.GET.get("before", ""))
    after = found.qs.older_than(*before) if before else found.qs  # pages stay stable while new entries arrive
    entries = list(after.newest_first()[: PAGE + 1])
    context = {
        "filter": found,
        "lines": read(entries[:PAGE]),
        "more": mark_of(entries),
        "is_first": before is None,
    }
    return render_page(request, "activity/log.html", context, partial="rows" if before else "results")


@allow(GET=Permission.READ_AUDIT)
def log_export(request):
    """The log as CSV, narrowed by the same filters."""
    query = request.GET.copy()
    return csv_response(
        request.org,
        "activity",
        HEADER,
        lambda: rows_of(EntryFilter(query, Entry.objects.all()).qs.newest_first()),
    )
