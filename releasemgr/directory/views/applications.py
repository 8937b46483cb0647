"""Applications: list, page, form, spreadsheet, dependencies and hand-over."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.pages import form_page, posted
from releasemgr.changes.revisions import undoable
from releasemgr.directory.dependencies import add_dependency, remove_dependency
from releasemgr.directory.filters import ApplicationFilter
from releasemgr.directory.forms import ApplicationForm, DependencyForm, HandOverForm
from releasemgr.directory.lists import list_export, list_page
from releasemgr.directory.ownership import CannotHandOver, hand_over, latest_of, withdraw
from releasemgr.htmx import go_to
from releasemgr.portfolio.models import Application, ApplicationDependency, Ownership
from releasemgr.portfolio.queries import applications_for_list, needed_by, needs_of, ownership_history

FORM = "portfolio/applications/form.html"
DETAIL = "portfolio/applications/detail.html"
COLUMNS = {"name": "name", "key": "key", "project": "project_name", "owner": "owner__name"}
MANAGE = {"GET": Permission.MANAGE_PORTFOLIO, "POST": Permission.MANAGE_PORTFOLIO}


@allow(GET=Permission.VIEW)
def application_list(request):
    """All applications with the projects that own them now."""
    return list_page(
        request,
        "portfolio/applications/list.html",
        rows=applications_for_list(at=now()),
        filtered_by=ApplicationFilter,
        columns=COLUMNS,
    )


@allow(GET=Permission.VIEW)
def application_export(request):
    """The filtered applications as CSV."""
    at = now()
    return list_export(
        request,
        "applications",
        rows_of=lambda: applications_for_list(at=at),
        filtered_by=ApplicationFilter,
        columns=COLUMNS,
        header=["key", "name", "criticality", "project", "owner"],
        cells=_cells,
    )


@allow(GET=Permission.VIEW)
def application_detail(request, key):
    """One application: who owns it, what it needs and what needs it, and its neighbours' panels."""
    application = get_object_or_404(applications_for_list(at=now()), key=key)
    return render(request, DETAIL, _shown(request, application, DependencyForm(application=application)))


@allow(**MANAGE)
def application_create(request):
    """A new application."""
    return form_page(
        request, ApplicationForm(posted(request)), FORM, {}, said=_("The application was added.")
    )


@allow(**MANAGE)
def application_edit(request, key):
    """Change an application."""
    application = get_object_or_404(Application.objects, key=key)
    form = ApplicationForm(posted(request), instance=application)
    context = {"application": application}
    return form_page(request, form, FORM, context, said=_("The application was saved."))


@allow(POST=Permission.MANAGE_PORTFOLIO)
def dependency_create(request, key):
    """Say that the application needs another one."""
    application = get_object_or_404(applications_for_list(at=now()), key=key)
    form = DependencyForm(request.POST, application=application)
    if form.is_valid():
        try:
            add_dependency(application, needs=form.cleaned_data["needs"], by=request.user, at=now())
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("The dependency was added."))
            return go_to(request, application)
    return render(request, DETAIL, _shown(request, application, form), status=422)


@allow(POST=Permission.MANAGE_PORTFOLIO)
def dependency_removal(request, key, pk):
    """Say that it is needed no more."""
    found = ApplicationDependency.objects.select_related("application", "needs")
    dependency = get_object_or_404(found, pk=pk, application__key=key)
    remove_dependency(dependency, by=request.user, at=now())
    messages.success(request, _("The dependency was removed."))
    return go_to(request, dependency.application)


@allow(**MANAGE)
def application_hand_over(request, key):
    """Give the application to another project from an instant on."""
    application = get_object_or_404(Application.objects, key=key)
    if request.POST.get("keep-project") == "theirs":
        return redirect(application)
    latest = latest_of(application)
    form = HandOverForm(posted(request), latest=latest, at=now())
    context = {"application": application, "latest": latest, "history": ownership_history(application)}
    return form_page(
        request,
        form,
        "portfolio/applications/hand_over.html",
        context,
        said=_("The hand-over was recorded."),
        to=application,
        verb=lambda form, **by_at: hand_over(application, **form.asked, **by_at),
    )


@allow(POST=Permission.MANAGE_PORTFOLIO)
def ownership_withdrawal(request, key, pk):
    """Take back a hand-over that has not begun."""
    found = Ownership.objects.select_related("application")
    ownership = get_object_or_404(found, pk=pk, application__key=key)
    try:
        withdraw(ownership, by=request.user, at=now())
    except CannotHandOver as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, _("The hand-over was withdrawn."))
    return go_to(request, ownership.application)


def _shown(request, application, form):
    return {
        "application": application,
        "form": form,
        "needs": needs_of(application),
        "dependants": needed_by(application),
        "history": ownership_history(application),
        "at": now(),
        "undo_id": undoable(application, by=request.user),
    }


def _cells(application):
    owner = application.owner.name if application.owner else ""
    return [application.key, application.name, application.criticality, application.project_key or "", owner]
