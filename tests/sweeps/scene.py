"""An organisation that has everything: the demo's carrier with figures and seals, and a stranger from elsewhere."""

from django.test import Client
from django.utils import timezone

from calendar_app.models import (
    Absence,
    ApprovalGroup,
    ApprovalRule,
    Blockout,
    Board,
    BoardItem,
    Conflict,
    Criterion,
    Dependency,
    Deployment,
    ExceptionRequest,
    Gate,
    LogItem,
    Milestone,
    Nomination,
    PhaseActivity,
    PlannedVersion,
    Release,
    ReleaseStatus,
    ReleaseType,
    RiskLevel,
    Stakeholder,
    TemplateVersion,
    TestRun,
    Train,
    WorkItem,
)
from environments.models import Booking, CapacityStep, Outage
from improvement.models import Action, Baseline
from releasemgr.accounts.models import Invitation, Membership
from releasemgr.accounts.roles import Role
from releasemgr.activity.models import Attachment, Comment, Entry
from releasemgr.activity.seals import seal_entries
from releasemgr.administration.invitations import invite
from releasemgr.demo.carrier import CARRIER
from releasemgr.demo.seed import seed
from releasemgr.portfolio.models import (
    Application,
    CalendarException,
    Ownership,
    Person,
    Portfolio,
    Team,
    WorkingCalendar,
)
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import current_org, org_scope
from reporting.models import Quarantine, ScopeView
from reporting.recompute import recompute
from tests.conftest import member

APPLICATION = "sender-portal"  # owned by a project, and in need of other applications


def populated():
    """The carrier, seeded; every practice has rows."""
    now = timezone.now()
    org = seed(CARRIER, seed=1, today=now.date(), password="not used here").org
    recompute(org, as_of=now)
    with org_scope(org):
        seal_entries()
        Quarantine.objects.create(
            kind=Quarantine.Kind.ITEM, row_id=uuid7(), label="A fact", error="Why it failed"
        )
        ScopeView.objects.create(scope_id=org.pk, viewed_at=now)
        Baseline.objects.create(
            metric="F1",
            scope_id=org.pk,
            period_type="week",
            start_on=now.date(),
            reason="New tools",
            decided_at=now,
        )
        owner = Membership.objects.get(org=org, role=Role.OWNER)
        invite(email="new@elsewhere.example", name="", role=Role.VIEWER, actor=owner, by=owner.user, at=now)
    return org


def client_of(user):
    """A signed-in client that answers a failing view with its status instead of raising."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def clients_by_role(org):
    """``{role: client}`` of the organisation's members."""
    members = Membership.objects.filter(org=org).select_related("user")
    return {Role(one.role): client_of(one.user) for one in members}


def stranger():
    """A client of a release manager of another organisation."""
    elsewhere = Organisation.objects.create(slug="elsewhere", name="Elsewhere")
    return client_of(member(elsewhere, Role.RELEASE_MANAGER, "Mallory"))


def _application():
    return Application.objects.get(key=APPLICATION)


def _riding():
    """A project release that is under way."""
    open_ones = Release.objects.filter(kind=Release.Kind.PROJECT, status=Release.Status.ACTIVE)
    return open_ones.order_by("-target_date", "number").first()


def _open_entry():
    """An enterprise release for which projects are nominated."""
    return Nomination.objects.filter(state="submitted").order_by("pk").first().release


def _changed_release():
    """The audit entry of a change of a release."""
    return Entry.objects.filter(noun="release").exclude(changes={}).newest_first().first()


def _waiting():
    """A booking request nobody has decided."""
    return Booking.objects.filter(status=Booking.Status.REQUESTED).order_by("-starts_at", "number").first()


# What stands for a parameter: (the fixed part of the path before it, its name) -> a value of a real object. Where a page
# below needs another object, (the part before, its name, the part after) says which.
SAMPLES = {
    ("nodes", "pk"): lambda: Portfolio.objects.order_by("name").last().pk,
    ("projects", "key"): lambda: "sender-portal",
    ("applications", "key"): lambda: APPLICATION,
    ("ownerships", "pk"): lambda: Ownership.objects.get(application=_application()).pk,
    ("dependencies", "pk"): lambda: _application().dependencies.order_by("pk").first().pk,
    ("teams", "pk"): lambda: Team.objects.order_by("name").first().pk,
    ("templates", "pk"): lambda: TemplateVersion.objects.get(published_at=None).template_id,
    ("draft", "section"): lambda: "phases",
    ("starters", "starter"): lambda: "hotfix",
    ("calendars", "pk"): lambda: WorkingCalendar.objects.order_by("name").first().pk,
    ("calendar-exceptions", "pk"): lambda: CalendarException.objects.order_by("day").first().pk,
    ("people", "pk"): lambda: Person.objects.order_by("name").first().pk,
    ("history", "noun"): lambda: "release",
    ("history", "pk"): lambda: Release.objects.order_by("number").first().pk,
    ("log", "number"): lambda: LogItem.objects.open().order_by("number").first().number,
    ("approval-groups", "pk"): lambda: ApprovalGroup.objects.order_by("name").first().pk,
    ("approval-rules", "pk"): lambda: (
        ApprovalRule.objects.filter(gate__state="open").order_by("pk").first().pk
    ),
    ("absences", "pk"): lambda: Absence.objects.order_by("pk").first().pk,
    ("boards", "pk"): lambda: Board.objects.get(state="planned").pk,
    ("board-items", "pk"): lambda: (
        BoardItem.objects.filter(board__state="planned").order_by("-position").first().pk
    ),
    ("comments", "pk"): lambda: Comment.objects.order_by("pk").first().pk,
    ("files", "pk"): lambda: Attachment.objects.order_by("pk").first().pk,
    ("releases", "number"): lambda: _riding().number,
    ("releases", "number", "nominations"): lambda: _open_entry().number,
    ("phases", "position"): lambda: 1,
    ("items", "pk"): lambda: (
        WorkItem.objects.in_scope().filter(release__status="active").order_by("pk").first().pk
    ),
    ("versions", "pk"): lambda: (
        PlannedVersion.objects.filter(release__status="active").order_by("pk").first().pk
    ),
    ("test-runs", "pk"): lambda: TestRun.objects.order_by("pk").last().pk,
    ("of", "key"): lambda: _riding().impacts.first().application.key,
    ("stakes", "pk"): lambda: Stakeholder.objects.filter(release=_riding(), part="informed").first().pk,
    ("types", "pk"): lambda: ReleaseType.objects.order_by("position").first().pk,
    ("statuses", "pk"): lambda: ReleaseStatus.objects.order_by("position").first().pk,
    ("risks", "pk"): lambda: RiskLevel.objects.order_by("position").first().pk,
    ("gates", "pk"): lambda: Gate.objects.filter(release=_riding(), state=Gate.State.OPEN).first().pk,
    ("criteria", "pk"): lambda: (
        Criterion.objects.filter(gate__state=Gate.State.OPEN).order_by("pk").first().pk
    ),
    ("activities", "pk"): lambda: PhaseActivity.objects.order_by("pk").first().pk,
    ("trains", "pk"): lambda: Train.objects.get().pk,
    ("nominations", "pk"): lambda: Nomination.objects.filter(state="submitted").order_by("pk").first().pk,
    ("milestones", "pk"): lambda: Milestone.objects.order_by("pk").first().pk,
    ("blockouts", "pk"): lambda: Blockout.objects.order_by("-starts_at").first().pk,
    ("environments", "key"): lambda: "acceptance",
    ("bookings", "number"): lambda: _waiting().number,
    ("deployments", "number"): lambda: Deployment.objects.filter(status="planned").first().number,
    ("dependencies", "number"): lambda: (
        Dependency.objects.filter(state=Dependency.State.REQUESTED).order_by("number").first().number
    ),
    ("exceptions", "number"): lambda: ExceptionRequest.objects.waiting().order_by("number").first().number,
    ("conflicts", "pk"): lambda: Conflict.objects.filter(state=Conflict.State.OPEN).first().pk,
    ("capacity", "pk"): lambda: CapacityStep.objects.get(environment__key="acceptance").pk,
    ("kpis", "slug"): lambda: "deployment_frequency",
    ("charts", "slug"): lambda: "deployment_frequency",
    ("baselines", "pk"): lambda: Baseline.objects.get().pk,
    ("actions", "number"): lambda: Action.objects.order_by("number").first().number,
    ("members", "pk"): lambda: Membership.objects.get(org=current_org(), role=Role.VIEWER).pk,
    ("invitations", "pk"): lambda: Invitation.objects.get(org=current_org()).pk,
    ("changes", "act_id"): lambda: _changed_release().act_id,
    ("outages", "pk"): lambda: Outage.objects.filter(ends_at=None).first().pk,
}


class NoSample(AssertionError):
    """A route has a parameter for which `SAMPLES` knows no object: add one, so that the route is swept."""


def address(route, org):
    """The route's path in the organisation with real objects for its parameters. Open the scope around it."""
    fixed, parts = "", []
    path = route.path.replace("<slug>", org.slug, 1).split("/")
    for part, following in zip(path, [*path[1:], ""], strict=True):
        if "<" not in part:
            fixed = part or fixed
            parts.append(part)
            continue
        before, _, rest = part.partition("<")
        name = rest.partition(">")[0].rpartition(":")[2]
        sample = SAMPLES.get((fixed, name, following)) or SAMPLES.get((fixed, name))
        if sample is None:
            raise NoSample(f"{route.path}: nothing stands for ({fixed!r}, {name!r}) in tests/sweeps/scene.py")
        parts.append(f"{before}{sample()}{rest.partition('>')[2]}")
    return "/".join(parts)
