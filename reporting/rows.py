"""The items behind one figure, with the fact each stands for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Deployment, ExceptionRequest, Gate, Release
from environments.models import Booking
from releasemgr.portfolio.models import Environment
from releasemgr.spreadsheet import guarded
from reporting.kpis import Kpi
from reporting.periods import PeriodType
from reporting.touches import Moment, fetch
from reporting.tracking import tracking

STATES = {
    "counted": _("counted"),
    "running": _("day not over yet"),
    "on_time": _("on time"),
    "late": _("late"),
    "passed": _("passed at first"),
    "not_passed": _("did not pass at first"),
    "open": _("open"),
    "invalid": _("unusable"),
    "cancelled": _("cancelled, left out"),
    "denied": _("denied for capacity"),
    "granted": _("granted"),
    "refused": _("refused"),
    "withdrawn": _("withdrawn, left out"),
    "supply": _("capacity"),
    "use": _("use"),
    "reserved": _("reserved, not used"),
    "elsewhere": _("counts in another period"),
}
HEADER = ["fact", "kind", "state", "at", "value", "unit", "id"]


@dataclass(frozen=True)
class Row:
    """One item behind a figure: the fact's name and page, when it counts, its value and what became of it."""

    entity: str
    fact_id: UUID
    at: datetime | None
    value: float | None
    state: str
    label: str
    url: str

    @property
    def state_words(self):
        return STATES[self.state]


class Rows:
    """The items that touch a cell, in time order: a sequence that knows its length and can be sliced."""

    def __init__(self, org, kpi: Kpi, scope_id, period: PeriodType, start_on: date, *, as_of: datetime):
        self.kpi = kpi
        self.parameters = {"org": org.pk, "scope": scope_id, "type": period.value, "start_on": start_on}
        self.parameters |= Moment.of(as_of, org.zone).parameters | tracking(org).parameters(org.zone)

    def __len__(self):
        return fetch(f"SELECT count(*) FROM ({_query(self.kpi)}) behind", self.parameters)[0][0]

    def __getitem__(self, part: slice) -> list[Row]:
        place = {"limit": part.stop - (part.start or 0), "offset": part.start or 0}
        query = f"{_query(self.kpi)} ORDER BY at, i.fact_id, i.part LIMIT %(limit)s OFFSET %(offset)s"
        return list(_named(fetch(query, self.parameters | place)))


def csv_rows(kpi: Kpi, rows: Iterable[Row]) -> Iterator[list[str]]:
    """Header and rows for a CSV file; texts that a spreadsheet would run as formulas are quoted."""
    yield HEADER
    for row in rows:
        value = "" if row.value is None else str(row.value)
        at = row.at.isoformat() if row.at else ""
        unit = kpi.row_unit.value if value else ""
        texts = [guarded(row.label), row.entity, str(row.state_words), at]
        yield [*texts, value, unit, str(row.fact_id)]


def _query(kpi: Kpi) -> str:
    entities = ", ".join(f"'{entity}'" for entity in kpi.entities)
    return f"""
WITH p AS (
    SELECT p.*, least(p.ends_at, %(as_of)s) AS e_at, least(p.end_on, %(today_on)s) AS until_on,
        least(p.ends_at, %(today_at)s) AS until_at
    FROM reporting_period p WHERE p.org_id = %(org)s AND p.type = %(type)s AND p.start_on = %(start_on)s
),
tracked AS (
    SELECT scope_id, since_on, since_at
    FROM unnest(%(tracked)s::uuid[], %(since_on)s::date[], %(since_at)s::timestamptz[])
        AS t(scope_id, since_on, since_at)
)
SELECT i.entity, i.fact_id, {kpi.row_at} AS at, ({kpi.row_value})::double precision, {kpi.row_state}
FROM p JOIN reporting_item i ON {kpi.touches}
LEFT JOIN tracked t ON t.scope_id = %(scope)s
WHERE i.org_id = %(org)s AND i.entity IN ({entities}) AND %(scope)s = ANY(i.scopes)"""


_FACTS = {
    "deployment": lambda: Deployment.objects.select_related("application"),
    "release": lambda: Release.objects.all(),
    "gate": lambda: Gate.objects.select_related("release"),
    "booking": lambda: Booking.objects.select_related("environment"),
    "capacity": lambda: Environment.objects.all(),
    "exceptionrequest": lambda: ExceptionRequest.objects.all(),
}


def _named(found: list[tuple]) -> Iterator[Row]:
    facts = {
        entity: _FACTS[entity]().in_bulk({row[1] for row in found if row[0] == entity})
        for entity in {row[0] for row in found}
    }
    for entity, fact_id, at, value, state in found:
        fact = facts[entity].get(fact_id)
        yield Row(entity, fact_id, at, value, state, _label(fact), _url(fact))


def _label(fact) -> str:
    if fact is None:
        return str(_("(no longer there)"))
    if isinstance(fact, Gate):
        return f"{fact.release}: {fact}"
    return str(fact)


def _url(fact) -> str:
    page_of = fact.release if isinstance(fact, Gate) else fact
    try:
        return page_of.get_absolute_url()
    except (AttributeError, NoReverseMatch):
        return ""
