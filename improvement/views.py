"""Control charts, decisions on their baselines, and improvement actions."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.timezone import now
from django.utils.translation import gettext as _

from improvement.control import control_charts
from improvement.filters import ActionFilter
from improvement.forms import ActionForm, BaselineForm
from improvement.models import Action, Baseline
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.changes.forms import save
from releasemgr.changes.pages import form_page, posted
from releasemgr.htmx import render_page
from releasemgr.tenancy.models import next_numbers
from reporting.forms import SelectionForm
from reporting.kpis import KPIS
from reporting.queries import is_stale
from reporting.selection import selection

PAGE = 50
BY_SLUG = {kpi.slug: kpi for kpi in KPIS.values()}


@allow(GET=Permission.VIEW)
def chart_list(request):
    """Every KPI of a scope with the state of its chart and what was seen lately."""
    chosen = selection(request, at=now())
    kpis = [kpi for kpi in KPIS.values() if chosen.period in kpi.periods]
    charts = control_charts(request.org, kpis, chosen.scope, chosen.period, at=now())
    context = {
        "selection": chosen,
        "form": SelectionForm(selection=chosen, org=request.org, compares=False),
        "charts": charts,
        "is_stale": is_stale(),
        "may_improve": request.membership.may(Permission.IMPROVE),
    }
    return render_page(request, "improvement/chart_list.html", context, partial="charts")


@allow(GET=Permission.VIEW)
def chart(request, slug):
    """The control chart of one KPI, with the proposal of a new baseline where there is one."""
    return render_page(request, "improvement/chart.html", _chart_context(request, slug), partial="chart")


@allow(GET=Permission.IMPROVE, POST=Permission.IMPROVE)
def baseline_create(request, slug):
    """Accept or refuse a new baseline of a chart."""
    shown = _chart_context(request, slug)["chart"]
    form = BaselineForm(
        posted(request),
        instance=Baseline(**shown.identity, decided_at=now(), decided_by_name=str(request.user)),
        initial={"start_on": request.GET.get("start_on")},
    )
    context = {"chart": shown, "kpi": shown.kpi}
    return form_page(request, form, "improvement/baseline.html", context, said=_("Decision recorded."))


@allow(GET=Permission.IMPROVE, POST=Permission.IMPROVE)
def baseline_edit(request, pk):
    """Change a decision on a baseline."""
    baseline = get_object_or_404(Baseline, pk=pk)
    form = BaselineForm(posted(request), instance=baseline)
    context = {"baseline": baseline, "kpi": KPIS[baseline.metric]}
    return form_page(request, form, "improvement/baseline.html", context, said=_("Decision changed."))


@allow(GET=Permission.VIEW)
def action_list(request):
    """Improvement actions, newest first."""
    actions = Action.objects.select_related("owner").order_by("-number")
    found = ActionFilter(request.GET, actions, request=request)
    page = Paginator(found.qs, PAGE).get_page(request.GET.get("page"))
    partial = "rows" if page.number > 1 else "results"
    return render_page(
        request, "improvement/action_list.html", {"filter": found, "page": page}, partial=partial
    )


@allow(GET=Permission.VIEW)
def action_detail(request, number):
    """One action with the chart it wants to change."""
    action = get_object_or_404(Action.objects.select_related("owner"), number=number)
    request.GET = request.GET.copy()
    request.GET["scope"], request.GET["period"] = action.scope, action.period_type
    context = {"action": action, **_chart_context(request, action.kpi.slug)}
    return render_page(request, "improvement/action_detail.html", context, partial="action")


@allow(GET=Permission.IMPROVE, POST=Permission.IMPROVE)
def action_create(request, slug):
    """Open an action on a chart."""
    shown = _chart_context(request, slug)["chart"]
    form = ActionForm(posted(request), instance=Action(**shown.identity, number=0, opened_at=now()))
    context = {"chart": shown, "kpi": shown.kpi}
    return form_page(
        request, form, "improvement/action_form.html", context, said=_("Action opened."), verb=open_action
    )


@allow(GET=Permission.IMPROVE, POST=Permission.IMPROVE)
def action_edit(request, number):
    """Change an action: its words, state, or from when it is in effect."""
    action = get_object_or_404(Action, number=number)
    form = ActionForm(posted(request), instance=action)
    context = {"action": action, "kpi": action.kpi}
    return form_page(request, form, "improvement/action_form.html", context, said=_("Action changed."))


def open_action(form, *, by, at):
    """Give a new action its number and write it."""
    (form.instance.number,) = next_numbers("action")
    return save(form, by=by, at=at)


def _chart_context(request, slug):
    """The chart that a URL names, and what its page needs beside it."""
    if slug not in BY_SLUG:
        raise Http404
    kpi = BY_SLUG[slug]
    chosen = selection(request, at=now()).fitting(kpi)
    (shown,) = control_charts(request.org, [kpi], chosen.scope, chosen.period, at=now())
    return {
        "kpi": kpi,
        "chart": shown,
        "selection": chosen,
        "form": SelectionForm(selection=chosen, org=request.org, kpi=kpi, compares=False),
        "baselines": Baseline.objects.of_chart(kpi, chosen.scope, chosen.period).order_by("-start_on"),
        "is_stale": is_stale(),
        "may_improve": request.membership.may(Permission.IMPROVE),
    }
