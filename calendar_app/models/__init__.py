from calendar_app.models.activities import PhaseActivity, PhaseVisit
from calendar_app.models.approvals import (
    Absence,
    ApprovalGroup,
    ApprovalRule,
    ApprovalSeat,
    Board,
    BoardItem,
    Delegation,
    GroupMember,
    Vote,
)
from calendar_app.models.blockouts import Blockout
from calendar_app.models.claims import Claim, Conflict
from calendar_app.models.criteria import Criterion
from calendar_app.models.dependencies import Departure, Dependency, Promise
from calendar_app.models.deployments import Deployment, Version
from calendar_app.models.exceptions import ExceptionRequest
from calendar_app.models.gates import Gate, GateRound
from calendar_app.models.log import CheckIn, LogItem
from calendar_app.models.releases import Milestone, Phase, Release, ReleaseImpact
from calendar_app.models.scope import PlannedVersion, Stakeholder, TestRun, WorkItem
from calendar_app.models.templates import Template, TemplateVersion
from calendar_app.models.trains import NominatedEnvironment, NominatedSystem, Nomination, Train
from calendar_app.models.vocabulary import ReleaseStatus, ReleaseType, RiskLevel

__all__ = [
    "Absence",
    "ApprovalGroup",
    "ApprovalRule",
    "ApprovalSeat",
    "Blockout",
    "Board",
    "BoardItem",
    "CheckIn",
    "Claim",
    "Conflict",
    "Criterion",
    "Delegation",
    "Departure",
    "Dependency",
    "Deployment",
    "ExceptionRequest",
    "Gate",
    "GateRound",
    "GroupMember",
    "LogItem",
    "Milestone",
    "NominatedEnvironment",
    "NominatedSystem",
    "Nomination",
    "Phase",
    "PhaseActivity",
    "PhaseVisit",
    "PlannedVersion",
    "Promise",
    "Release",
    "ReleaseImpact",
    "ReleaseStatus",
    "ReleaseType",
    "RiskLevel",
    "Stakeholder",
    "Template",
    "TemplateVersion",
    "TestRun",
    "Train",
    "Version",
    "Vote",
    "WorkItem",
]
