"""What a rule found: two sides that cannot both be met, where and when."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from calendar_app.models import Conflict


class Side(NamedTuple):
    """One of the two things in a conflict: ``kind`` and ``id`` of the source, and the release it belongs to."""

    kind: str
    id: UUID
    title: str
    release_id: UUID | None = None


class Finding(NamedTuple):
    """One conflict as a rule sees it now, during ``[starts_at, ends_at)``."""

    rule: str
    severity: str
    first: Side
    second: Side
    resource_kind: str
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    occurrence: str = ""

    @property
    def key(self):
        """What makes it the same conflict after a change of dates, titles or resources."""
        return self.rule, self.first.id, self.second.id, self.occurrence


DERIVED = (
    "severity",
    "first_kind",
    "second_kind",
    "first_title",
    "second_title",
    "resource_kind",
    "resource_id",
    "first_release_id",
    "second_release_id",
    "starts_at",
    "ends_at",
)


def merged(findings):
    """One finding a key: the resource with the smallest name of all, the worst severity, the whole time."""
    found = {}
    for finding in findings:
        other = found.get(finding.key)
        found[finding.key] = _union(finding, other) if other else finding
    return found


def _union(one, other):
    first = min(one, other, key=lambda finding: (finding.resource_kind, finding.resource_id))
    return first._replace(
        severity=min(one.severity, other.severity),  # "blocker" sorts before "warning"
        first=min(one.first, other.first),
        second=min(one.second, other.second),
        starts_at=min(one.starts_at, other.starts_at),
        ends_at=max(one.ends_at, other.ends_at),
    )


def unsaved(finding):
    """The Conflict row of a finding."""
    first, second = finding.first, finding.second
    return Conflict(
        rule=finding.rule,
        severity=finding.severity,
        first_kind=first.kind,
        first_id=first.id,
        second_kind=second.kind,
        second_id=second.id,
        first_title=first.title[:200],
        second_title=second.title[:200],
        resource_kind=finding.resource_kind,
        resource_id=finding.resource_id,
        first_release_id=first.release_id,
        second_release_id=second.release_id,
        occurrence=finding.occurrence,
        starts_at=finding.starts_at,
        ends_at=finding.ends_at,
    )
