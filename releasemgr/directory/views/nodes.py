"""The organisation tree."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.pages import form_page, posted
from releasemgr.changes.revisions import undoable
from releasemgr.directory.forms import NodeForm
from releasemgr.directory.tree import NotEmpty, remove_node, save_node
from releasemgr.htmx import go_to
from releasemgr.portfolio.models import Portfolio
from releasemgr.portfolio.tree import Tree
from releasemgr.tenancy.ids import uuid_or_none

FORM = "portfolio/nodes/form.html"


@allow(GET=Permission.VIEW)
def tree(request):
    """The whole tree with its projects counted."""
    return render(request, "portfolio/tree.html", {"tree": Tree.load(with_projects=True)})


@allow(GET=Permission.MANAGE_PORTFOLIO, POST=Permission.MANAGE_PORTFOLIO)
def node_create(request):
    """A new node, below the one named by ``?parent=``."""
    parent = uuid_or_none(request.GET.get("parent", ""))
    form = NodeForm(posted(request), initial={"parent": parent})
    return form_page(request, form, FORM, {}, said=_("The node was added."), to="portfolio:tree")


@allow(GET=Permission.MANAGE_PORTFOLIO, POST=Permission.MANAGE_PORTFOLIO)
def node_edit(request, pk):
    """Rename a node or move it under another one."""
    node = get_object_or_404(Portfolio.objects, pk=pk)
    form = NodeForm(posted(request), instance=node)
    context = {"node": node, "undo_id": undoable(node, by=request.user)}
    return form_page(
        request, form, FORM, context, said=_("The node was saved."), to="portfolio:tree", verb=save_node
    )


@allow(POST=Permission.MANAGE_PORTFOLIO)
def node_removal(request, pk):
    """Remove a node on which nothing hangs."""
    node = get_object_or_404(Portfolio.objects, pk=pk)
    try:
        remove_node(node, by=request.user, at=now())
    except NotEmpty as refused:
        messages.error(request, " ".join(refused.messages))
        return go_to(request, "portfolio:node-edit", pk)
    messages.success(request, _("The node was removed."))
    return go_to(request, "portfolio:tree")
