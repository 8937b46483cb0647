"""What releases, phases, gates and milestones claim: which resources, when, drawn how.

``path`` is where the source is shown, under the organisation's mount; a test resolves every kind of it.
"""

from collections import defaultdict

from calendar_app.claims import claim, stake, stakes
from calendar_app.models import Claim, Deployment, Gate, Milestone, Phase, Release, ReleaseImpact
from releasemgr.tenancy.days import day_bounds, local_date
from releasemgr.tenancy.scope import current_org

Kind, Resource = Claim.Kind, Claim.Resource
INITIATIVE = "initiative"  # the part of the span of a change initiative
_TO_COME = (*Release.OPEN, *(state for state in Gate.State if state in ("open", "submitted")))


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
                part=INITIATIVE if release.kind == Release.Kind.INITIATIVE else "span",
                starts_at=starts_at,
                ends_at=ends_at,
                is_primary=True,
                **place,
                **_drawing(release, release),
            )
            yield from _affected(release, applications[release.pk], starts_at, ends_at)
        yield from _go_live(release, place, applications[release.pk], zone)


@stakes(Phase)
def claims_of_phases(phases):
    """The days of a phase on the project of its release."""
    zone = current_org().zone
    releases = releases_of(phases)
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
            **_drawing(
                release,
                phase,
                is_open=phase.status != Phase.Status.DONE,
                path=f"calendar/releases/{release.number}/phases/{phase.position}/",
            ),
        )


@stakes(Gate)
def claims_of_gates(gates):
    """The planned day of a gate on the project of its release, or on its own project."""
    zone = current_org().zone
    releases = releases_of(gates)
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
                path=f"calendar/gates/{gate.pk}/",
                is_open=gate.state not in decided,
            ),
        )


@stakes(Milestone)
def claims_of_milestones(milestones):
    """The days of a milestone on the project of its release."""
    zone = current_org().zone
    releases = releases_of(milestones)
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
            **_drawing(
                release,
                milestone,
                state="",
                path=f"calendar/milestones/{milestone.pk}/",
            ),
        )


def settle_releases(releases):
    """Restake releases and everything whose claims follow from them."""
    stake(releases)
    for model in (Phase, Gate, Milestone, Deployment):
        stake(model.objects.filter(release__in=[release.pk for release in releases]))


def settle_impacts(impacts):
    """Restake the releases whose system impact matrix changed."""
    stake(Release.objects.filter(pk__in={impact.release_id for impact in impacts}))


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


def _affected(release, application_ids, starts_at, ends_at):
    """A change initiative is felt by its applications all the time it lasts, not only on its last day."""
    if release.kind != Release.Kind.INITIATIVE:
        return
    for pk in application_ids:
        yield claim(
            release,
            kind=Kind.RELEASE,
            part=INITIATIVE,
            starts_at=starts_at,
            ends_at=ends_at,
            resource_kind=Resource.APPLICATION,
            resource_id=pk,
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
    """Where a claim is drawn and how; what is still to come of a release on hold stands with it and is not late."""
    state = own.get("state", getattr(source, "status", release.status))
    if release.status == Release.Status.ON_HOLD and state in _TO_COME:
        own["state"] = Release.Status.ON_HOLD.value
    return {
        "release_id": release.pk,
        "project_id": release.project_id,
        "state": getattr(source, "status", release.status),
        "title": str(source),
        "path": f"calendar/releases/{release.number}/",
        "is_open": is_open and release.status in Release.OPEN,
        **own,
    }


def releases_of(rows):
    """The releases that rows belong to, by id."""
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
