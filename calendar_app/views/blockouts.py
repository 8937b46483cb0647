"""Blockouts: the list, one blockout, planning, changing and lifting it."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app import blockouts as verbs
from calendar_app.blockout_filters import BlockoutFilter
from calendar_app.forms import BlockoutForm
from calendar_app.forms.blockouts import initial_of
from calendar_app.models import Blockout, Conflict
from calendar_app.releases.page import undoable
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.tenancy.days import local_date

PAGE = 50


@allow(GET=Permission.VIEW)
def blockout_list(request):
    """All blockouts, the latest first."""
    at = now()
    found = BlockoutFilter(request.GET, Blockout.objects.for_list(), request=request, at=at)
    page = Paginator(found.qs.order_by("-starts_at", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "lines": [(row, row.stance(at)) for row in page],
        "may_manage": request.membership.may(Permission.MANAGE_BLOCKOUT),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/blockouts/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def blockout_detail(request, pk):
    """One blockout and what it stands against."""
    blockout = find(Blockout.objects.for_list(), pk=pk)
    today = local_date(now(), request.org.zone)
    against = (
        Conflict.objects.open(today).filter(second_id=blockout.pk).order_by("severity", "starts_at", "pk")
    )
    context = {
        "blockout": blockout,
        "stance": blockout.stance(now()),
        "against": against[:PAGE],
        "may_manage": request.membership.may(Permission.MANAGE_BLOCKOUT) and not blockout.cancelled_at,
        "undo_id": undoable(blockout, by=request.user),
        "crumbs": [(_("Blockouts"), reverse("calendar:blockout-list"))],
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/blockouts/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.MANAGE_BLOCKOUT, POST=Permission.MANAGE_BLOCKOUT)
def blockout_create(request):
    """Plan a blockout."""

    def create(form):
        return verbs.plan_blockouts([Blockout(**form.values())], by=request.user, at=now()).rows[0]

    page = _page(_("Plan a blockout"), _("Plan it"))
    initial = {"is_hard": "hard"}
    return answer_form(
        request, BlockoutForm, create, page, initial=initial, said=_("The blockout is planned.")
    )


@allow(GET=Permission.MANAGE_BLOCKOUT, POST=Permission.MANAGE_BLOCKOUT)
def blockout_edit(request, pk):
    """Change a blockout."""
    blockout = find(Blockout.objects, pk=pk)

    def change(form):
        row = seen(blockout, form.cleaned_data["version"])
        verbs.edit_blockout(row, form.values(), by=request.user, at=now())
        return row

    page = _page(_("Edit %(blockout)s") % {"blockout": blockout}, _("Save"), blockout)
    return answer_form(request, BlockoutForm, change, page, initial=initial_of(blockout), said=_("Saved."))


@allow(POST=Permission.MANAGE_BLOCKOUT)
def blockout_cancellation(request, pk):
    """Lift a blockout."""
    blockout = seen(find(Blockout.objects, pk=pk), request.POST.get("version"))
    return answer_step(
        request,
        lambda: verbs.cancel_blockouts([blockout], by=request.user, at=now()),
        blockout,
        said=_("The blockout is cancelled."),
    )


def _page(title, submit, blockout=None):
    crumbs = ((_("Blockouts"), reverse("calendar:blockout-list")),)
    back = blockout.get_absolute_url() if blockout else crumbs[0][1]
    return FormPage(title, submit, back, crumbs=crumbs)
