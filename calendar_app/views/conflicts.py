"""Conflicts: the list to be worked to zero, one conflict, its acceptance and its owner."""

from django.core.paginator import Paginator
from django.urls import get_script_prefix, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.conflicts import decisions
from calendar_app.conflicts.filters import ConflictFilter
from calendar_app.conflicts.places import shown
from calendar_app.forms import AcceptanceForm, AssignmentForm
from calendar_app.models import Conflict
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.tenancy.days import local_date

PAGE = 50


@allow(GET=Permission.VIEW)
def conflict_list(request):
    """Open conflicts first by severity, then by when they strike."""
    today = _today(request)
    found = ConflictFilter(
        request.GET, Conflict.objects.select_related("owner"), request=request, today=today
    )
    rows = found.qs.order_by("severity", "starts_at", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "lines": shown(page, today=today, mount=get_script_prefix()),
        "may_work": request.membership.may(Permission.WORK_CONFLICT),
    }
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/conflicts/list.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def conflict_detail(request, pk):
    """One conflict: its sides, since when, who works on it, why it is accepted."""
    conflict = find(Conflict.objects.select_related("owner"), pk=pk)
    (line,) = shown([conflict], today=_today(request), mount=get_script_prefix())
    context = {
        "line": line,
        "conflict": conflict,
        "may_work": request.membership.may(Permission.WORK_CONFLICT),
        "crumbs": [(_("Conflicts"), reverse("calendar:conflict-list"))],
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/conflicts/detail.html", context, partial="facts", peek="peek")


@allow(GET=Permission.WORK_CONFLICT, POST=Permission.WORK_CONFLICT)
def conflict_acceptance(request, pk):
    """Accept a conflict with a reason, until a day or for as long as it lasts."""
    conflict = find(Conflict.objects, pk=pk)

    def accept(form):
        row, given = seen(conflict, form.cleaned_data["version"]), form.cleaned_data
        decisions.accept(
            [row],
            reason=given["reason"],
            until=given["accepted_until"],
            by=request.user,
            at=now(),
            today=_today(request),
        )
        return row

    initial = {
        "version": conflict.version,
        "reason": conflict.reason,
        "accepted_until": conflict.accepted_until,
    }
    page = _page(conflict, _("Accept this conflict"), _("Accept it"))
    return answer_form(request, AcceptanceForm, accept, page, initial=initial, said=_("Accepted."))


@allow(POST=Permission.WORK_CONFLICT)
def conflict_reopening(request, pk):
    """Take an acceptance back."""
    conflict = seen(find(Conflict.objects, pk=pk), request.POST.get("version"))
    return answer_step(
        request,
        lambda: decisions.reopen([conflict], by=request.user, at=now()),
        conflict,
        said=_("Open again."),
    )


@allow(GET=Permission.WORK_CONFLICT, POST=Permission.WORK_CONFLICT)
def conflict_assignment(request, pk):
    """Say who works on a conflict."""
    conflict = find(Conflict.objects, pk=pk)

    def assign(form):
        row = seen(conflict, form.cleaned_data["version"])
        decisions.assign([row], form.cleaned_data["owner"], by=request.user, at=now())
        return row

    initial = {"version": conflict.version, "owner": conflict.owner_id}
    page = _page(conflict, _("Assign this conflict"), _("Assign"))
    return answer_form(request, AssignmentForm, assign, page, initial=initial, said=_("Assigned."))


def _page(conflict, title, submit):
    crumbs = ((_("Conflicts"), reverse("calendar:conflict-list")),)
    return FormPage(title, submit, conflict.get_absolute_url(), crumbs=crumbs, lead=str(conflict))


def _today(request):
    return local_date(now(), request.org.zone)
