"""What a KPI is: its words, the items it reads, and SQL aggregates over them.

Fragments speak of ``i``, an item, ``p``, a period (``start_on``, ``end_on``, ``starts_at``, ``ends_at``; at the time of
the computation ``e_at``, the catalogue's E, and ``until_on`` and ``until_at``, the end of its last complete local day),
and ``t.since_on``, ``t.since_at``, when the scope began to be tracked (NULL: always was).
"""

from dataclasses import dataclass, field
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reporting.periods import PeriodType
from reporting.spc import Domain
from reporting.units import Unit

LONGEST_PERIOD = "interval '93 days'"


class Good(Enum):
    """The good direction; the value is the sign that is good."""

    UP = 1
    DOWN = -1
    BAND = 0
    ZERO = -2  # smaller is better, down to 0

    @property
    def sign(self) -> int:
        return {Good.UP: 1, Good.DOWN: -1, Good.ZERO: -1}.get(self, 0)

    def prefers(self, value: float, other: float) -> bool:
        """Whether ``value`` is the better of two different figures."""
        if self is Good.ZERO:
            return abs(value) < abs(other)
        return (value > other) == (self.sign > 0)

    @property
    def words(self) -> Promise:
        return {
            Good.UP: _("higher is better"),
            Good.DOWN: _("lower is better"),
            Good.BAND: _("best inside its band"),
            Good.ZERO: _("closer to zero is better"),
        }[self]


@dataclass(frozen=True)
class Kpi:
    """One metric.  ``value`` is SQL over the named aggregates; ``empty`` is what a missing cell reads.

    ``touches`` decides which periods an item belongs to; every such period has an instant of ``first`` to ``last``
    (the span may hold others), so that a full recompute need not try all periods.

    ``row_at``, ``row_value`` and ``row_state`` show one item behind the figure; states are codes of ``rows.STATES``.
    """

    key: str
    slug: str
    name: Promise
    question: Promise
    formula: Promise
    population: Promise
    roll_up: Promise
    unit: Unit
    good: Good
    entities: tuple[str, ...]
    touches: str
    first: str
    last: str
    n: str
    value: str
    row_at: str
    row_state: str
    periods: tuple[PeriodType, ...]
    numerator: str = "NULL"
    denominator: str = "NULL"
    n_open: str = "0"
    n_invalid: str = "0"
    n_cancelled: str = "0"
    row_value: str = "NULL::double precision"
    row_unit: Unit = Unit.HOURS
    companions: dict[str, str] = field(default_factory=dict)
    companion_units: dict[str, Unit] = field(default_factory=dict)
    domain: Domain = field(default_factory=Domain)
    band: tuple[float, float] | None = None
    empty: float | None = None
    min_n: int = 1
    is_refreshed: bool = False  # changes while nothing happens: clips of running intervals
    version: int = 1

    @property
    def target_words(self) -> str:
        """The good direction in words, with the band where there is one."""
        if not self.band:
            return str(self.good.words)
        low, high = (self.unit.show(edge) for edge in self.band)
        return f"{self.good.words}: {low} to {high}"


def at(instant: str) -> str:
    """The item belongs to the period that contains ``instant`` (the bound on the start keeps scans short)."""
    return (
        f"({instant} >= p.starts_at AND {instant} < p.ends_at AND p.starts_at > {instant} - {LONGEST_PERIOD})"
    )


def counted(instant: str) -> str:
    """``at`` as far as it has happened: before E."""
    return f"({instant} >= p.starts_at AND {instant} < p.e_at)"


def due(day: str) -> str:
    """The item belongs to the period that contains the local date ``day``, whether or not it happened."""
    return f"({day} >= p.start_on AND {day} < p.end_on)"


def overlaps(first: str, last: str) -> str:
    """The interval ``[first, last)``, open while ``last`` is NULL, has a part inside the period."""
    return f"({first} < p.ends_at AND ({last} IS NULL OR {last} > p.starts_at))"


def lasting(first: str, last: str) -> str:
    """The last instant of an interval ``overlaps`` takes: for ever while it is open, none where there is none."""
    return f"(CASE WHEN {first} IS NOT NULL THEN coalesce({last}, 'infinity') END)"


def is_open(first: str, last: str) -> str:
    """The interval is open at E."""
    return f"({first} < p.e_at AND ({last} IS NULL OR {last} >= p.e_at))"


def clipped_hours(first: str, last: str, units: str = "1") -> str:
    """Unit-hours of the interval inside ``[start, E)``, exact; 0 where it lies outside."""
    inside = f"least(coalesce({last}, p.e_at), p.e_at) - greatest({first}, p.starts_at)"
    return f"(greatest(extract(epoch FROM {inside}), 0) * {units} / 3600)"


def count(*conditions: str) -> str:
    """How many items fulfil all conditions."""
    return f"count(*) FILTER (WHERE {' AND '.join(conditions)})"


def rank(share: float, value: str, *conditions: str) -> str:
    """The exact continuous percentile of ``value`` over the items that fulfil all conditions (A8)."""
    where = " AND ".join(conditions)
    return (
        f"percentile_cont({share}) WITHIN GROUP (ORDER BY ({value})::double precision) FILTER (WHERE {where})"
    )
