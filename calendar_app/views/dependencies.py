"""Dependencies: the tab of a release, the list of all, one of them, asking and answering."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.dependencies import requests as verbs
from calendar_app.dependencies.acts import ACTS, acts_for, may_answer
from calendar_app.dependencies.filters import SORTS, DependencyFilter
from calendar_app.dependencies.listing import HEADER, late_first, line_of, rows_of, with_forecast
from calendar_app.forms.dependencies import DependencyForm, NoteForm, PromiseForm, WaiverForm, initial_of
from calendar_app.models import Dependency, Release
from calendar_app.releases.page import undoable
from calendar_app.releases.tabs import head_of
from calendar_app.views.releases import PAGE, release_form_page
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.sorting import Sorting
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

TAB = "calendar:release-dependencies"


@allow(GET=Permission.VIEW)
def release_dependencies(request, number):
    """What a release needs and what it provides, the late ones first."""
    release = find(Release.objects.for_list(), number=number)
    today = _today(request)
    sides = [
        {"title": title, "key": key, "lines": _lines(Dependency.objects.filter(**{key: release}), today)}
        for title, key in ((_("What it needs"), "release"), (_("What it provides"), "provider"))
    ]
    context = {
        "sides": sides,
        "most": PAGE,
        "may_plan": request.membership.may(Permission.PLAN_RELEASE) and release.is_open,
        **head_of(release, TAB, today=today),
    }
    return render_page(request, "calendar/dependencies/tab.html", context, partial="sides")


@allow(GET=Permission.VIEW)
def dependency_list(request):
    """All dependencies, the late ones first."""
    today = _today(request)
    found, sorting = _found(request.GET, request, today)
    page = Paginator(sorting.order(late_first(found.qs)), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "sorting": sorting,
        "page": page,
        "lines": [line_of(row, today=today) for row in page],
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/dependencies/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def dependency_export(request):
    """The list as CSV, narrowed and sorted by the same URL."""
    query, today = request.GET.copy(), _today(request)

    def rows():
        found, sorting = _found(query, request, today)
        return rows_of(sorting.order(late_first(found.qs)), today=today)

    return csv_response(request.org, "dependencies", HEADER, rows)


@allow(GET=Permission.VIEW)
def dependency_detail(request, number):
    """One dependency: who needs what of whom, every promise, what can be done."""
    today = _today(request)
    row = find(with_forecast(Dependency.objects, today=today), number=number)
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    context = {
        "dependency": row,
        "line": line_of(row, today=today),
        "promises": row.promises.order_by("-made_at", "-pk"),
        "acts": acts_for(row, request),
        "may_edit": may_plan and row.state in (Dependency.State.REQUESTED, Dependency.State.ACCEPTED),
        "undo_id": undoable(row, by=request.user) if may_plan else None,
        "crumbs": _crumbs(),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/dependencies/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def dependency_create(request, number):
    """Ask another release for something."""
    release = find(Release.objects, number=number)

    def ask(form):
        return verbs.ask([Dependency(release=release, **form.values())], by=request.user, at=now()).rows[0]

    page = release_form_page(release, _("Ask for something"), _("Ask for it"))
    page = FormPage(
        page.title, page.submit, reverse(TAB, args=[number]), page.crumbs, page.lead, template=_FORM
    )
    initial = {"provider": request.GET.get("provider"), "needed_by": release.target_date} | _typed(request)
    return answer_form(
        request, DependencyForm, ask, page, initial=initial, said=_("It is asked for."), release=release
    )


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def dependency_edit(request, number):
    """Change what is needed, of whom, by when."""
    row = _dependency(number)

    def change(form):
        verbs.edit(seen(row, form.cleaned_data["version"]), form.values(), by=request.user, at=now())
        return row

    page = _page(row, _("Edit %(dependency)s") % {"dependency": row.reference}, _("Save"), template=_FORM)
    initial = initial_of(row) | _typed(request)
    return answer_form(
        request, DependencyForm, change, page, initial=initial, said=_("Saved."), release=row.release
    )


@allow(GET=Permission.DECIDE_WHERE_NAMED, POST=Permission.DECIDE_WHERE_NAMED)
def dependency_answer(request, number, noun):
    """Accept, promise another date, refuse or waive; the owner of the provider answers, or who plans releases."""
    row, act = _dependency(number), ACTS[noun]
    _insist(row, act, request)

    def answer(form):
        given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        act.do([seen(row, form.cleaned_data["version"])], given, by=request.user, at=now())
        return row

    page = _page(row, f"{row.reference}: {act.word}", act.word)
    initial = {"version": row.version, "promised_on": row.promised_on or row.needed_by}
    return answer_form(request, _FORMS[noun], answer, page, initial=initial, said=_("Recorded."))


@allow(POST=Permission.DECIDE_WHERE_NAMED)
def dependency_step(request, number, noun):
    """Satisfy, withdraw, or ask again."""
    row, act = seen(_dependency(number), request.POST.get("version")), ACTS[noun]
    _insist(row, act, request)
    return answer_step(
        request, lambda: act.do([row], {}, by=request.user, at=now()), row, said=_("Recorded.")
    )


_FORM = "calendar/dependencies/form.html"
_FORMS = {"acceptance": PromiseForm, "promise": PromiseForm, "refusal": NoteForm, "waiver": WaiverForm}


def _insist(row, act, request):
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    if not may_plan and not (act.is_answer and may_answer(row, request.user)):
        raise PermissionDenied


def _lines(dependencies, today):
    found = late_first(with_forecast(dependencies, today=today))
    return [line_of(row, today=today) for row in found[:PAGE]]


def _found(query, request, today):
    rows = with_forecast(Dependency.objects, today=today)
    return DependencyFilter(query, rows, request=request), Sorting.of(request, SORTS)


def _typed(request):
    """What stands in the form already when another provider was chosen and its gates are asked for."""
    return {name: value for name, value in request.GET.items() if name in DependencyForm.base_fields}


def _dependency(number):
    return find(
        Dependency.objects.select_related("release", "provider__owner", "provider_gate"), number=number
    )


def _crumbs():
    return [(_("Dependencies"), reverse("calendar:dependency-list"))]


def _page(row, title, submit, *, template="calendar/form.html"):
    crumbs = (*_crumbs(), (row.reference, row.get_absolute_url()))
    return FormPage(title, submit, row.get_absolute_url(), crumbs=crumbs, lead=str(row), template=template)


def _today(request):
    return local_date(now(), request.org.zone)
