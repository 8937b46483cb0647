"""Planting exception requests: granted, refused, expired and still waiting, of releases under way."""

from datetime import timedelta

from calendar_app.models import Blockout, Criterion, ExceptionRequest, Gate, Release
from releasemgr.accounts.roles import Role
from releasemgr.tenancy.days import day_start

Kind, State = ExceptionRequest.Kind, ExceptionRequest.State

# Kind, state, days since it was asked, days until it ends, what differs, why, risk if granted, risk if refused.
_STORIES = (
    (
        Kind.LATE_ENTRY, State.EXPIRED, 74, -31, "Late entry of the mandate service",
        "The supplier confirmed the interface a week after the entry closed.",
        "Two test cycles instead of three.", "The regulation is missed by a quarter.",
    ),
    (
        Kind.LATE_SCOPE, State.GRANTED, 16, 12, "Correction of the interest rounding",
        "Found in production after the scope was locked; it touches one module.",
        "The regression test grows by a day.", "Customers are paid wrong for another quarter.",
    ),
    (
        Kind.LATE_SCOPE, State.REFUSED, 23, 9, "New texts on the start page",
        "Marketing would like them in this release.",
        "Small, but it opens the scope for everybody.", "The texts wait for the next train.",
    ),
    (
        Kind.BASELINE_MOVE, State.REQUESTED, 2, 35, "Go-live a week later than promised",
        "Acceptance found a defect whose fix needs a full regression run.",
        "The partner has to move its campaign.", "We go live with a known defect.",
    ),
    (
        Kind.BLOCKOUT, State.REQUESTED, 1, 20, "Security fix during the blockout",
        "The library has a published weakness; the fix is two lines.",
        "A deployment while the network is rebuilt; rollback by hand.", "The weakness stays open for days.",
    ),
    (
        Kind.WAIVER, State.GRANTED, 9, 21, "Two open defects of severity 2",
        "Both have a workaround that the service desk knows.",
        "More calls in the first week.", "The train waits for a cosmetic fix.",
    ),
    (
        Kind.WAIVER, State.WITHDRAWN, 12, 14, "Load test at half volume",
        "The load generator was down for two days.",
        "The peak of the month is untested.", "Acceptance starts two days later.",
    ),
)  # fmt: skip


def plant_exceptions(scene, members):
    """Plant one request per story that the organisation has a release for."""
    roles = dict(zip(scene.blueprint.logins, members, strict=True))
    asker, decider = roles[Role.PROJECT_LEAD], roles[Role.RELEASE_MANAGER]
    approver = next(one for one in scene.people if one.user_id == decider.pk)
    rows = [_request(scene, story, approver, asker) for story in _STORIES]
    scene.plant([row for row in rows if row], noun="exception")


def _request(scene, story, approver, asker):
    kind, state, asked, ends, subject, *why = story
    about = _about(scene, kind)
    if about is None:
        return None
    requested_at = scene.working_hour(scene.in_days(-asked - 1))
    is_decided = state in (State.GRANTED, State.REFUSED, State.EXPIRED)
    decided_at = requested_at + timedelta(hours=scene.random.randint(3, 20))
    return ExceptionRequest(
        kind=kind,
        subject=subject,
        **dict(zip(("reason", "risk_if_granted", "risk_if_refused"), why, strict=True)),
        approver=approver,
        state=state,
        requested_at=requested_at,
        requested_by_id=asker.pk,
        requested_by_name=str(asker),
        decided_at=decided_at if is_decided else None,
        decided_by_name=approver.name if is_decided else "",
        decision_note="Wait for the next train." if state == State.REFUSED else "",
        expires_at=day_start(scene.in_days(ends), scene.org.zone),
        **about,
    )


def _about(scene, kind):
    """A release, and what else a request of that kind names; None when there is nothing of the sort."""
    riding = Release.objects.filter(status=Release.Status.ACTIVE, kind=Release.Kind.PROJECT)
    riding = riding.order_by("target_date", "number")
    if kind == Kind.WAIVER:
        open_ones = Criterion.objects.filter(gate__state=Gate.State.OPEN, gate__release__in=riding)
        criteria = list(open_ones.select_related("gate__release").order_by("gate__planned_date", "pk")[:20])
        found = scene.random.choice(criteria) if criteria else None
        return {"criterion": found, "release": found.gate.release} if found else None
    if kind == Kind.BLOCKOUT:
        ahead = (
            Blockout.objects.filter(is_hard=True, ends_at__gt=scene.now).order_by("starts_at", "pk").first()
        )
        return {"blockout": ahead, "release": riding.first()} if ahead else None
    wanted = {
        Kind.LATE_SCOPE: {"scope_locked_at__isnull": False},
        Kind.BASELINE_MOVE: {"baseline_date__isnull": False},
    }
    found = list(riding.filter(**wanted.get(kind, {}))[:12])
    return {"release": scene.random.choice(found)} if found else None
