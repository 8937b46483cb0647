"""What a dependency claims: nothing but the day it is needed by, so that lists of conflicts can lead to it."""

from calendar_app.claims import claim, stakes
from calendar_app.models import Claim, Dependency
from releasemgr.tenancy.days import day_bounds
from releasemgr.tenancy.scope import current_org


@stakes(Dependency)
def claims_of_dependencies(dependencies):
    """The day a dependency is needed by; it is not drawn."""
    org = current_org()
    for dependency in dependencies:
        starts_at, ends_at = day_bounds(dependency.needed_by, dependency.needed_by, org.zone)
        yield claim(
            dependency,
            kind=Claim.Kind.DEPENDENCY,
            resource_kind=Claim.Resource.ORGANISATION,
            resource_id=org.pk,
            starts_at=starts_at,
            ends_at=ends_at,
            title=dependency.title,
            release_id=dependency.release_id,
            state=dependency.state,
            is_open=dependency.state in (Dependency.State.REQUESTED, Dependency.State.ACCEPTED),
            path=f"calendar/dependencies/{dependency.number}/",
        )
