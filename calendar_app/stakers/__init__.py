"""What each noun of the calendar claims; importing this registers it, and what settles after a change."""

from calendar_app.claims import stake
from calendar_app.dependencies.requests import revise_dependencies
from calendar_app.exceptions.effects import settle_exceptions
from calendar_app.exceptions.requests import revise_exceptions
from calendar_app.gates.criteria import revise_criteria
from calendar_app.gates.rounds import revise_gates
from calendar_app.models import (
    Blockout,
    CheckIn,
    Conflict,
    Criterion,
    Dependency,
    Deployment,
    ExceptionRequest,
    Gate,
    LogItem,
    Milestone,
    Nomination,
    Phase,
    PhaseActivity,
    Release,
    ReleaseImpact,
    Train,
)
from calendar_app.releases.phases import revise_phases
from calendar_app.stakers import dependencies  # noqa: F401  registers what they claim
from calendar_app.stakers.blockouts import settle_tree
from calendar_app.stakers.deployments import settle_applications
from calendar_app.stakers.releases import settle_impacts, settle_releases
from calendar_app.stakers.scope import register_scope
from calendar_app.trains.nominations import revise_nominations
from releasemgr.accounts.roles import Permission
from releasemgr.changes.nouns import register
from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project


def register_nouns():
    """Tell the verb contract how claims follow from each noun."""
    register(Release, settle=settle_releases, permission=Permission.PLAN_RELEASE)
    register(ReleaseImpact, settle=settle_impacts, under=("release",))
    register_scope()
    register(
        Phase, revise=revise_phases, settle=stake, under=("release",), permission=Permission.PLAN_RELEASE
    )
    for model in (Milestone, Deployment):
        register(model, settle=stake, under=("release",), permission=Permission.PLAN_RELEASE)
    register(Gate, revise=revise_gates, settle=stake, under=("release",), permission=Permission.PLAN_RELEASE)
    register(Criterion, revise=revise_criteria, permission=Permission.PLAN_RELEASE)
    register(PhaseActivity, permission=Permission.PLAN_RELEASE)
    register(
        Dependency,
        revise=revise_dependencies,
        settle=stake,
        under=("release", "provider", "provider_gate"),
        permission=Permission.PLAN_RELEASE,
    )
    register(Blockout, settle=stake, permission=Permission.MANAGE_BLOCKOUT)
    register(
        ExceptionRequest,
        revise=revise_exceptions,
        settle=settle_exceptions,
        permission=Permission.PLAN_RELEASE,
    )
    register(Train, permission=Permission.ADMIT)
    register(Nomination, revise=revise_nominations, permission=Permission.ADMIT)
    register(Conflict, permission=Permission.WORK_CONFLICT)
    for model in (LogItem, CheckIn):
        register(model, permission=Permission.DISCUSS)
    register(Application, settle=settle_applications)
    for model in (Portfolio, Project, Ownership):
        register(model, settle=settle_tree)
