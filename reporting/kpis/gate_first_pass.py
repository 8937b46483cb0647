"""G1 First-pass yield of gates."""

from django.utils.translation import gettext_lazy as _

from reporting.kpis.definition import Good, Kpi, at, count, counted, is_open, lasting, overlaps
from reporting.periods import PeriodType
from reporting.spc import Domain
from reporting.units import Unit

DECIDED = counted("i.decided_at")
STANDS = "i.cancelled_at IS NULL"
OPEN = is_open("i.open_from", "i.open_to")

KPI = Kpi(
    key="G1",
    slug="gate_first_pass_rate",
    name=_("Gate first-pass rate"),
    question=_("Are we ready when we ask?"),
    formula=_("Gates whose first decided round passed, divided by gates with a first decided round."),
    population=_(
        "Gates, in the period in which their first round that was not withdrawn was decided. A pass with conditions is "
        "not a first pass; later rounds and revocations change nothing. Submitted and undecided: open."
    ),
    roll_up=_("Sum of first passes over sum of gates decided."),
    unit=Unit.RATIO,
    good=Good.UP,
    domain=Domain(0.0, 1.0),
    entities=("gate",),
    periods=(PeriodType.MONTH, PeriodType.QUARTER),
    touches=f"({at('i.decided_at')} OR {overlaps('i.open_from', 'i.open_to')})",
    first="least(i.decided_at, i.open_from)",
    last=f"greatest(i.decided_at, {lasting('i.open_from', 'i.open_to')})",
    numerator=count(DECIDED, STANDS, "i.is_passed"),
    denominator=count(DECIDED, STANDS),
    n=count(DECIDED, STANDS),
    n_open=count(OPEN),
    n_cancelled=count(DECIDED, "i.cancelled_at IS NOT NULL"),
    value="numerator::numeric / nullif(denominator, 0)",
    min_n=5,
    row_at="coalesce(i.decided_at, i.open_from)",
    row_state=(
        f"CASE WHEN {DECIDED} AND NOT ({STANDS}) THEN 'cancelled' WHEN {DECIDED} AND i.is_passed THEN 'passed' "
        f"WHEN {DECIDED} THEN 'not_passed' WHEN {OPEN} THEN 'open' ELSE 'elsewhere' END"
    ),
)
