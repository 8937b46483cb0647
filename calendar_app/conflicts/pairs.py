"""Pairs of open claims that meet on one resource: the self-join behind every `PairRule`."""

from django.db import connection

from calendar_app.conflicts.finding import Finding, Side
from calendar_app.models import Conflict, Release
from releasemgr.tenancy.scope import current_org_id

# Plain comparisons, because under row-level security a range operator would lose the index.
_JOIN = """
    SELECT a.source_kind, a.source_id, a.title, a.release_id, b.source_kind, b.source_id, b.title, b.release_id,
           a.resource_kind, a.resource_id, b.is_hard, a.starts_at, a.ends_at, b.starts_at, b.ends_at
      FROM calendar_app_claim a
      JOIN calendar_app_claim b
        ON b.org_id = a.org_id AND b.resource_id = a.resource_id
       AND b.starts_at < a.ends_at + %(within)s AND b.ends_at > a.starts_at - %(within)s
     WHERE a.org_id = %(org)s AND b.org_id = %(org)s AND a.is_open AND b.is_open
       AND a.kind = ANY(%(first)s) AND b.kind = ANY(%(second)s) AND a.source_id <> b.source_id
       AND (%(resources)s = '{}'::text[] OR a.resource_kind = ANY(%(resources)s))
       AND (%(parts)s = '{}'::text[] OR ((a.kind <> 'deployment' OR a.part = ANY(%(parts)s))
                                     AND (b.kind <> 'deployment' OR b.part = ANY(%(parts)s))))
       AND (b.kind <> 'blockout' OR b.part = '' OR a.kind = ANY(string_to_array(b.part, '+')))
"""
# A granted exception lets its release work in a blockout, judged at the time of what it plans there.
_EXCUSED = """
       AND NOT EXISTS (
           SELECT FROM calendar_app_exceptionrequest e
            WHERE e.org_id = %(org)s AND e.blockout_id = b.source_id AND e.release_id = a.release_id
              AND e.kind = 'blockout' AND e.state = 'granted'
              AND (e.expires_at IS NULL OR e.expires_at >= a.ends_at))
"""
_SCOPES = {
    "source": (" AND a.source_id = ANY(%(scope)s)", " AND b.source_id = ANY(%(scope)s)"),
    "release": (
        " AND a.release_id <> b.release_id AND a.release_id = ANY(%(scope)s)",
        " AND a.release_id <> b.release_id AND b.release_id = ANY(%(scope)s)",
    ),
}
_EVERYWHERE = {"source": "", "release": " AND a.release_id <> b.release_id"}


def pairs_of(rule, scope):
    """Findings of ``rule`` in which a source (a release, for rules between releases) of ``scope`` takes part.

    None stands for all of the organisation. The same pair may come once per resource; `merged` makes one of it.
    """
    of = "release" if rule.between_releases else "source"
    conditions = _SCOPES[of] if scope is not None else (_EVERYWHERE[of],)
    rows = [row for condition in conditions for row in _rows(rule, condition, scope)]
    return _between_releases(rule, rows) if rule.between_releases else [_finding(rule, row) for row in rows]


def _rows(rule, condition, scope):
    values = {
        "org": current_org_id(),
        "within": rule.within,
        "first": sorted(rule.first_kinds),
        "second": sorted(rule.second_kinds),
        "resources": sorted(rule.resource_kinds),
        "parts": sorted(rule.parts),
        "scope": sorted(scope) if scope is not None else None,
    }
    excused = _EXCUSED if rule.can_be_excused else ""
    with connection.cursor() as cursor:
        cursor.execute(_JOIN + excused + condition, values)
        return cursor.fetchall()


def _finding(rule, row):
    first, second, (resource_kind, resource_id, is_hard), times = row[:4], row[4:8], row[8:11], row[11:]
    sides = Side(*first), Side(*second)
    if rule.first_kinds == rule.second_kinds and sides[1].id < sides[0].id:
        sides = sides[::-1]
    is_blocker = rule.by_hardness and is_hard
    return Finding(
        rule.code,
        Conflict.Severity.BLOCKER if is_blocker else rule.severity,
        *sides,
        resource_kind,
        resource_id,
        *_when(rule, *times),
    )


def _when(rule, a_starts, a_ends, b_starts, b_ends):
    """The time both want; for things that only come too close, from the first to the last of them."""
    if rule.within:
        return min(a_starts, b_starts), max(a_ends, b_ends)
    return max(a_starts, b_starts), min(a_ends, b_ends)


def _between_releases(rule, rows):
    """Findings between the releases of the claims, one per resource they share."""
    ids = {row[3] for row in rows} | {row[7] for row in rows}
    names = dict(Release.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    for row in rows:
        first, second = row[3], row[7]
        if rule.first_kinds == rule.second_kinds:
            first, second = sorted((first, second))
        yield Finding(
            rule.code,
            rule.severity,
            Side("release", first, names[first], first),
            Side("release", second, names[second], second),
            row[8],
            row[9],
            *_when(rule, *row[11:]),
            occurrence=str(row[9]),
        )
