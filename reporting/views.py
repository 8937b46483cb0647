"""Dashboards, KPI pages and the rows behind a figure.  Pages read cells; nothing is computed in a request."""

import csv

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import go_to, render_page
from reporting import quarantine, rows
from reporting.forms import SelectionForm
from reporting.kpis import KPIS
from reporting.matrix import matrix
from reporting.models import Quarantine, ScopeView
from reporting.periods import label
from reporting.queries import figures, is_stale
from reporting.scopes import members
from reporting.selection import SHOWN, selection
from reporting.spread import spread
from reporting.tiles import Drawing, finding, tiles, trend

PAGE = 50
EXPORTED = 100_000
BY_SLUG = {kpi.slug: kpi for kpi in KPIS.values()}


@allow(GET=Permission.VIEW)
def dashboard(request):
    """Every KPI of a scope as a tile."""
    chosen = selection(request, at=now())
    context = {
        "selection": chosen,
        "form": SelectionForm(selection=chosen, org=request.org),
        "tiles": tiles(chosen),
        "is_stale": is_stale(),
        "quarantined": _quarantined(request),
    }
    return render_page(request, "reporting/dashboard.html", context, partial="board")


@allow(POST=Permission.VIEW)
def scope_view(request):
    """A page says which scope is being looked at, so that its running figures are refreshed."""
    scope = selection(request, at=now()).scope
    seen = ScopeView(scope_id=scope.id, viewed_at=now())
    ScopeView.objects.bulk_create(
        [seen], update_conflicts=True, unique_fields=["org", "scope_id"], update_fields=["viewed_at"]
    )
    return HttpResponse(status=204)


@allow(GET=Permission.VIEW)
def kpi_list(request):
    """What is measured, and how it stands for the organisation."""
    chosen = selection(request, at=now())
    context = {"selection": chosen, "tiles": tiles(chosen), "is_stale": is_stale()}
    return render_page(request, "reporting/kpi_list.html", context, partial="kpis")


@allow(GET=Permission.VIEW)
def kpi_detail(request, slug):
    """One KPI of a scope: definition, chart, where it comes from, rows, data quality."""
    kpi = _kpi(slug)
    chosen = selection(request, at=now()).fitting(kpi)
    starts = chosen.starts(2 * SHOWN[chosen.period])
    shown = figures([kpi], [chosen.scope], chosen.period, starts)[kpi.key, chosen.scope.id]
    figure = next(figure for figure in shown if figure.start_on == chosen.until)
    shown = _from_first_known(shown)
    context = {
        "kpi": kpi,
        "selection": chosen,
        "form": SelectionForm(selection=chosen, org=request.org, kpi=kpi),
        "drawing": Drawing(trend(kpi, chosen, shown), width=900, height=300),
        "finding": finding(kpi, shown),
        "figure": figure,
        "rows": _rows(request, kpi, chosen, figure, limit=10),
        "has_members": bool(members(chosen.scope, limit=1)),
        "is_stale": is_stale(),
    }
    return render_page(request, "reporting/kpi_detail.html", context, partial="figure")


@allow(GET=Permission.VIEW)
def kpi_matrix(request, slug):
    """The members of a scope by period: a panel of the KPI page."""
    kpi = _kpi(slug)
    chosen = selection(request, at=now()).fitting(kpi)
    below, starts = members(chosen.scope), chosen.starts(min(_count(request), 60))
    strips = spread(kpi, [scope.id for scope in below], chosen.period, starts) if below else {}
    words = {"name": kpi.name, "scope": chosen.scope.name, "unit": kpi.unit.value}
    caption = _("%(name)s by member of %(scope)s (%(unit)s)") % words
    links = [f"../?{chosen.query(scope=scope.parameter)}" for scope in below]
    columns = {start: label(chosen.period, start) for start in starts}
    table = matrix(kpi, below, columns, strips, links, caption)
    context = {"kpi": kpi, "selection": chosen, "table": table}
    return render_page(request, "reporting/kpi_matrix.html", context, partial="panel")


@allow(GET=Permission.VIEW)
def kpi_rows(request, slug):
    """The facts behind one figure."""
    kpi = _kpi(slug)
    chosen = selection(request, at=now()).fitting(kpi)
    figure = figures([kpi], [chosen.scope], chosen.period, [chosen.until])[kpi.key, chosen.scope.id][0]
    page = Paginator(_behind(request, kpi, chosen, figure), PAGE).get_page(request.GET.get("page"))
    context = {"kpi": kpi, "selection": chosen, "figure": figure, "page": page}
    partial = "lines" if page.number > 1 else "table"
    return render_page(request, "reporting/kpi_rows.html", context, partial=partial)


@allow(GET=Permission.VIEW)
def kpi_rows_export(request, slug):
    """The facts behind one figure as CSV."""
    kpi = _kpi(slug)
    chosen = selection(request, at=now()).fitting(kpi)
    figure = figures([kpi], [chosen.scope], chosen.period, [chosen.until])[kpi.key, chosen.scope.id][0]
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"{kpi.key}-{chosen.period}-{chosen.until}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    found = _rows(request, kpi, chosen, figure, limit=EXPORTED)
    csv.writer(response).writerows(rows.csv_rows(kpi, found))
    return response


@allow(GET=Permission.ADMINISTER, POST=Permission.ADMINISTER)
def quarantine_list(request):
    """What failed five times; POST tries it again."""
    waiting = Quarantine.objects.order_by("since", "pk")
    if request.method == "POST":
        count = quarantine.replay(waiting, by=request.user, at=now())
        said = ngettext("%(n)d entry will be tried again.", "%(n)d entries will be tried again.", count)
        messages.success(request, said % {"n": count})
        return go_to(request, "reporting:quarantine")
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    return render_page(request, "reporting/quarantine.html", {"page": page}, partial="entries")


def _from_first_known(shown):
    """The figures from the first one that is known, but always a dozen."""
    known = next((n for n, figure in enumerate(shown) if figure.value is not None), len(shown))
    return shown[max(0, min(known, len(shown) - 12)) :]


def _kpi(slug):
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


def _count(request):
    text = request.GET.get("count", "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 4 and int(text) else 13


def _quarantined(request):
    return Quarantine.objects.count() if request.membership.may(Permission.ADMINISTER) else 0


def _rows(request, kpi, chosen, figure, *, limit):
    return _behind(request, kpi, chosen, figure)[:limit]


def _behind(request, kpi, chosen, figure):
    """The rows behind the figure, as it was computed."""
    return rows.Rows(
        request.org, kpi, chosen.scope.id, chosen.period, chosen.until, as_of=figure.as_of or now()
    )
