"""K01 On-time release delivery."""

from django.utils.translation import gettext_lazy as _

from reporting.kpis.definition import Good, Kpi, at, count, counted, due
from reporting.periods import PeriodType
from reporting.spc import Domain
from reporting.units import Unit

DUE = due("i.due_on")
DUE_DAY = "i.due_at - interval '1 second'"  # an instant of it: ``due_at`` is its end
DROPPED_IN_TIME = "coalesce(i.cancelled_at < i.due_at, false)"
DAY_IS_OVER = "i.due_at <= p.e_at"
COUNTED = (DUE, f"NOT {DROPPED_IN_TIME}", DAY_IS_OVER)
STILL_OPEN = "coalesce(coalesce(i.live_at, i.cancelled_at) >= p.e_at, true)"

KPI = Kpi(
    key="K01",
    slug="release_on_time_rate",
    name=_("On-time release delivery"),
    question=_("Do we go live when we said?"),
    formula=_("Releases live on or before their baseline day, divided by releases due."),
    population=_(
        "Project and independent releases with a baseline date, in the period of that date, live or not. Overdue counts "
        "as late. Cancelled before the end of the due day: left out; cancelled later: late. Without baseline: unusable."
    ),
    roll_up=_("Sum of releases on time over sum of releases due; an enterprise release is its children."),
    unit=Unit.RATIO,
    good=Good.UP,
    domain=Domain(0.0, 1.0),
    entities=("release",),
    periods=(PeriodType.MONTH, PeriodType.QUARTER),
    touches=f"({DUE} OR (i.due_on IS NULL AND {at('i.live_at')}))",
    first=f"least({DUE_DAY}, i.live_at)",
    last=f"greatest({DUE_DAY}, i.live_at)",
    numerator=count(*COUNTED, "i.live_at < i.due_at"),
    denominator=count(*COUNTED),
    n=count(*COUNTED),
    n_open=count(DUE, f"NOT {DROPPED_IN_TIME}", STILL_OPEN),
    n_cancelled=count(DUE, DROPPED_IN_TIME),
    n_invalid=count("i.due_on IS NULL", counted("i.live_at")),
    value="numerator::numeric / nullif(denominator, 0)",
    min_n=5,
    row_at="coalesce(i.due_at, i.live_at)",
    row_value="i.late_days",
    row_unit=Unit.DAYS,
    row_state=(
        f"CASE WHEN i.due_on IS NULL THEN 'invalid' WHEN {DROPPED_IN_TIME} THEN 'cancelled' "
        f"WHEN NOT {DAY_IS_OVER} THEN 'running' WHEN i.live_at < i.due_at THEN 'on_time' ELSE 'late' END"
    ),
)
