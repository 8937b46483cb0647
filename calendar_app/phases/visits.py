"""The visits of phases: each time one was entered and left. The phase itself keeps when it began first and ended last."""

from django.db.models import Max

from calendar_app.models import Phase, PhaseVisit
from releasemgr.changes.nouns import settle


def open_visits(phases, *, at, reason=""):
    """Begin a visit of each phase at ``at``, after those it had."""
    remember_first(phases)
    last = _last_numbers(phases)
    _write(
        [
            PhaseVisit(phase=phase, number=last.get(phase.pk, 0) + 1, entered_at=at, reason=reason)
            for phase in phases
        ],
        at,
    )


def close_visits(phases, *, at):
    """End the visits that are going on."""
    going_on = list(PhaseVisit.objects.filter(phase__in=[phase.pk for phase in phases], left_at=None))
    for visit in going_on:
        visit.left_at = max(at, visit.entered_at)
    PhaseVisit.objects.bulk_update(going_on, ["left_at"])
    settle(going_on, at=at)


def remember_first(phases):
    """Write down the visit of phases that were entered before visits were kept (imported, or copied)."""
    known = set(
        PhaseVisit.objects.filter(phase__in=[phase.pk for phase in phases]).values_list("phase", flat=True)
    )
    _write(
        [
            PhaseVisit(phase=phase, number=1, entered_at=phase.entered_at, left_at=phase.left_at)
            for phase in phases
            if phase.entered_at and phase.pk not in known
        ],
        None,
    )


def follow_status(phases, *, at):
    """Make visits fit phases whose status was put back: one is going on exactly while a phase is in progress."""
    going_on = PhaseVisit.objects.filter(phase__in=[phase.pk for phase in phases], left_at=None)
    going_on.exclude(phase__status=Phase.Status.ACTIVE).delete()
    in_progress = {phase.pk for phase in phases if phase.status == Phase.Status.ACTIVE}
    closed = in_progress - set(going_on.values_list("phase", flat=True))
    newest = PhaseVisit.objects.filter(phase__in=closed).order_by("phase", "-number").distinct("phase")
    reopened = list(newest)
    PhaseVisit.objects.filter(pk__in=[visit.pk for visit in reopened]).update(left_at=None)
    settle(reopened, at=at)


def _last_numbers(phases):
    rows = PhaseVisit.objects.filter(phase__in=[phase.pk for phase in phases]).values("phase")
    return {row["phase"]: row["last"] for row in rows.annotate(last=Max("number")).order_by("phase")}


def _write(visits, at):
    PhaseVisit.objects.bulk_create(visits, batch_size=500)
    settle(visits, at=at)
