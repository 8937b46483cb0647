"""The scope of a release: its list, one work item, many at once, the lock."""

from dataclasses import replace
from types import SimpleNamespace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calendar_app.forms.scope import PasteForm, UnlockForm, WorkItemForm
from calendar_app.models import Release, WorkItem
from calendar_app.releases.tabs import head_of
from calendar_app.releases.tree import in_manifest
from calendar_app.scope import items as verbs
from calendar_app.scope.listing import (
    COLUMNS,
    HEADER,
    Locks,
    ScopeFilter,
    cells_of,
    in_order,
    items_of,
    lines_of,
)
from calendar_app.scope.lock import exceptions_in_force, lock_scope, unlock_scope
from calendar_app.scope.paste import read_items
from calendar_app.views.releases import PAGE, release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.revisions import Moved
from releasemgr.htmx import go_to, render_page
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

PLAN = {"GET": Permission.PLAN_RELEASE, "POST": Permission.PLAN_RELEASE}
TAB = "calendar:release-scope"


class Scope:
    """The scope tab of a release, as a place to go back to."""

    def __init__(self, release):
        self.release = release

    def get_absolute_url(self):
        return reverse(TAB, args=[self.release.number])


@allow(GET=Permission.VIEW)
def scope(request, number):
    """The work items of a release, or of all releases below an enterprise release."""
    release = find(Release.objects.for_list(), number=number)
    at, ids = now(), in_manifest(release)
    locks = Locks(release, ids)
    found = ScopeFilter(request.GET, items_of(ids), request=request, locks=locks)
    sort = request.GET.get("sort", "key")
    page = Paginator(in_order(found.qs, sort), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "lines": lines_of(page, locks),
        "locks": locks,
        "late": locks.late(),
        "is_sum": release.kind == Release.Kind.ENTERPRISE,
        "exceptions": exceptions_in_force(release, at),
        "listing": SimpleNamespace(sort=sort if sort.removeprefix("-") in COLUMNS else "key"),
        "may_plan": request.membership.may(Permission.PLAN_RELEASE) and release.is_open,
        "may_unlock": request.membership.may(Permission.DECIDE_GATE) and release.is_open,
        **head_of(release, TAB, today=local_date(at, request.org.zone)),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/scope/scope.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def scope_export(request, number):
    """The list as CSV, narrowed and sorted by the same URL."""
    release = find(Release.objects.select_related("parent"), number=number)
    query = request.GET.copy()

    def rows():
        ids = in_manifest(release)
        locks = Locks(release, ids)
        found = ScopeFilter(query, items_of(ids), request=request, locks=locks)
        return cells_of(in_order(found.qs, query.get("sort", "key")), locks)

    return csv_response(request.org, f"scope-{release.reference}", HEADER, rows)


@allow(**PLAN)
def item_create(request, number):
    """Take one work item into the scope."""
    release = _release(number)

    def create(form):
        verbs.add_items(release, [WorkItem(**form.values())], by=request.user, at=now())
        return Scope(release)

    page = _form_page(release, _("Add a work item"), _("Add it"))
    initial = {"kind": WorkItem.Kind.FEATURE, "status": WorkItem.Status.OPEN}
    return answer_form(request, WorkItemForm, create, page, initial=initial, said=_("It is in the scope."))


@allow(**PLAN)
def item_edit(request, pk):
    """Change a work item."""
    item = find(WorkItem.objects.select_related("release__parent"), pk=pk)

    def change(form):
        row = seen(item, form.cleaned_data["version"])
        verbs.edit_item(row, form.values(), by=request.user, at=now())
        return Scope(item.release)

    page = _form_page(item.release, _("Edit %(item)s") % {"item": item.key}, _("Save"))
    names = ("version", "key", "title", "kind", "severity", "status", "url")
    initial = {name: getattr(item, name) for name in names} | {"application": item.application_id}
    return answer_form(request, WorkItemForm, change, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.PLAN_RELEASE)
def item_removal(request, pk):
    """Take a work item out of the scope."""
    item = seen(find(WorkItem.objects.select_related("release"), pk=pk), request.POST.get("version"))
    said = _("%(item)s is out of the scope.") % {"item": item.key}
    return answer_step(
        request, lambda: verbs.remove_items([item], by=request.user, at=now()), Scope(item.release), said=said
    )


@allow(**PLAN)
def scope_paste(request, number):
    """Take many work items into the scope, all or none: each line that does not do is shown with its reason."""
    release = _release(number)
    if request.method != "POST":
        return _show_paste(request, release, PasteForm())
    form = PasteForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show_paste(request, release, form, status=422)
    text = form.cleaned_data["lines"]
    items, faults = read_items(text)
    form = PasteForm({**request.POST.dict(), "text": text}, {})  # what a file held stands in the text now
    if faults:
        return _show_paste(request, release, form, faults=faults, status=422)
    try:
        done = verbs.add_items(release, items, by=request.user, at=now(), updates="updates" in request.POST)
    except (ValidationError, Moved) as refusal:
        form.is_valid()
        form.add_error("text", getattr(refusal, "messages", [str(refusal)]))
        return _show_paste(request, release, form, status=422)
    return _said(request, release, len(done.rows))


@allow(POST=Permission.PLAN_RELEASE)
def scope_lock(request, number):
    """Lock the scope of a release."""
    release = seen(_release(number), request.POST.get("version"))
    return answer_step(
        request,
        lambda: lock_scope([release], by=request.user, at=now()),
        Scope(release),
        said=_("The scope is locked."),
    )


@allow(GET=Permission.DECIDE_GATE, POST=Permission.DECIDE_GATE)
def scope_unlock(request, number):
    """Open the scope of a release again, with a reason."""
    release = _release(number)

    def unlock(form):
        row = seen(release, form.cleaned_data["version"])
        unlock_scope(row, form.cleaned_data["reason"], by=request.user, at=now())
        return Scope(release)

    page = _form_page(release, _("Unlock the scope"), _("Unlock it"))
    initial = {"version": release.version}
    return answer_form(request, UnlockForm, unlock, page, initial=initial, said=_("The scope is open again."))


def _said(request, release, count):
    text = ngettext("%(n)s item is in the scope.", "%(n)s items are in the scope.", count) % {"n": count}
    messages.success(request, text)
    return go_to(request, Scope(release))


def _show_paste(request, release, form, *, faults=(), status=200):
    page = _form_page(release, _("Paste work items"), _("Take them in"))
    context = {"form": form, "page": page, "faults": faults, "release": release}
    return render_page(request, "calendar/scope/paste.html", context, partial="form", status=status)


def _form_page(release, title, submit):
    page = release_form_page(release, title, submit)
    back = reverse(TAB, args=[release.number])
    return replace(page, back=back, crumbs=(*page.crumbs, (_("Scope"), back)))


def _release(number):
    return find(Release.objects.select_related("parent"), number=number)
