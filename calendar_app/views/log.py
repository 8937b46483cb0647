"""The log: of one release, of the whole organisation, one item and its verbs."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.log import ClosureForm, LogItemForm, initial_of
from calendar_app.log.checkins import trend_of
from calendar_app.log.export import HEADER, rows_of
from calendar_app.log.filters import SORTS, LogFilter
from calendar_app.log.items import close_items, edit_item, raise_items, reopen_items
from calendar_app.log.queries import SCALE, matrix, rolled_up
from calendar_app.models import LogItem, Release
from calendar_app.releases.page import undoable
from calendar_app.releases.tabs import head_of
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.portfolio.queries import person_of
from releasemgr.sorting import Sorting
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

PAGE = 50


@allow(GET=Permission.VIEW)
def log_list(request):
    """Every risk, issue and decision of the organisation, worst first, with the matrix of what is shown."""
    found = _filtered(request, LogItem.objects.all(), request.GET)
    sorting = Sorting.of(request, SORTS)
    page = Paginator(_ordered(sorting, found.qs), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "sorting": sorting,
        "page": page,
        "matrix": matrix(found.qs),
        "cells_url": _cells_url(request),
        "scale": SCALE,
        "today": _today(request),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/log/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def log_export(request):
    """The list as CSV, narrowed and sorted by the same URL."""
    query, sorting = request.GET.copy(), Sorting.of(request, SORTS)
    return csv_response(
        request.org,
        "log",
        HEADER,
        lambda: rows_of(_ordered(sorting, _filtered(request, LogItem.objects.all(), query).qs)),
    )


@allow(GET=Permission.VIEW)
def release_log(request, number):
    """The log of a release with that of everything below it, its matrix, and how its weeks were."""
    release = find(Release.objects.for_list(), number=number)
    items = rolled_up(release)
    state = "all" if request.GET.get("state") == "all" else "open"
    shown = items if state == "all" else items.open()
    page = Paginator(_ordered(Sorting(SORTS), shown), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "state": state,
        "matrix": matrix(items),
        "cells_url": f"{reverse('calendar:log-list')}?release={release.pk}&",
        "scale": SCALE,
        "trend": trend_of(release),
        "may_raise": request.membership.may(Permission.DISCUSS),
        **head_of(release, "calendar:release-log", today=_today(request)),
        "today": _today(request),
    }
    partial = "rows" if request.GET.get("page") else "log"
    return render_page(request, "calendar/log/release.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def logitem_detail(request, number):
    """One risk, issue or decision."""
    item = find(_with_names(LogItem.objects), number=number)
    may_change = _may_change(request, item)
    context = {
        "item": item,
        "today": _today(request),
        "may_change": may_change,
        "undo_id": undoable(item, by=request.user) if may_change else None,
        "crumbs": [
            (_("Log"), reverse("calendar:log-list")),
            (str(item.release), reverse("calendar:release-log", args=[item.release.number])),
        ],
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/log/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.DISCUSS, POST=Permission.DISCUSS)
def logitem_create(request, number):
    """Raise a risk, an issue or a decision of a release."""
    release = find(Release.objects, number=number)

    def create(form):
        return raise_items([LogItem(release=release, **form.values())], by=request.user, at=now()).rows[0]

    kind = request.GET.get("kind")
    initial = {"kind": kind if kind in LogItem.Kind.values else LogItem.Kind.RISK}
    page = release_form_page(release, _("Add to the log"), _("Add it"))
    return answer_form(request, LogItemForm, create, page, initial=initial, said=_("It is in the log."))


@allow(
    GET=Permission.DECIDE_WHERE_NAMED, POST=Permission.DECIDE_WHERE_NAMED
)  # a right by relation: its owner
def logitem_edit(request, number):
    """Change an open item."""
    item = _changeable(request, number)

    def change(form):
        row = seen(item, form.cleaned_data["version"])
        edit_item(row, form.values(), by=request.user, at=now())
        return row

    page = _page(item, _("Edit %(item)s") % {"item": item.reference}, _("Save"))
    return answer_form(request, LogItemForm, change, page, initial=initial_of(item), said=_("Saved."))


@allow(
    GET=Permission.DECIDE_WHERE_NAMED, POST=Permission.DECIDE_WHERE_NAMED
)  # a right by relation: its owner
def logitem_closure(request, number):
    """Close an item with what came of it; a decision with what was decided."""
    item = _changeable(request, number)

    def close(form):
        row = seen(item, form.cleaned_data["version"])
        close_items([row], outcome=form.cleaned_data["outcome"], by=request.user, at=now())
        return row

    is_decision = item.kind == LogItem.Kind.DECISION
    title = _("Decide %(item)s") if is_decision else _("Close %(item)s")
    page = _page(item, title % {"item": item.reference}, _("It is decided") if is_decision else _("Close it"))
    initial = {"version": item.version, "outcome": item.outcome}
    return answer_form(request, ClosureForm, close, page, initial=initial, said=_("Closed."))


@allow(POST=Permission.DECIDE_WHERE_NAMED)  # a right by relation: its owner
def logitem_reopening(request, number):
    """Open a closed item again."""
    item = seen(_changeable(request, number), request.POST.get("version"))
    return answer_step(
        request, lambda: reopen_items([item], by=request.user, at=now()), item, said=_("Open again.")
    )


def _filtered(request, items, query):
    return LogFilter(query, _with_names(items), request=request, today=_today(request))


def _with_names(items):
    return items.select_related("release", "owner")


def _ordered(sorting, items):
    return sorting.order(_with_names(items).order_by("-score", "due_on", "number"))


def _cells_url(request):
    """The list's address up to a cell of the matrix: ``…&probability=4&impact=5`` follows."""
    query = request.GET.copy()
    for name in ("probability", "impact", "page"):
        query.pop(name, None)
    return f"{request.path}?{query.urlencode()}&" if query else f"{request.path}?"


def _may_change(request, item):
    """Who plans releases may, and who owns the item, whatever the role."""
    if request.membership.may(Permission.PLAN_RELEASE):
        return True
    person = person_of(request.user)
    return person is not None and item.owner_id == person.pk


def _changeable(request, number):
    item = find(_with_names(LogItem.objects), number=number)
    if not _may_change(request, item):
        raise PermissionDenied
    return item


def _page(item, title, submit):
    crumbs = ((_("Log"), reverse("calendar:log-list")), (item.reference, item.get_absolute_url()))
    return FormPage(title, submit, item.get_absolute_url(), crumbs=crumbs, lead=str(item))


def _today(request):
    return local_date(now(), request.org.zone)
