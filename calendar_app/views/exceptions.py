"""Exception requests: the list, one request, asking, deciding."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.exceptions import requests as verbs
from calendar_app.exceptions.deciders import deputies, may_decide
from calendar_app.exceptions.filters import SORTS, ExceptionFilter
from calendar_app.exceptions.kinds import effect_of
from calendar_app.exceptions.listing import HEADER, counts_of, line_of, rows_of
from calendar_app.forms.exceptions import (
    ChoosingForm,
    ExceptionForm,
    VerdictForm,
    end_of,
    initial_for,
    initial_of,
)
from calendar_app.models import ExceptionRequest
from calendar_app.releases.page import undoable
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.sorting import Sorting
from releasemgr.spreadsheet import csv_response

PAGE = 50


@allow(GET=Permission.VIEW)
def exception_list(request):
    """All exception requests, the latest first, with how many of each kind."""
    at = now()
    found = ExceptionFilter(request.GET, ExceptionRequest.objects.for_list(), request=request, at=at)
    sorting = Sorting.of(request, SORTS)
    page = Paginator(sorting.order(found.qs.order_by("-number")), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "sorting": sorting,
        "page": page,
        "lines": [line_of(row, at=at) for row in page],
        "counts": counts_of(found.qs, at=at),
        "may_ask": request.membership.may(Permission.PLAN_RELEASE),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/exceptions/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def exception_export(request):
    """The list as CSV, narrowed and sorted by the same URL."""
    query, sorting, at = request.GET.copy(), Sorting.of(request, SORTS), now()

    def rows():
        found = ExceptionFilter(query, ExceptionRequest.objects.for_list(), request=request, at=at)
        return rows_of(sorting.order(found.qs.order_by("-number")), at=at)

    return csv_response(request.org, "exceptions", HEADER, rows)


@allow(GET=Permission.VIEW)
def exception_detail(request, number):
    """One request: why, both risks, who decides, what granting sets off, what became of it."""
    row, at = _exception(number), now()
    is_waiting = row.state == ExceptionRequest.State.REQUESTED
    context = {
        **_facts(row, at),
        "may_decide": may_decide(row, by=request.user, at=at),
        "may_edit": is_waiting and request.membership.may(Permission.PLAN_RELEASE),
        "undo_id": undoable(row, by=request.user) if is_waiting else None,
        "crumbs": _crumbs(),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/exceptions/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def exception_create(request):
    """Ask for an exception: what kind and for which release first, unless the URL says so; then why."""
    chosen = ChoosingForm(request.GET if request.GET else None)
    if not chosen.is_valid():
        context = {"form": chosen, "crumbs": _crumbs()}
        status = 422 if request.method == "POST" else 200
        return render_page(
            request, "calendar/exceptions/choose.html", context, partial="form", peek="form", status=status
        )
    kind, release = chosen.cleaned_data["kind"], chosen.cleaned_data["release"]

    def ask(form):
        row = ExceptionRequest(kind=kind, release=release, **form.values())
        return verbs.ask([row], by=request.user, at=now()).rows[0]

    title = _("Ask for an exception: %(kind)s") % {"kind": ExceptionRequest.Kind(kind).label}
    back = release.get_absolute_url()
    page = FormPage(title, _("Ask for it"), back, crumbs=_crumbs(), lead=f"{release.reference} {release}")
    initial = initial_for(kind, release, chosen.about, by=request.user)
    said = _("It is asked for.")
    about = {"kind": kind, "release": release, "by": request.user, "at": now()}
    return answer_form(request, ExceptionForm, ask, page, initial=initial, said=said, **about)


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def exception_edit(request, number):
    """Change a request that nobody has decided."""
    row = _exception(number)

    def change(form):
        verbs.edit(seen(row, form.cleaned_data["version"]), form.values(), by=request.user, at=now())
        return row

    page = _page(row, _("Edit %(request)s") % {"request": row.reference}, _("Save"))
    about = {"kind": row.kind, "release": row.release, "by": request.user, "at": now()}
    return answer_form(
        request, ExceptionForm, change, page, initial=initial_of(row), said=_("Saved."), **about
    )


@allow(POST=Permission.PLAN_RELEASE)
def exception_withdrawal(request, number):
    """Take a request back."""
    row = seen(_exception(number), request.POST.get("version"))
    said = _("%(request)s is withdrawn.") % {"request": row.reference}
    return answer_step(request, lambda: verbs.withdraw([row], by=request.user, at=now()), row, said=said)


@allow(GET=Permission.DECIDE_WHERE_NAMED, POST=Permission.DECIDE_WHERE_NAMED)
def exception_decision(request, number):
    """Grant or refuse a request; only its approver, or the deputy on a day of absence."""
    row, at = _exception(number), now()
    if row.state == ExceptionRequest.State.REQUESTED and not may_decide(row, by=request.user, at=at):
        raise PermissionDenied

    def decide(form):
        given, subject = form.cleaned_data, seen(row, form.cleaned_data["version"])
        if given["verdict"] == "grant":
            until = end_of(given["expires_on"])
            verbs.grant([subject], expires_at=until, by=request.user, at=at, note=given["note"])
        else:
            verbs.refuse([subject], note=given["note"], by=request.user, at=at)
        return row

    page = _page(row, _("Decide %(request)s") % {"request": row.reference}, _("Decide"), **_facts(row, at))
    initial = {"version": row.version, "expires_on": row.last_day}
    return answer_form(request, VerdictForm, decide, page, initial=initial, said=_("Decided."))


def _exception(number):
    about = (
        "release",
        "approver",
        "criterion__gate",
        "nomination__project",
        "nomination__release",
        "blockout",
    )
    return find(ExceptionRequest.objects.select_related(*about), number=number)


def _facts(row, at):
    return {
        "exception": row,
        "line": line_of(row, at=at),
        "effect": effect_of(row),
        "deputies": deputies(row, at=at),
    }


def _crumbs():
    return [(_("Exceptions"), reverse("calendar:exception-list"))]


def _page(row, title, submit, **facts):
    template = "calendar/exceptions/decision.html" if facts else "calendar/form.html"
    crumbs = (*_crumbs(), (row.reference, row.get_absolute_url()))
    return FormPage(
        title, submit, row.get_absolute_url(), crumbs=crumbs, lead=str(row), template=template, facts=facts
    )
