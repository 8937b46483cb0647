"""What the verb contract knows of the organisation's own words and of what a release carries; none of it is claimed."""

from calendar_app.models import (
    PlannedVersion,
    ReleaseStatus,
    ReleaseType,
    RiskLevel,
    Stakeholder,
    TestRun,
    WorkItem,
)
from releasemgr.accounts.roles import Permission
from releasemgr.changes.nouns import register


def register_scope():
    """Tell it who may take changes of them back."""
    for model in (ReleaseType, ReleaseStatus, RiskLevel):
        register(model, permission=Permission.SHAPE_PROCESS)
    for model in (WorkItem, PlannedVersion, TestRun, Stakeholder):
        register(model, under=("release",))
