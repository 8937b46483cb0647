"""E1 Utilisation of environments."""

from django.utils.translation import gettext_lazy as _

from reporting.kpis.definition import Good, Kpi, clipped_hours, is_open, lasting, overlaps
from reporting.periods import PeriodType
from reporting.units import Unit

USED = "i.entity = 'booking' AND i.starts_at IS NOT NULL"
RESERVED = "i.entity = 'booking' AND i.reserved_from IS NOT NULL"
SUPPLIED = "i.entity = 'capacity'"
INSIDE = "i.starts_at < p.e_at AND coalesce(i.ends_at, p.e_at) > p.starts_at"
HOURS = clipped_hours("i.starts_at", "i.ends_at", "i.units")
RESERVED_HOURS = clipped_hours("i.reserved_from", "i.reserved_to", "i.units")
CAPACITY = f"sum({HOURS}) FILTER (WHERE {SUPPLIED})"

KPI = Kpi(
    key="E1",
    slug="environment_utilisation",
    name=_("Environment utilisation"),
    question=_("Is there too much or too little capacity?"),
    formula=_("Unit-hours used, divided by unit-hours of capacity less planned outages."),
    population=_(
        "Persistent environments, clipped to the period; use still running counts up to now. Above 100 % is over-use and "
        "is not capped. n is the number of environments with capacity."
    ),
    roll_up=_("Sum of hours used over sum of hours of capacity."),
    unit=Unit.RATIO,
    good=Good.BAND,
    band=(0.60, 0.85),
    entities=("capacity", "booking"),
    periods=(PeriodType.WEEK, PeriodType.MONTH, PeriodType.QUARTER),
    touches=f"({overlaps('i.starts_at', 'i.ends_at')} OR {overlaps('i.reserved_from', 'i.reserved_to')})",
    first="least(i.starts_at, i.reserved_from)",
    last=f"greatest({lasting('i.starts_at', 'i.ends_at')}, {lasting('i.reserved_from', 'i.reserved_to')})",
    numerator=f"coalesce(sum({HOURS}) FILTER (WHERE {USED}), 0)",
    denominator=f"coalesce({CAPACITY}, 0)",
    n=f"count(DISTINCT i.fact_id) FILTER (WHERE {SUPPLIED} AND {INSIDE})",
    n_open=f"count(*) FILTER (WHERE {USED} AND {is_open('i.starts_at', 'i.ends_at')})",
    companions={
        "reserved": f"coalesce(sum({RESERVED_HOURS}) FILTER (WHERE {RESERVED}), 0) / nullif({CAPACITY}, 0)",
    },
    companion_units={"reserved": Unit.RATIO},
    value="numerator / nullif(denominator, 0)",
    is_refreshed=True,
    row_at="greatest(coalesce(i.starts_at, i.reserved_from), p.starts_at)",
    row_value=f"CASE WHEN i.starts_at IS NULL THEN {RESERVED_HOURS} ELSE {HOURS} END",
    row_state=f"CASE WHEN {SUPPLIED} THEN 'supply' WHEN {USED} THEN 'use' ELSE 'reserved' END",
)
