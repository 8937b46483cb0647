"""X6 Exceptions granted."""

from django.utils.translation import gettext_lazy as _

from calendar_app.models import ExceptionRequest
from reporting.kpis.definition import Good, Kpi, at, count, counted, is_open, lasting, overlaps, rank
from reporting.periods import PeriodType
from reporting.units import Unit

CLOSED = counted("i.decided_at")
DECIDED = (CLOSED, "i.cancelled_at IS NULL", "NOT i.is_invalid")
GRANTED = (*DECIDED, "i.is_passed")
OPEN = is_open("i.open_from", "i.open_to")
HOURS = "extract(epoch FROM i.wait) / 3600"
KINDS = tuple(ExceptionRequest.Kind.values)

KPI = Kpi(
    key="X6",
    slug="exception_count",
    name=_("Exceptions granted"),
    question=_("How often do we break our own rules?"),
    formula=_("Exception requests granted, also by kind."),
    population=_(
        "Requests of releases, in the period of the decision; one that has ended since still counts. Beside it: those "
        "asked for and those refused in the period, those granted in it that ended unused, and the median time from "
        "request to decision. Not yet decided: open. Taken back: left out."
    ),
    roll_up=_("Each request once."),
    unit=Unit.COUNT,
    good=Good.DOWN,
    entities=("exceptionrequest",),
    periods=(PeriodType.MONTH, PeriodType.QUARTER),
    touches=f"({at('i.decided_at')} OR {overlaps('i.open_from', 'i.open_to')})",
    first="least(i.decided_at, i.open_from)",
    last=f"greatest(i.decided_at, {lasting('i.open_from', 'i.open_to')})",
    numerator=count(*GRANTED),
    n=count(*GRANTED),
    n_open=count(OPEN, "NOT i.is_invalid"),
    n_invalid=count(CLOSED, "i.is_invalid"),
    n_cancelled=count(CLOSED, "i.cancelled_at IS NOT NULL", "NOT i.is_invalid"),
    companions={
        "requested": count(counted("i.open_from")),
        "refused": count(*DECIDED, "NOT i.is_passed"),
        "unused": count(*GRANTED, "i.is_unused"),
        "hours": rank(0.5, HOURS, *DECIDED),
        **{kind: count(*GRANTED, f"i.kind = '{kind}'") for kind in KINDS},
    },
    companion_units={
        **dict.fromkeys(["requested", "refused", "unused"], Unit.COUNT),
        "hours": Unit.HOURS,
        **dict.fromkeys(KINDS, Unit.COUNT),
    },
    value="numerator",
    empty=0.0,
    row_at="coalesce(i.decided_at, i.open_from)",
    row_value=HOURS,
    row_state=(
        f"CASE WHEN {CLOSED} AND i.is_invalid THEN 'invalid' WHEN {CLOSED} AND i.cancelled_at IS NOT NULL THEN 'withdrawn' "
        f"WHEN {CLOSED} AND i.is_passed THEN 'granted' WHEN {CLOSED} THEN 'refused' WHEN {OPEN} THEN 'open' "
        f"ELSE 'elsewhere' END"
    ),
)
