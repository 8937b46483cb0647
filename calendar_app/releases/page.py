"""Everything the page of one release shows, in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from calendar_app.conflicts import sentence
from calendar_app.gates.stances import stances
from calendar_app.models import Conflict, Deployment, Gate, Phase, Release, ReleaseImpact, Version
from calendar_app.phases.activities import percents_of
from calendar_app.releases.clock import clock_day, countdown, made_up_day
from calendar_app.releases.lifecycle import steps_for
from calendar_app.releases.queries import Standing, conflicts_of, stance_of
from releasemgr.changes.revisions import undoable

NEXT = 12  # gates shown when there are more
MOST = 20  # deployments and versions shown; the rest is counted
_PHASES = {
    Phase.Status.PLANNED: "pending",
    Phase.Status.ACTIVE: "on-track",
    Phase.Status.DONE: "done",
    Phase.Status.CANCELLED: "cancelled",
}


_panels = []


@dataclass(frozen=True)
class About:
    """A release and its neighbourhood; a phase comes with its status token and its per cent, a gate with its Stance.

    Of many gates only the next ones are shown; ``gate_count`` is of all.
    """

    release: Release
    standing: Standing
    slip_days: int | None
    steps: list
    neighbours: list
    phases: list
    gates: list
    gate_count: int
    milestones: list
    conflicts: list
    impacts: list
    deployments: list
    deployment_count: int
    versions: list
    version_count: int
    undo_id: object
    made_up_day: date | None  # the go-live that would make up for the days on hold


def about(release, *, at, today, by):
    """Read it all; ``by`` is the User who looks, for what they may take back; ``today`` is the local day of ``at``."""
    conflicts, blockers = conflicts_of([release.pk], today=today)
    clock = clock_day(release, today)  # on hold nothing becomes late
    stance = stance_of(release, today=today, is_blocked=blockers[release.pk] > 0)
    phases, gates = list(_phases(release)), list(_gates(release))
    percents, shown = percents_of(phases), _next(gates)
    stance_of_gate = stances(shown, at=at, today=today)
    deployments = Deployment.objects.filter(release=release)
    versions = Version.objects.filter(release=release)
    return About(
        release=release,
        standing=Standing(release, stance, countdown(release, today=today), today, conflicts[release.pk]),
        slip_days=_slip(release),
        steps=_steps(release),
        neighbours=[(title, url_of(release)) for title, url_of in _panels],
        phases=[(row, phase_stance(row, clock), percents.get(row.pk)) for row in phases],
        gates=[(row, stance_of_gate[row.pk]) for row in shown],
        gate_count=len(gates),
        milestones=list(release.milestones.order_by("starts_on", "name", "pk")),
        conflicts=_conflicts(release, today),
        impacts=list(_impacts(release)),
        deployments=list(
            deployments.select_related("application", "environment").order_by(
                "-planned_start", "-started_at", "-number"
            )[:MOST]
        ),
        deployment_count=deployments.count(),
        versions=list(versions.select_related("application").order_by("-released_at", "label", "pk")[:MOST]),
        version_count=versions.count(),
        undo_id=undoable(release, by=by),
        made_up_day=made_up_day(release),
    )


def add_panel(title, url_of):
    """Show a panel of a higher practice on the page of every release; called in its ``AppConfig.ready``.

    ``url_of(release)`` is the URL whose fragment the page loads by itself.
    """
    _panels.append((title, url_of))


def _steps(release):
    return [
        {"noun": noun, "word": word, "url": reverse(f"calendar:release-{noun}", args=[release.number])}
        for noun, word in steps_for(release)
    ]


def phase_stance(phase, today):
    """A phase's status token: late when it should be over or begun and is not."""
    if phase.status == Phase.Status.ACTIVE and phase.ends_on < today:
        return "late"
    if phase.status == Phase.Status.PLANNED and phase.starts_on < today:
        return "late"
    return _PHASES[phase.status]


def _slip(release):
    """Days by which the planned go-live lies after the baseline."""
    if not release.baseline_date or not release.target_date:
        return None
    return (release.target_date - release.baseline_date).days


def _phases(release):
    return release.phases.order_by("starts_on", "position")


def _gates(release):
    return release.gates.select_related("release", "phase", "owner").order_by("planned_date", "name", "pk")


def _next(gates):
    """The gates that are decided next, or all when they are few."""
    if len(gates) <= NEXT:
        return gates
    over = (Gate.State.PASSED, Gate.State.CONDITIONAL, Gate.State.CANCELLED)
    return [gate for gate in gates if gate.state not in over][:NEXT] or gates[-NEXT:]


def _impacts(release):
    return (
        ReleaseImpact.objects.filter(release=release)
        .select_related("application")
        .order_by("application__name", "pk")
    )


def _conflicts(release, today):
    found = Conflict.objects.open(today).of_release(release.pk).order_by("severity", "starts_at", "pk")[:MOST]
    return [(conflict, sentence(conflict)) for conflict in found]
