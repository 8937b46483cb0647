"""The organisation's activity log, its export, and the history panel of one object."""

from django.http import Http404

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.export import HEADER, rows_of
from releasemgr.activity.filters import EntryFilter
from releasemgr.activity.models import Entry
from releasemgr.activity.reading import nouns, read
from releasemgr.htmx import render_page
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.ids import uuid_or_none

PAGE = 50


@allow(GET=Permission.READ_AUDIT)
def log(request):
    """Everything that happened in the organisation, newest first."""
    found = EntryFilter(request.GET, Entry.objects.all(), request=request)
    before = _position(request.GET.get("before", ""))
    entries = list(_after(found.qs, before).newest_first()[: PAGE + 1])
    context = {
        "filter": found,
        "lines": read(entries[:PAGE]),
        "more": _mark(entries),
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


@allow(GET=Permission.VIEW)
def history(request, noun, pk):
    """What happened to one object, newest first: a panel that its page loads."""
    if noun not in nouns():
        raise Http404
    entries = Entry.objects.filter(noun=noun, subject_id=pk).newest_first()[:PAGE]
    return render_page(request, "activity/history.html", {"lines": read(entries)}, partial="panel")


def _after(entries, position):
    """Entries older than a position ``(time, id)``: pages stay stable while new entries arrive."""
    return entries.older_than(*position) if position else entries


def _position(text):
    """``(time, id)`` of the entry a page ended with; None for anything that is not one."""
    entry = Entry.objects.filter(pk=uuid_or_none(text)).first()
    return (entry.at, entry.pk) if entry else None


def _mark(entries):
    return entries[PAGE - 1].pk if len(entries) > PAGE else None
