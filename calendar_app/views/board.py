"""The gates of a release on one board, and which gates below count toward one."""

from django.core.paginator import Paginator
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.forms.gates import BelowForm
from calendar_app.gates.board import board
from calendar_app.gates.counting import choose_below, names_below, names_counting
from calendar_app.models import Gate, Release
from calendar_app.releases.tabs import head_of
from calendar_app.views.releases import release_form_page
from calendar_app.views.saving import answer_form, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import render_page
from releasemgr.tenancy.days import local_date

PAGE = 50


@allow(GET=Permission.VIEW)
def release_gates(request, number):
    """The gate board of a release: every gate, how its criteria stand, who is missing."""
    release, at = find(Release.objects.for_list(), number=number), now()
    today = local_date(at, request.org.zone)
    gates = release.gates.select_related("release", "owner", "project").order_by("planned_date", "name", "pk")
    page = Paginator(gates, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": board(page, at=at, today=today),
        "may_plan": request.membership.may(Permission.PLAN_RELEASE) and release.is_open,
        **head_of(release, "calendar:release-gates", today=today),
    }
    partial = "rows" if request.GET.get("page") else "board"
    return render_page(request, "calendar/gates/board.html", context, partial=partial)


@allow(GET=Permission.PLAN_RELEASE, POST=Permission.PLAN_RELEASE)
def gate_below(request, pk):
    """Choose by their names which gates of the releases below count toward a gate."""
    gate = find(Gate.objects.select_related("release"), pk=pk)

    def choose(form):
        row, given = seen(gate, form.cleaned_data["version"]), form.cleaned_data
        values = {"rollup": given["rollup"], "rollup_needed": given["rollup_needed"]}
        choose_below(row, given["names"], values, by=request.user, at=now())
        return row

    chosen = names_counting(gate)
    initial = {"version": gate.version, "names": chosen, "rollup_needed": gate.rollup_needed}
    initial["rollup"] = gate.rollup if chosen else Gate.Rollup.ALL
    page = release_form_page(gate.release, _("Gates that count toward %(gate)s") % {"gate": gate}, _("Save"))
    said = _("The gates below are chosen.")
    return answer_form(request, BelowForm, choose, page, initial=initial, said=said, names=names_below(gate))
