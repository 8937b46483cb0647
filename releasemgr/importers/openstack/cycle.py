"""One slice: a cycle with its enterprise release, project releases, events, versions and deployments."""

from collections import defaultdict

from calendar_app.models import Criterion, Deployment, Gate, Milestone, Release, ReleaseImpact, Version
from releasemgr.importers.openstack.pack import INDEPENDENT
from releasemgr.importers.openstack.plan import (
    cycle_life,
    deliverable_life,
    promise_of,
    scope_lock_of,
    trailing_deadline,
    trailing_promise_of,
)
from releasemgr.portfolio.models import Environment

FINAL_RULE = "final-is-last-candidate"
_PRODUCTION = (Version.Kind.FINAL, Version.Kind.STABLE)
_BEFORE_PRODUCTION = (Version.Kind.INTERMEDIARY, Version.Kind.INDEPENDENT)
_RELEASE_FIELDS = (
    "name",
    "parent",
    "project",
    "portfolio",
    "status",
    "starts_on",
    "target_date",
    "baseline_date",
    "baselined_at",
    "started_at",
    "actual_go_live",
    "cancelled_at",
)
_VERSION_FIELDS = (
    "kind",
    "released_at",
    "date_quality",
    "earliest_at",
    "latest_at",
    "requested_at",
    "commit",
)


def bring_cycle(pack, cycle, org, stock, arrivals):
    """Bring one cycle in whole."""
    enterprise = _bring_enterprise(pack, cycle, org, stock, arrivals)
    _bring_events(pack, cycle, enterprise, stock, arrivals)
    releases = _bring_project_releases(pack, cycle, enterprise, stock, arrivals)
    _bring_versions(pack.versions[cycle.key], releases, stock, arrivals)
    _bring_rule(cycle, enterprise, arrivals)


def bring_independents(pack, stock, arrivals):
    """Bring in what is delivered outside any cycle: a standing independent release for each deliverable."""
    rows = [
        Release(
            kind=Release.Kind.INDEPENDENT,
            name=f"{name} (independent)",
            source_key=f"openstack/{INDEPENDENT}/{name}",
            project=stock.projects[name],
            status=Release.Status.ACTIVE,
        )
        for name in pack.deliverables[INDEPENDENT]
    ]
    releases = _bring_releases(rows, arrivals)
    _bring_impacts(releases, stock, arrivals)
    _bring_versions(pack.versions[INDEPENDENT], releases, stock, arrivals)


def _bring_enterprise(pack, cycle, org, stock, arrivals):
    promise = promise_of(pack, cycle)
    row = Release(
        kind=Release.Kind.ENTERPRISE,
        name=cycle.name,
        source_key=f"openstack/{cycle.key}",
        portfolio=stock.root,
        starts_on=cycle.starts_on,
        target_date=cycle.final_date,
        baseline_date=promise.day,
        baselined_at=promise.at,
        scope_locked_at=scope_lock_of(pack, cycle, org.zone),
        **cycle_life(pack, cycle, org.zone),
    )
    return arrivals.bring([row], (*_RELEASE_FIELDS, "scope_locked_at"), noun="release")[row.source_key]


def _bring_events(pack, cycle, enterprise, stock, arrivals):
    """Freezes as gates at their deadline, everything else as milestones; what two pages list comes in once."""
    events = {}
    for event in pack.events[cycle.key]:
        if event.identity not in events or event.page == cycle.key:
            events[event.identity] = event
    gates = [_gate(event, enterprise, stock) for event in events.values() if event.kind == "freeze"]
    milestones = [_milestone(event, enterprise) for event in events.values() if event.kind != "freeze"]
    arrivals.bring(gates, ("release", "project", "name", "description", "planned_date", "locks_scope"))
    arrivals.bring(milestones, ("release", "name", "description", "starts_on", "ends_on"))


def _gate(event, enterprise, stock):
    return Gate(
        release=enterprise,
        project=stock.projects.get(event.team),
        kind=Gate.Kind.FREEZE,
        name=event.name,
        source_key=event.identity,
        description=event.description,
        planned_date=event.deadline,
        locks_scope=event.locks_scope,
    )


def _milestone(event, enterprise):
    return Milestone(
        release=enterprise,
        name=event.name,
        source_key=event.identity,
        description=event.description,
        starts_on=event.deadline or event.starts_on,
        ends_on=event.deadline or event.ends_on,
    )


def _bring_rule(cycle, enterprise, arrivals):
    """A gate on the coordinated day asks that every final version is its last release candidate; the facts judge it."""
    gate = Gate(
        release=enterprise,
        kind=Gate.Kind.GO_NO_GO,
        name="Coordinated release",
        source_key=f"{enterprise.source_key}/coordinated-release",
        planned_date=cycle.final_date,
    )
    gate = arrivals.bring([gate], ("release", "name", "planned_date"))[gate.source_key]
    if not gate.criteria.filter(rule=FINAL_RULE).exists():
        name = "Final version is the last release candidate"
        arrivals.make([Criterion(gate=gate, rule=FINAL_RULE, name=name)])


def _bring_project_releases(pack, cycle, enterprise, stock, arrivals):
    lines = defaultdict(list)
    for line in pack.versions[cycle.key]:
        lines[line.deliverable].append(line)
    on_the_day = (cycle.final_date, promise_of(pack, cycle))
    deadline = trailing_deadline(pack, cycle)
    behind = (deadline.deadline if deadline else None, trailing_promise_of(pack, cycle))
    rows = []
    for deliverable in pack.deliverables[cycle.key].values():
        target_date, promise = behind if deliverable.is_trailing else on_the_day
        rows.append(
            Release(
                kind=Release.Kind.PROJECT,
                name=f"{deliverable.name} {cycle.name}",
                source_key=f"{enterprise.source_key}/{deliverable.name}",
                parent=enterprise,
                project=stock.projects[deliverable.name],
                starts_on=cycle.starts_on,
                target_date=target_date,
                **deliverable_life(cycle, deliverable, lines[deliverable.name], promise),
            )
        )
    releases = _bring_releases(rows, arrivals)
    _bring_impacts(releases, stock, arrivals)
    return releases


def _bring_releases(rows, arrivals):
    """Releases by the name of their deliverable."""
    stored = arrivals.bring(rows, _RELEASE_FIELDS, noun="release")
    return {key.rpartition("/")[2]: release for key, release in stored.items()}


def _bring_impacts(releases, stock, arrivals):
    """Each release changes the application of its deliverable."""
    by_id = {release.pk: name for name, release in releases.items()}
    present = set(ReleaseImpact.objects.filter(release__in=list(by_id)).values_list("release_id", flat=True))
    arrivals.make(
        [
            ReleaseImpact(release=releases[name], application=stock.applications[name])
            for pk, name in by_id.items()
            if pk not in present
        ]
    )


def _bring_versions(lines, releases, stock, arrivals):
    """All versions, dated or not; those that reached a stage at a known time also as deployments."""
    rows = [_version(line, releases, stock) for line in lines]
    versions = arrivals.bring(rows, _VERSION_FIELDS)
    deployments = [
        _deployment(version) for version in versions.values() if _stage(version) and version.released_at
    ]
    arrivals.bring(
        deployments, ("stage", "version_label", "status", "started_at", "finished_at"), noun="deployment"
    )


def _version(line, releases, stock):
    return Version(
        application=stock.applications[line.deliverable],
        release=releases[line.deliverable],
        label=line.label,
        kind=line.kind,
        released_at=line.released_at,
        date_quality=line.quality,
        earliest_at=line.earliest_at,
        latest_at=line.latest_at,
        requested_at=line.requested_at,
        commit=line.commit,
        source_key=f"openstack/{line.cycle}/{line.deliverable}/{line.label}",
    )


def _deployment(version):
    """The pack knows when a version was released, not how long that took: start and end are one instant."""
    return Deployment(
        application=version.application,
        release=version.release,
        built=version,
        stage=_stage(version),
        version_label=version.label,
        status=Deployment.Status.SUCCEEDED,
        started_at=version.released_at,
        finished_at=version.released_at,
        source_key=version.source_key,
    )


def _stage(version):
    """Where a version of that kind was deployed; None for what is only evidence (candidates) or a marker."""
    if version.kind in _PRODUCTION:
        return Environment.Type.PRD
    return Environment.Type.PRE if version.kind in _BEFORE_PRODUCTION else None
