"""What each noun of the calendar claims; importing this registers it, and what settles after a change."""

from calendar_app.claims import stake
from calendar_app.models import Blockout, Deployment, Gate, Milestone, Phase, Release, ReleaseImpact
from calendar_app.stakers.blockouts import settle_tree
from calendar_app.stakers.deployments import settle_applications
from calendar_app.stakers.releases import settle_impacts, settle_releases
from releasemgr.changes.nouns import register
from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project


def register_nouns():
    """Tell the verb contract how claims follow from each noun."""
    register(Release, settle=settle_releases)
    register(ReleaseImpact, settle=settle_impacts, under=("release",))
    for model in (Phase, Gate, Milestone, Deployment):
        register(model, settle=stake, under=("release",))
    register(Blockout, settle=stake)
    register(Application, settle=settle_applications)
    for model in (Portfolio, Project, Ownership):
        register(model, settle=settle_tree)
