"""Projects: list, page, form, spreadsheet."""

from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.pages import form_page, posted
from releasemgr.changes.revisions import undoable
from releasemgr.directory.filters import ProjectFilter
from releasemgr.directory.forms import ProjectForm
from releasemgr.directory.lists import list_export, list_page
from releasemgr.portfolio.models import Project
from releasemgr.portfolio.queries import owned_by, projects_for_list
from releasemgr.portfolio.tree import Tree
from releasemgr.tenancy.ids import uuid_or_none

FORM = "portfolio/projects/form.html"
COLUMNS = {
    "name": "name",
    "key": "key",
    "portfolio": "portfolio__name",
    "team": "team__name",
    "lead": "lead__name",
    "status": "status",
}


@allow(GET=Permission.VIEW)
def project_list(request):
    """All projects, filtered and ordered."""
    return list_page(
        request,
        "portfolio/projects/list.html",
        rows=projects_for_list(),
        filtered_by=ProjectFilter,
        columns=COLUMNS,
    )


@allow(GET=Permission.VIEW)
def project_export(request):
    """The filtered projects as CSV."""
    return list_export(
        request,
        "projects",
        rows_of=projects_for_list,
        filtered_by=ProjectFilter,
        columns=COLUMNS,
        header=["key", "name", "portfolio", "team", "lead", "status", "tracked_since"],
        cells=_cells,
    )


@allow(GET=Permission.VIEW)
def project_detail(request, key):
    """One project: what it is, which applications it owns, and its neighbours' panels."""
    project = get_object_or_404(projects_for_list(), key=key)
    context = {
        "project": project,
        "path": Tree.load().path(project.portfolio_id),
        "ownerships": owned_by(project, at=now()),
        "undo_id": undoable(project, by=request.user),
    }
    return render(request, "portfolio/projects/detail.html", context)


@allow(GET=Permission.MANAGE_PORTFOLIO, POST=Permission.MANAGE_PORTFOLIO)
def project_create(request):
    """A new project, in the node named by ``?portfolio=``."""
    node = uuid_or_none(request.GET.get("portfolio", ""))
    form = ProjectForm(posted(request), initial={"portfolio": node})
    return form_page(request, form, FORM, {}, said=_("The project was added."))


@allow(GET=Permission.MANAGE_PORTFOLIO, POST=Permission.MANAGE_PORTFOLIO)
def project_edit(request, key):
    """Change a project."""
    project = get_object_or_404(Project.objects, key=key)
    form = ProjectForm(posted(request), instance=project)
    return form_page(request, form, FORM, {"project": project}, said=_("The project was saved."))


def _cells(project):
    return [
        project.key,
        project.name,
        project.portfolio.name,
        project.team.name if project.team else "",
        project.lead.name if project.lead else "",
        project.status,
        project.tracking_started_on or "",
    ]
