"""E6 Booking wait (contention delay)."""

from django.utils.translation import gettext_lazy as _

from reporting.kpis.definition import Good, Kpi, at, count, counted, is_open, lasting, overlaps, rank
from reporting.periods import PeriodType
from reporting.units import Unit

DECIDED = counted("i.decided_at")
OPEN = is_open("i.open_from", "i.open_to")
GRANTED = (DECIDED, "i.wait IS NOT NULL", "NOT i.is_invalid")
HOURS = "extract(epoch FROM i.wait) / 3600"

KPI = Kpi(
    key="E6",
    slug="booking_wait_hours",
    name=_("Booking wait"),
    question=_("How long does work wait for an environment?"),
    formula=_("Mean of granted start minus wanted start, never below zero, in elapsed hours."),
    population=_(
        "Booking requests that were granted, in the period of the decision. Refused for lack of capacity is not a wait "
        "and is counted as denied. Not yet decided: open. Cancelled after the decision: left out."
    ),
    roll_up=_("Sum of waits over number of bookings; percentiles over all bookings of the members."),
    unit=Unit.HOURS,
    good=Good.DOWN,
    entities=("booking",),
    periods=(PeriodType.WEEK, PeriodType.MONTH, PeriodType.QUARTER),
    touches=(
        f"(({at('i.decided_at')} AND (i.wait IS NOT NULL OR i.is_denied OR i.cancelled_at IS NOT NULL)) "
        f"OR {overlaps('i.open_from', 'i.open_to')})"
    ),
    first="least(i.decided_at, i.open_from)",
    last=f"greatest(i.decided_at, {lasting('i.open_from', 'i.open_to')})",
    numerator=f"coalesce(sum({HOURS}) FILTER (WHERE {' AND '.join(GRANTED)}), 0)",
    denominator=count(*GRANTED),
    n=count(*GRANTED),
    n_open=count(OPEN),
    n_invalid=count(DECIDED, "i.is_invalid"),
    n_cancelled=count(DECIDED, "i.cancelled_at IS NOT NULL"),
    companions={
        "median": rank(0.5, HOURS, *GRANTED),
        "p85": rank(0.85, HOURS, *GRANTED),
        "denied": count(DECIDED, "i.is_denied"),
    },
    companion_units={"median": Unit.HOURS, "p85": Unit.HOURS, "denied": Unit.COUNT},
    value="numerator / nullif(denominator, 0)",
    min_n=5,
    row_at="coalesce(i.decided_at, i.open_from)",
    row_value=HOURS,
    row_state=(
        f"CASE WHEN {DECIDED} AND i.is_invalid THEN 'invalid' WHEN {DECIDED} AND i.wait IS NOT NULL THEN 'counted' "
        f"WHEN {DECIDED} AND i.is_denied THEN 'denied' WHEN {DECIDED} AND i.cancelled_at IS NOT NULL THEN 'cancelled' "
        f"WHEN {OPEN} THEN 'open' ELSE 'elsewhere' END"
    ),
)
