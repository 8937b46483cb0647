"""What a template version says, as frozen dataclasses over its JSON document.

Every entry has a ``key``, unique in its section and kept from version to version: rows made from it remember it.
``days`` and ``days_before`` are working days.
"""

from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any

from calendar_app.models import Criterion, Gate, Phase, Stakeholder

OWNER, LEAD = "owner", "lead"  # who a part may go to, besides the id of a person


@dataclass(frozen=True)
class PhasePlan:
    """A phase, ``days`` long. ``overlap``: days it shares with the next phase; negative for a gap before it."""

    key: str
    name: str
    kind: str = Phase.Kind.BUILD.value
    days: int = 5
    overlap: int = 0

    @property
    def is_after_go_live(self):
        """Hypercare follows the go-live; all other phases lead to it."""
        return self.kind == Phase.Kind.HYPERCARE


@dataclass(frozen=True)
class GatePlan:
    """A gate ``days_before`` the end of its ``phase`` (a key), or before the go-live when it has none."""

    key: str
    name: str
    kind: str = Gate.Kind.APPROVAL.value
    phase: str = ""
    days_before: int = 0
    is_required: bool = True
    locks_scope: bool = False
    rollup: str = Gate.Rollup.NONE.value
    rollup_needed: int | None = None


@dataclass(frozen=True)
class CriterionPlan:
    """A criterion of a ``gate`` (a key), due ``days_before`` it; its owner is who has ``owner_part`` in the release."""

    key: str
    name: str
    gate: str = ""
    kind: str = Criterion.Kind.EXIT.value
    is_mandatory: bool = True
    rule: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    owner_part: str = ""
    days_before: int = 0


@dataclass(frozen=True)
class ActivityPlan:
    """Work in a ``phase`` (a key), due ``days_before`` its end."""

    key: str
    name: str
    phase: str = ""
    owner_part: str = ""
    days_before: int = 0


@dataclass(frozen=True)
class ApprovalPlan:
    """A rule of approval of a ``gate`` (a key): ``needed`` of the group of that name, asked in ``step``."""

    key: str
    name: str
    gate: str = ""
    group: str = ""
    needed: int = 1
    step: int = 1
    allows_own: bool = False


@dataclass(frozen=True)
class PartPlan:
    """A part by RACI for ``who``: OWNER and LEAD of the release, or the id of a person."""

    key: str
    part: str = Stakeholder.Part.RESPONSIBLE.value
    who: str = OWNER


@dataclass(frozen=True)
class Plan:
    """Everything a version of a template says."""

    phases: tuple[PhasePlan, ...] = ()
    gates: tuple[GatePlan, ...] = ()
    criteria: tuple[CriterionPlan, ...] = ()
    activities: tuple[ActivityPlan, ...] = ()
    approvals: tuple[ApprovalPlan, ...] = ()
    parts: tuple[PartPlan, ...] = ()


SECTIONS = {
    "phases": PhasePlan,
    "gates": GatePlan,
    "criteria": CriterionPlan,
    "activities": ActivityPlan,
    "approvals": ApprovalPlan,
    "parts": PartPlan,
}


def parsed(document):
    """The Plan of a stored document; what a later release of the product added is taken at its default."""
    return Plan(
        **{
            name: tuple(_entry(kind, stored) for stored in document.get(name, ()))
            for name, kind in SECTIONS.items()
        }
    )


def document(plan):
    """The document to store for a Plan."""
    return {name: [asdict(entry) for entry in getattr(plan, name)] for name in SECTIONS}


def _entry(kind, stored):
    known = {one.name: one for one in fields(kind)}
    missing = [
        one.name
        for one in known.values()
        if one.name not in stored and one.default is MISSING and one.default_factory is MISSING
    ]
    if missing:
        raise ValueError(f"{kind.__name__} lacks {missing}")
    return kind(**{name: stored[name] for name in known if name in stored})
