"""K02 Schedule variance."""

from django.utils.translation import gettext_lazy as _

from reporting.kpis.definition import Good, Kpi, at, count, counted, is_open, lasting, overlaps, rank
from reporting.periods import PeriodType
from reporting.spc import Domain
from reporting.units import Unit

LIVE = counted("i.live_at")
HAS_BASELINE = "i.due_on IS NOT NULL"
OVERDUE = is_open("i.open_from", "i.open_to")

KPI = Kpi(
    key="K02",
    slug="release_schedule_variance_days",
    name=_("Schedule variance"),
    question=_("How far from the promised day do we go live?"),
    formula=_("Median of go-live day minus baseline day, in whole local days; negative is early."),
    population=_(
        "Project and independent releases that went live in the period and had a baseline. Overdue ones not yet live are "
        "counted as open, with the longest delay so far. Live without baseline: unusable."
    ),
    roll_up=_("Percentiles over all releases of the members, never over their medians."),
    unit=Unit.DAYS,
    good=Good.ZERO,
    domain=Domain(None, None),
    entities=("release",),
    periods=(PeriodType.MONTH, PeriodType.QUARTER),
    touches=f"({at('i.live_at')} OR {overlaps('i.open_from', 'i.open_to')})",
    first="least(i.live_at, i.open_from)",
    last=f"greatest(i.live_at, {lasting('i.open_from', 'i.open_to')})",
    n=count(LIVE, HAS_BASELINE),
    n_open=count(OVERDUE),
    n_invalid=count(LIVE, "i.due_on IS NULL"),
    companions={
        "median": rank(0.5, "i.late_days", LIVE, HAS_BASELINE),
        "p85": rank(0.85, "i.late_days", LIVE, HAS_BASELINE),
        "max_overdue_days": f"max(p.until_on - i.due_on) FILTER (WHERE {OVERDUE})",
    },
    companion_units={"p85": Unit.DAYS, "max_overdue_days": Unit.DAYS},
    value="(companions->>'median')::double precision",
    min_n=5,
    row_at="coalesce(i.live_at, i.open_from)",
    row_value="i.late_days",
    row_unit=Unit.DAYS,
    row_state=(
        f"CASE WHEN {LIVE} AND i.due_on IS NULL THEN 'invalid' WHEN {LIVE} THEN 'counted' "
        f"WHEN {OVERDUE} THEN 'open' ELSE 'elsewhere' END"
    ),
)
