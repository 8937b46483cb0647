"""The distribution behind a roll-up: one KPI of many scopes by period, read as one row per scope.

Thousands of values at once: what costs is not the index but making a Python object of every id, date and number.  So
a scope's values travel as the eight bytes of each, in the order of the periods, and only what is out of the ordinary
is spelt out: hollow periods, and where periods are missing, which ones are there.
"""

from collections.abc import Sequence
from datetime import date
from struct import unpack
from typing import NamedTuple
from uuid import UUID

from releasemgr.tenancy.scope import current_org_id
from reporting.kpis import Kpi
from reporting.queries import beginnings
from reporting.touches import fetch


class Strip(NamedTuple):
    """The figures of one scope: a value for each period asked for, and the starts of those that are drawn hollow."""

    values: list[float | None]
    hollow: frozenset[date] = frozenset()


def spread(kpi: Kpi, scopes: Sequence[UUID], period_type: str, starts: Sequence[date]) -> dict[UUID, Strip]:
    """The strip of each scope over consecutive periods; a missing cell reads as in ``queries.figures``.

    One query over an index that holds all it needs; a second one only where a count per day has gaps.
    """
    keys = [str(scope) for scope in scopes]
    found = {key: row for key, *row in fetch(STRIPS, parameters(kpi, keys, period_type, starts))}
    sparse = [scope for scope, key in zip(scopes, keys, strict=True) if _has_gaps(found.get(key))]
    began = beginnings([kpi], sparse, period_type) if sparse else {}
    return {
        scope: _strip(kpi, starts, found.get(key), began.get((kpi.key, scope)))
        for scope, key in zip(scopes, keys, strict=True)
    }


def parameters(kpi: Kpi, keys: Sequence[str], period_type: str, starts: Sequence[date]) -> dict:
    """What ``STRIPS`` asks for; ``keys`` are scope ids in words, sent as one."""
    return {
        "org": current_org_id(),
        "metric": kpi.key,
        "scopes": f"{{{','.join(keys)}}}",
        "type": period_type,
        "first": starts[0],
        "last": starts[-1],
        "periods": len(starts),
        "min_n": kpi.min_n if kpi.empty is None else 0,
    }


def _has_gaps(row) -> bool:
    return row is None or row[2] is not None


def _strip(kpi: Kpi, starts: Sequence[date], row, began: date | None) -> Strip:
    packed, hollow, present = row or (b"", None, [])
    numbers = unpack(f">{len(packed) // 8}d", packed)
    values = [None if number != number else number for number in numbers]  # NaN stands for no value
    if present is not None:
        there = dict(zip(present, values, strict=True))
        values = [there.get(start, kpi.empty if began and began <= start else None) for start in starts]
    return Strip(values, frozenset(hollow or ()))


_MINE = """c.org_id = %(org)s AND c.metric = %(metric)s AND c.period_type = %(type)s
    AND c.start_on >= %(first)s AND c.start_on <= %(last)s"""
STRIPS = f"""
SELECT a.scope_id::text, string_agg(float8send(coalesce(a.value, 'NaN')), ''::bytea ORDER BY a.start_on),
    array_agg(a.start_on) FILTER (WHERE a.is_partial OR a.n < %(min_n)s),
    CASE WHEN count(*) < %(periods)s THEN ARRAY(
        SELECT c.start_on FROM reporting_cell c WHERE {_MINE} AND c.scope_id = a.scope_id ORDER BY c.start_on
    ) END
FROM reporting_cell a
WHERE {_MINE.replace("c.", "a.")} AND a.scope_id = ANY(%(scopes)s::uuid[])
GROUP BY a.scope_id"""
