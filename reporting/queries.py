"""Questions of the pages to stored figures.  Nothing here computes a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from releasemgr.activity.models import FactMark
from releasemgr.tenancy.scope import current_org_id
from reporting.kpis import Kpi
from reporting.models import Cell, CellMark
from reporting.periods import label
from reporting.scopes import Scope

FRESH_FOR = timedelta(seconds=60)
FIELDS = (
    "metric",
    "scope_id",
    "start_on",
    "value",
    "n",
    "n_open",
    "n_invalid",
    "n_cancelled",
    "is_partial",
    "as_of",
    "companions",
)


@dataclass(frozen=True)
class Figure:
    """A KPI's cell of one period as pages show it; a missing cell reads as the KPI's empty value."""

    kpi: Kpi
    start_on: date
    value: float | None
    n: int = 0
    n_open: int = 0
    n_invalid: int = 0
    n_cancelled: int = 0
    is_partial: bool = False
    as_of: datetime | None = None
    companions: dict | None = None

    @property
    def is_thin(self) -> bool:
        return self.n < self.kpi.min_n and self.kpi.empty is None

    @property
    def is_hollow(self) -> bool:
        """Drawn hollow and left out of control charts: still running, or too few facts."""
        return self.is_partial or self.is_thin

    @property
    def shown(self) -> str:
        return self.kpi.unit.show(self.value)

    @property
    def note(self) -> str:
        """What to know about the figure, in words."""
        words = [_("n %(n)d") % {"n": self.n}]
        if self.n_open:
            words.append(_("%(n)d open") % {"n": self.n_open})
        if self.n_invalid:
            words.append(_("%(n)d unusable") % {"n": self.n_invalid})
        if self.is_partial:
            words.append(_("period still running"))
        elif self.is_thin:
            words.append(_("fewer than %(n)d") % {"n": self.kpi.min_n})
        return ", ".join(words)

    @property
    def companion_words(self) -> list[tuple[str, str]]:
        """``(name, figure)`` of the companions that have a unit."""
        found = self.companions or {}
        return [
            (COMPANIONS[name], unit.show(found.get(name))) for name, unit in self.kpi.companion_units.items()
        ]


class _Companions(dict):
    def __missing__(self, name):
        return name.replace("_", " ")


COMPANIONS = _Companions(
    p85="85th percentile",
    median="median",
    reserved="reserved",
    denied="denied for capacity",
    max_overdue_days="longest overdue",
    hours="median time to decide",
    unused="expired unused",
    late_entry="late entry",
    late_scope="scope after the lock",
    baseline="baselined date",
)


def figures(
    kpis: Sequence[Kpi],
    scopes: Sequence[Scope],
    period_type: str,
    starts: Sequence[date],
) -> dict[tuple[str, object], list[Figure]]:
    """For each (KPI key, scope id) one figure per period start, in order; two queries whatever is asked for.

    Everything a page says about a figure; for the values of many scopes see ``spread``.
    """
    ids = [scope.id for scope in scopes]
    cells = Cell.objects.filter(
        metric__in=[kpi.key for kpi in kpis],
        scope_id__in=ids,
        period_type=period_type,
        start_on__gte=starts[0],
        start_on__lte=starts[-1],
    )
    rows = {(row[0], row[1], row[2]): row for row in cells.values_list(*FIELDS)}
    began = beginnings(kpis, ids, period_type)
    return {
        (kpi.key, scope.id): [
            _figure(kpi, start, rows.get((kpi.key, scope.id, start)), began.get((kpi.key, scope.id)))
            for start in starts
        ]
        for kpi in kpis
        for scope in scopes
    }


def beginnings(kpis: Sequence[Kpi], scope_ids: Sequence, period_type: str) -> dict[tuple[str, object], date]:
    """The first period with a cell, of KPIs that read as empty: before it a figure is unknown, after it empty."""
    counting = [kpi.key for kpi in kpis if kpi.empty is not None]
    if not counting:
        return {}
    cells = Cell.objects.filter(metric__in=counting, scope_id__in=scope_ids, period_type=period_type)
    first = cells.values("metric", "scope_id").annotate(first=Min("start_on"))
    return {(row["metric"], row["scope_id"]): row["first"] for row in first}


def _figure(kpi: Kpi, start: date, row, began: date | None) -> Figure:
    if row is None:
        return Figure(kpi, start, kpi.empty if began and began <= start else None)
    return Figure(kpi, start, **dict(zip(FIELDS[3:], row[3:], strict=True)))


def waiting_since() -> datetime | None:
    """When the organisation's oldest unprocessed change was made; None when all figures are up to date."""
    times = [
        model.objects.filter(org_id=current_org_id()).aggregate(oldest=Min("at"))["oldest"]
        for model in (FactMark, CellMark)
    ]
    return min(filter(None, times), default=None)


def is_stale(*, at: datetime | None = None) -> bool:
    """Whether changes have waited longer than a minute for their figures."""
    oldest = waiting_since()
    return oldest is not None and oldest < (at or timezone.now()) - FRESH_FOR


def labels(period_type: str, starts: Sequence[date]) -> list[str]:
    """Names of the periods."""
    return [label(period_type, start) for start in starts]
