"""The manifest of a release with its versions, and the test runs behind them."""

from dataclasses import replace

from django.core.paginator import Paginator
from django.db.models import F
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.scope import PlannedVersionForm, TestRunForm
from calendar_app.models import PlannedVersion, Release, TestRun
from calendar_app.releases.tabs import head_of
from calendar_app.releases.tree import in_manifest
from calendar_app.scope import versions as verbs
from calendar_app.scope.manifest import HEADER, ManifestForm, cells_of, counted, lines_of, tested_versions
from calendar_app.views.releases import PAGE, release_form_page
from calendar_app.views.saving import answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page
from releasemgr.spreadsheet import csv_response
from releasemgr.tenancy.days import local_date

PLAN = {"GET": Permission.PLAN_RELEASE, "POST": Permission.PLAN_RELEASE}
TAB = "calendar:release-manifest"
RUNS = 20


class Manifest:
    """The manifest tab of a release, as a place to go back to."""

    def __init__(self, release):
        self.release = release

    def get_absolute_url(self):
        return reverse(TAB, args=[self.release.number])


@allow(GET=Permission.VIEW)
def manifest(request, number):
    """Every application of every release below an enterprise release, or those of one release."""
    release = find(Release.objects.for_list(), number=number)
    lines, form = lines_of(release), ManifestForm(request.GET)
    runs = TestRun.objects.filter(release__in=in_manifest(release)).select_related("release", "application")
    context = {
        "form": form,
        "page": Paginator(form.narrowed(lines), PAGE).get_page(request.GET.get("page")),
        "counted": counted(lines),
        "total": len(lines),
        "runs": runs.annotate(rate=100.0 * F("passed") / F("total")).order_by("-executed_at", "pk")[:RUNS],
        "run_count": runs.count(),
        "is_sum": release.kind == Release.Kind.ENTERPRISE,
        "may_plan": request.membership.may(Permission.PLAN_RELEASE) and release.is_open,
        "may_approve": request.membership.may(Permission.DECIDE_GATE) and release.is_open,
        **head_of(release, TAB, today=local_date(now(), request.org.zone)),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/scope/manifest.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def manifest_export(request, number):
    """The manifest as CSV, narrowed by the same URL."""
    release = find(Release.objects, number=number)
    form = ManifestForm(request.GET.copy())
    return csv_response(
        request.org,
        f"manifest-{release.reference}",
        HEADER,
        lambda: cells_of(form.narrowed(lines_of(release))),
    )


@allow(**PLAN)
def version_create(request, number):
    """Plan the version of an application."""
    release = find(Release.objects, number=number)

    def create(form):
        given = form.cleaned_data
        verbs.plan_version(release, given["application"], given["label"], by=request.user, at=now())
        return Manifest(release)

    page = _form_page(release, _("Plan a version"), _("Plan it"))
    initial = {"application": request.GET.get("application")}
    return answer_form(
        request, PlannedVersionForm, create, page, initial=initial, said=_("The version is planned.")
    )


@allow(**PLAN)
def version_edit(request, pk):
    """Plan another version."""
    version = find(PlannedVersion.objects.select_related("release", "application"), pk=pk)

    def change(form):
        row = seen(version, form.cleaned_data["version"])
        verbs.edit_version(row, form.cleaned_data["label"], by=request.user, at=now())
        return Manifest(version.release)

    title = _("Version of %(application)s") % {"application": version.application}
    page = _form_page(version.release, title, _("Save"))
    initial = {"version": version.version, "label": version.label}
    return answer_form(
        request, PlannedVersionForm, change, page, initial=initial, said=_("Saved."), is_fixed=True
    )


@allow(POST=Permission.DECIDE_GATE)
def version_approval(request, pk):
    """Approve a planned version."""
    version = find(PlannedVersion.objects.select_related("release", "application"), pk=pk)
    version = seen(version, request.POST.get("version"))
    return answer_step(
        request,
        lambda: verbs.approve_versions([version], by=request.user, at=now()),
        Manifest(version.release),
        said=_("%(version)s is approved.") % {"version": version},
    )


@allow(POST=Permission.DECIDE_GATE)
def versions_approval(request, number):
    """Approve every version of the manifest that was tested whole as it is planned."""
    release = find(Release.objects, number=number)
    ids = in_manifest(release)
    tested = tested_versions(ids)
    rows = PlannedVersion.objects.filter(release__in=ids, release__status__in=Release.OPEN)
    chosen = [
        row
        for row in rows.exclude(approved_label=F("label")).select_related("release").order_by("pk")
        if tested.get((row.release_id, row.application_id)) == row.label
    ]
    return answer_step(
        request,
        lambda: verbs.approve_versions(chosen, by=request.user, at=now()),
        Manifest(release),
        said=_("%(n)s versions are approved.") % {"n": len(chosen)},
    )


@allow(**PLAN)
def run_create(request, number):
    """Record a test run."""
    release = find(Release.objects, number=number)

    def create(form):
        verbs.record_run(TestRun(release=release, **form.values()), by=request.user, at=now())
        return Manifest(release)

    page = _form_page(release, _("Record a test run"), _("Record it"))
    initial = {"executed_at": now().replace(second=0, microsecond=0)}
    return answer_form(
        request, TestRunForm, create, page, initial=initial, said=_("The test run is recorded.")
    )


@allow(**PLAN)
def run_edit(request, pk):
    """Correct a test run."""
    run = find(TestRun.objects.select_related("release"), pk=pk)

    def change(form):
        row = seen(run, form.cleaned_data["version"])
        verbs.edit_run(row, form.values(), by=request.user, at=now())
        return Manifest(run.release)

    page = _form_page(run.release, _("Correct %(run)s") % {"run": run}, _("Save"))
    names = ("version", "name", "version_label", "executed_at", "total", "passed", "url")
    initial = {name: getattr(run, name) for name in names} | {"application": run.application_id}
    return answer_form(request, TestRunForm, change, page, initial=initial, said=_("Saved."))


def _form_page(release, title, submit):
    page = release_form_page(release, title, submit)
    back = reverse(TAB, args=[release.number])
    return replace(page, back=back, crumbs=(*page.crumbs, (_("Manifest & versions"), back)))
