"""What deployments claim."""

from calendar_app.claims import claim, stake, stakes
from calendar_app.models import Claim, Deployment
from calendar_app.stakers.releases import releases_of
from releasemgr.portfolio.models import Application

Kind, Resource = Claim.Kind, Claim.Resource


@stakes(Deployment)
def claims_of_deployments(deployments):
    """The time of a deployment on its application: planned until it has begun, then as it happened."""
    releases = releases_of(deployments)
    applications = Application.objects.in_bulk({deployment.application_id for deployment in deployments})
    open_states = {Deployment.Status.PLANNED, Deployment.Status.RUNNING}
    for deployment in deployments:
        if deployment.status == Deployment.Status.CANCELLED:
            continue
        deployment.application = applications[deployment.application_id]  # its name is in the title
        starts_at, ends_at = deployment.period
        release = releases.get(deployment.release_id)
        yield claim(
            deployment,
            kind=Kind.DEPLOYMENT,
            part=deployment.stage,
            resource_kind=Resource.APPLICATION,
            resource_id=deployment.application_id,
            starts_at=starts_at,
            ends_at=ends_at,
            is_primary=True,
            is_open=deployment.status in open_states,
            release_id=deployment.release_id,
            project_id=release.project_id if release else None,
            state=deployment.status,
            title=str(deployment),
            path=f"calendar/deployments/{deployment.number}/",
        )


def settle_applications(applications):
    """Restake the deployments of applications, whose names stand in their titles."""
    stake(Deployment.objects.filter(application__in=[application.pk for application in applications]))
