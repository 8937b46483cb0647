"""What each noun of the calendar claims: which resources, when, drawn how."""

from collections import defaultdict

from calendar_app.claims import claim, stake, stakes
from calendar_app.models import (
    Blockout,
    Claim,
    Deployment,
    Gate,
    Milestone,
    Phase,
    Release,
    ReleaseImpact,
)
from releasemgr.portfolio.models import Ownership, Portfolio, Project
from releasemgr.tenancy.days import day_bounds, local_date
from releasemgr.tenancy.scope import current_org

Kind, Resource = Claim.Kind, Claim.Resource


@stakes(Release)
def claims_of_releases(releases):
    """The span of a release, and its go-live day on its project and on every application it changes."""
    zone = current_org().zone
    applications = _changed_applications(releases)
    for release in releases:
        if release.status == Release.Status.CANCELLED:
            continue
        place = _place(release)
        if release.starts_on and release.target_date:
            starts_at, ends_at = day_bounds(release.starts_on, release.target_date, zone)
            yield claim(
                release,
                kind=Kind.RELEASE,
                part="span",
                starts_at=starts_at,
                ends_at=ends_at,
                is_primary=True,
                **place,
                **_drawing(release, release),
            )
        yield from _go_live(release, place, applications[release.pk], zone)


@stakes(Phase)
def claims_of_phases(phases):
    """The days of a phase on the project of its release."""
    zone = current_org().zone
    releases = _releases(phases)
    for phase in phases:
        release = releases[phase.release_id]
        if Phase.Status.CANCELLED in (phase.status, release.status):
            continue
        starts_at, ends_at = day_bounds(phase.starts_on, phase.ends_on, zone)
        yield claim(
            phase,
            kind=Kind.PHASE,
            part=phase.kind,
            starts_at=starts_at,
            ends_at=ends_at,
            is_primary=True,
            **_place(release),
            **_drawing(release, phase, is_open=phase.status != Phase.Status.DONE),
        )


@stakes(Gate)
def claims_of_gates(gates):
    """The planned day of a gate on the project of its release, or on its own project."""
    zone = current_org().zone
    releases = _releases(gates)
    decided = {Gate.State.PASSED, Gate.State.CONDITIONAL}
    for gate in gates:
        release = releases[gate.release_id]
        if gate.state == Gate.State.CANCELLED or release.status == Release.Status.CANCELLED:
            continue
        starts_at, ends_at = day_bounds(gate.planned_date, gate.planned_date, zone)
        yield claim(
            gate,
            kind=Kind.GATE,
            part=gate.kind,
            starts_at=starts_at,
            ends_at=ends_at,
            is_primary=True,
            **_place(release, gate.project_id),
            **_drawing(
                release,
                gate,
                project_id=gate.project_id or release.project_id,
                state=gate.state,
                is_open=gate.state not in decided,
            ),
        )


@stakes(Milestone)
def claims_of_milestones(milestones):
    """The days of a milestone on the project of its release."""
    zone = current_org().zone
    releases = _releases(milestones)
    for milestone in milestones:
        release = releases[milestone.release_id]
        if release.status == Release.Status.CANCELLED:
            continue
        starts_at, ends_at = day_bounds(milestone.starts_on, milestone.ends_on, zone)
        yield claim(
            milestone,
            kind=Kind.MILESTONE,
            starts_at=starts_at,
            ends_at=ends_at,
            is_primary=True,
            **_place(release),
            **_drawing(release, milestone, state=""),
        )


@stakes(Deployment)
def claims_of_deployments(deployments):
    """The time of a deployment on its application: planned until it has begun, then as it happened."""
    releases = _releases(deployments)
    open_states = {Deployment.Status.PLANNED, Deployment.Status.RUNNING}
    for deployment in deployments:
        if deployment.status == Deployment.Status.CANCELLED:
            continue
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
        )


@stakes(Blockout)
def claims_of_blockouts(blockouts):
    """A blockout on its scope, and on every project and application below it."""
    tree = _Tree()
    for blockout in blockouts:
        if blockout.cancelled_at:
            continue
        for index, (resource_kind, resource_id) in enumerate(tree.leaves(blockout)):
            yield claim(
                blockout,
                kind=Kind.BLOCKOUT,
                resource_kind=resource_kind,
                resource_id=resource_id,
                starts_at=blockout.starts_at,
                ends_at=blockout.ends_at,
                is_primary=index == 0,
                is_hard=blockout.is_hard,
                project_id=blockout.project_id,
                state="hard" if blockout.is_hard else "soft",
                title=blockout.name,
            )


def settle_releases(releases):
    """Restake releases and everything whose claims follow from them."""
    stake(releases)
    for model in (Phase, Gate, Milestone, Deployment):
        stake(model.objects.filter(release__in=[release.pk for release in releases]))


def _go_live(release, place, application_ids, zone):
    day = local_date(release.actual_go_live, zone) if release.actual_go_live else release.target_date
    if day is None:
        return
    starts_at, ends_at = day_bounds(day, day, zone)
    resources = [
        place,
        *({"resource_kind": Resource.APPLICATION, "resource_id": pk} for pk in application_ids),
    ]
    for index, resource in enumerate(resources):
        yield claim(
            release,
            kind=Kind.GO_LIVE,
            part="go-live",
            starts_at=starts_at,
            ends_at=ends_at,
            is_primary=index == 0,
            **resource,
            **_drawing(release, release),
        )


def _place(release, project_id=None):
    """The resource a release's own dates claim: its project, else its portfolio node, else the organisation."""
    if project_id or release.project_id:
        return {"resource_kind": Resource.PROJECT, "resource_id": project_id or release.project_id}
    if release.portfolio_id:
        return {"resource_kind": Resource.PORTFOLIO, "resource_id": release.portfolio_id}
    return {"resource_kind": Resource.ORGANISATION, "resource_id": current_org().pk}


def _drawing(release, source, *, is_open=True, **own):
    return {
        "release_id": release.pk,
        "project_id": release.project_id,
        "state": getattr(source, "status", release.status),
        "title": str(source),
        "is_open": is_open and release.status in Release.OPEN,
        **own,
    }


def _releases(rows):
    ids = {row.release_id for row in rows if row.release_id}
    return Release.objects.in_bulk(ids) if ids else {}


def _changed_applications(releases):
    found = defaultdict(list)
    impacts = ReleaseImpact.objects.filter(release__in=[release.pk for release in releases])
    for release_id, application_id in (
        impacts.exclude(impact=ReleaseImpact.Impact.REGRESSION)
        .order_by("application_id")
        .values_list("release_id", "application_id")
    ):
        found[release_id].append(application_id)
    return found


class _Tree:
    """The organisation tree with the projects below each node and the applications they own, read once."""

    def __init__(self):
        self.children, self.projects, self.ownerships = (
            defaultdict(list),
            defaultdict(list),
            defaultdict(list),
        )
        for pk, parent_id in Portfolio.objects.values_list("pk", "parent_id"):
            self.children[parent_id].append(pk)
        for pk, portfolio_id in Project.objects.values_list("pk", "portfolio_id"):
            self.projects[portfolio_id].append(pk)
        for ownership in Ownership.objects.all():
            self.ownerships[ownership.project_id].append(ownership)

    def leaves(self, blockout):
        """``(resource kind, id)`` of the scope first, then of everything below it at the blockout's time."""
        if blockout.application_id:
            return [(Resource.APPLICATION, blockout.application_id)]
        if blockout.project_id:
            return self._below_projects([blockout.project_id], blockout)
        nodes = self._nodes(blockout.portfolio_id)
        projects = [project for node in nodes for project in self.projects[node]]
        return [(Resource.PORTFOLIO, node) for node in nodes] + self._below_projects(projects, blockout)

    def _nodes(self, top):
        found = [top]
        for node in found:
            found.extend(self.children[node])
        return found

    def _below_projects(self, projects, blockout):
        applications = {
            ownership.application_id: None
            for project in projects
            for ownership in self.ownerships[project]
            if ownership.starts_at < blockout.ends_at
            and (ownership.ends_at is None or ownership.ends_at > blockout.starts_at)
        }
        return [(Resource.PROJECT, project) for project in projects] + [
            (Resource.APPLICATION, application) for application in applications
        ]
