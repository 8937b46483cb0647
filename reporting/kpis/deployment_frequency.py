"""F1 Deployment frequency."""

from django.utils.translation import gettext_lazy as _

from reporting.kpis.definition import Good, Kpi, at, count
from reporting.periods import PeriodType
from reporting.units import Unit

ON_COMPLETE_DAYS = "i.delivered_at < p.until_at AND coalesce(i.delivered_at >= t.since_at, true)"

KPI = Kpi(
    key="F1",
    slug="deployment_frequency",
    name=_("Deployment frequency"),
    question=_("How often do changes reach users?"),
    formula=_("Production deployments that took effect, divided by complete local calendar days."),
    population=_(
        "Deployments to production that succeeded or were later rolled back, by the local day they finished; "
        "rollbacks themselves and failed deployments do not count. Weekends do. A day still running counts neither way."
    ),
    roll_up=_("Each deployment once, over the days on which any member was tracked."),
    unit=Unit.PER_DAY,
    good=Good.UP,
    entities=("deployment",),
    periods=(PeriodType.WEEK, PeriodType.MONTH, PeriodType.QUARTER),
    touches=at("i.delivered_at"),
    first="i.delivered_at",
    last="i.delivered_at",
    numerator=count(ON_COMPLETE_DAYS),
    denominator="max(p.until_on - greatest(p.start_on, t.since_on))",
    n=count(ON_COMPLETE_DAYS),
    value="CASE WHEN denominator > 0 THEN numerator::numeric / denominator END",
    empty=0.0,
    row_at="i.delivered_at",
    row_state=f"CASE WHEN {ON_COMPLETE_DAYS} THEN 'counted' ELSE 'running' END",
)
