"""Releases: the list, its export, one release and what can be done with it."""

from types import SimpleNamespace

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.departures.going import went_without
from calendar_app.forms import GoLiveForm, ReleaseForm, StatusForm
from calendar_app.forms.releases import initial_of
from calendar_app.log.queries import standing_of
from calendar_app.models import Release, ReleaseStatus
from calendar_app.releases import lifecycle
from calendar_app.releases.export import HEADER, rows_of
from calendar_app.releases.filters import ReleaseFilter, in_order
from calendar_app.releases.page import about
from calendar_app.releases.plans import edit, plan
from calendar_app.releases.queries import standings
from calendar_app.releases.tabs import head_of
from calendar_app.templates.offers import is_offered
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from calendar_app.vocabulary import offered
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.portfolio.queries import person_of
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

PAGE = 50


@allow(GET=Permission.VIEW)
def release_list(request):
    """All releases with how they stand."""
    found = ReleaseFilter(request.GET, Release.objects.for_list(), request=request)
    sort = request.GET.get("sort", "-target")
    page = Paginator(in_order(found.qs, sort), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "lines": standings(page, today=local_date(now(), request.org.zone)),
        "listing": SimpleNamespace(sort=sort),
        "may_plan": request.membership.may(Permission.PLAN_RELEASE),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/releases/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def release_export(request):
    """The list as CSV, narrowed and sorted by the same URL."""
    query = request.GET.copy()

    def rows():
        found = ReleaseFilter(query, Release.objects.for_list(), request=request)
        return rows_of(in_order(found.qs, query.get("sort", "-target")))

    return csv_response(request.org, "releases", HEADER, rows)


@allow(GET=Permission.VIEW)
def release_detail(request, number):
    """One release: dates, phases, gates, manifest, deployments, conflicts, neighbours' panels."""
    release = find(Release.objects.for_list().select_related("template_version__template"), number=number)
    at = now()
    today = local_date(at, request.org.zone)
    may_plan = request.membership.may(Permission.PLAN_RELEASE)
    children = release.children.for_list().order_by("target_date", "number")
    page = Paginator(children, PAGE).get_page(request.GET.get("page"))
    facts = about(release, at=at, today=today, by=request.user)
    context = {
        "page": page,
        "children": standings(page, today=today),
        "may_plan": may_plan,
        "newer": may_plan and release.template_version and is_offered(release),
        "is_peek": in_peek(request),
        "about": facts,
        "departures": went_without(release) if release.kind == Release.Kind.ENTERPRISE else (),
        "has_words": may_plan and offered(ReleaseStatus).exists(),
        "log": standing_of(release, person_of(request.user), today=today),
        **head_of(release, "calendar:release-detail", today=today, standing=facts.standing),
    }
    partial = "children" if request.GET.get("page") else "facts"
    return render_page(request, "calendar/releases/detail.html", context, partial=partial, peek="peek")


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_create(request):
    """Plan a release."""

    def create(form):
        row = Release(**form.values())
        chosen = form.cleaned_data["applications"]
        return plan([row], by=request.user, at=now(), applications=chosen).rows[0]

    back = reverse("calendar:release-list")
    page = FormPage(_("Plan a release"), _("Plan it"), back, crumbs=((_("Releases"), back),))
    initial = {"kind": "project", "risk": "medium", "parent": request.GET.get("parent")}
    return answer_form(request, ReleaseForm, create, page, initial=initial, said=_("The release is planned."))


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_edit(request, number):
    """Change what a release is."""
    release = find(Release.objects, number=number)

    def change(form):
        row = seen(release, form.cleaned_data["version"])
        chosen = form.cleaned_data["applications"]
        edit(row, form.values(), by=request.user, at=now(), applications=chosen)
        return row

    page = release_form_page(release, _("Edit %(release)s") % {"release": release.reference}, _("Save"))
    return answer_form(
        request,
        ReleaseForm,
        change,
        page,
        initial=initial_of(release),
        said=_("Saved."),
        release=release,
    )


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_go_live(request, number):
    """Say that a release went live."""
    release = find(Release.objects, number=number)

    def live(form):
        row, at = seen(release, form.cleaned_data["version"]), now()
        lifecycle.go_live([row], by=request.user, at=at, went_live_at=form.cleaned_data["went_live_at"])
        return row

    page = release_form_page(
        release, _("%(release)s went live") % {"release": release.reference}, _("It is live")
    )
    initial = {"version": release.version, "went_live_at": now().replace(second=0, microsecond=0)}
    said = _("%(release)s is live.") % {"release": release}
    return answer_form(request, GoLiveForm, live, page, initial=initial, said=said)


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def release_status(request, number):
    """Give a release a status word of the organisation's own."""
    release = find(Release.objects, number=number)

    def say(form):
        row = seen(release, form.cleaned_data["version"])
        lifecycle.say_status(row, form.word, by=request.user, at=now())
        return row

    title = _("Status of %(release)s") % {"release": release.reference}
    page = release_form_page(release, title, _("Save"))
    initial = {"version": release.version, "own_status": release.own_status_id}
    return answer_form(request, StatusForm, say, page, initial=initial, said=_("Saved."), release=release)


@allow(POST=Permission.PLAN_RELEASE)
def release_step(request, number, noun):
    """Start, baseline, hold, resume or cancel a release."""
    release = seen(find(Release.objects, number=number), request.POST.get("version"))
    verb = lifecycle.STEPS[noun][0]
    said = _("%(release)s: done.") % {"release": release}
    return answer_step(request, lambda: verb([release], by=request.user, at=now()), release, said=said)


def release_form_page(release, title, submit):
    """The frame of a form about a release."""
    crumbs = ((_("Releases"), reverse("calendar:release-list")), (str(release), release.get_absolute_url()))
    return FormPage(title, submit, release.get_absolute_url(), crumbs=crumbs, lead=str(release))
