"""Claims (somebody needs a resource for a time) and the conflicts between them."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager

LONG_DAYS = 35  # claims longer than this are few; windows find them by an index of their own


class ClaimQuerySet(models.QuerySet):
    """Words for sets of claims."""

    def during(self, starts_at, ends_at):
        """Claims that overlap ``[starts_at, ends_at)``.

        A short claim of the window started at most LONG_DAYS before it, which keeps history out of the scan; the
        few long ones have an index of their own, by their end.
        """
        earliest = starts_at - timedelta(days=LONG_DAYS)
        return self.filter(
            Q(is_long=False, starts_at__gt=earliest, starts_at__lt=ends_at, ends_at__gt=starts_at)
            | Q(is_long=True, ends_at__gt=starts_at, starts_at__lt=ends_at)
        )

    def primary(self):
        """The one row per claimed thing that is drawn."""
        return self.filter(is_primary=True)

    def window(self, starts_at, ends_at):
        """What a calendar of ``[starts_at, ends_at)`` draws."""
        return self.primary().during(starts_at, ends_at)

    def on_applications(self):
        """What is claimed of applications: the rows of a calendar by application."""
        return self.filter(resource_kind=Claim.Resource.APPLICATION)


class Claim(OrgModel):
    """*Somebody needs a resource for a time* ``[starts_at, ends_at)``.

    One row per leaf resource; ``id`` is a function of source, part and resource, so that a rebuild is comparable.
    ``release_id`` and ``project_id`` place the row in a lane of the calendar, ``title`` and ``state`` draw it, ``path``
    (under the organisation's mount) shows its source. ``is_long``: longer than LONG_DAYS. The rows are derived: the verb of the source object writes them (`calendar_app.claims.stake`).
    """

    class Kind(models.TextChoices):
        RELEASE = "release", _("Release")
        GO_LIVE = "go_live", _("Go-live")
        PHASE = "phase", _("Phase")
        GATE = "gate", _("Gate")
        MILESTONE = "milestone", _("Milestone")
        DEPLOYMENT = "deployment", _("Deployment")
        BLOCKOUT = "blockout", _("Blockout")
        BOOKING = "booking", _("Booking")
        OUTAGE = "outage", _("Outage")
        DEPENDENCY = "dependency", _("Dependency")

    class Resource(models.TextChoices):
        APPLICATION = "application", _("Application")
        ENVIRONMENT = "environment", _("Environment")
        PROJECT = "project", _("Project")
        PORTFOLIO = "portfolio", _("Portfolio")
        ORGANISATION = "organisation", _("Organisation")

    kind = models.CharField(max_length=12, choices=Kind)
    resource_kind = models.CharField(max_length=12, choices=Resource)
    resource_id = models.UUIDField()
    source_kind = models.CharField(max_length=20)
    source_id = models.UUIDField()
    part = models.CharField(max_length=40, default="")
    release_id = models.UUIDField(null=True)
    project_id = models.UUIDField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    units = models.PositiveSmallIntegerField(default=1)
    is_hard = models.BooleanField(default=True)
    is_primary = models.BooleanField(default=False)
    is_long = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)  # still to happen: what is done conflicts with nothing
    state = models.CharField(max_length=12, default="")
    title = models.CharField(max_length=200)
    path = models.CharField(max_length=120, default="")

    objects = org_manager(ClaimQuerySet)

    class Meta:
        constraints = [
            *org_walls("claim"),
            models.CheckConstraint(name="claim_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
        ]
        indexes = [
            models.Index(
                fields=["org", "starts_at", "ends_at"],
                condition=Q(is_primary=True, is_long=False),
                name="claim_drawn_short",
            ),
            models.Index(
                fields=["org", "ends_at", "starts_at"],
                condition=Q(is_primary=True, is_long=True),
                name="claim_drawn_long",
            ),
            models.Index(
                fields=["org", "resource_id", "starts_at", "ends_at"],
                condition=Q(is_open=True),
                name="claim_open_by_resource",
            ),
            models.Index(
                fields=["org", "starts_at", "ends_at"],
                condition=Q(resource_kind="application", is_long=False),
                name="claim_applied_short",
            ),
            models.Index(
                fields=["org", "ends_at", "starts_at"],
                condition=Q(resource_kind="application", is_long=True),
                name="claim_applied_long",
            ),
            models.Index(
                fields=["org", "release_id"],
                condition=Q(is_open=True, release_id__isnull=False),
                name="claim_open_by_release",
            ),
            models.Index(fields=["org", "source_id"], name="claim_by_source"),
        ]

    def __str__(self):
        return self.title


class ConflictQuerySet(models.QuerySet):
    """Words for sets of conflicts."""

    def open(self, today):
        """To be worked on: nobody accepted them, or the acceptance ended before the local day ``today``."""
        return self.filter(~Q(state=Conflict.State.ACCEPTED) | Q(accepted_until__lt=today))

    def accepted(self, today):
        """Accepted with a reason that still holds on the local day ``today``."""
        return self.exclude(pk__in=self.open(today).values("pk"))

    def of_release(self, release_id):
        """Conflicts in which a release takes part."""
        return self.filter(Q(first_release_id=release_id) | Q(second_release_id=release_id))


class Conflict(OrgModel):
    """Two claims (or one claim and a rule) that cannot both be met.

    Keyed by rule and sources (the side the rule names first, otherwise sorted) and ``occurrence``, so that a rebuild
    finds the same row and a person's decision survives it. Derived but for owner, state, reason and
    ``accepted_until`` (`calendar_app.conflicts`).
    """

    class Severity(models.TextChoices):
        BLOCKER = "blocker", _("Blocker")
        WARNING = "warning", _("Warning")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")

    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=8, choices=Severity)
    first_kind = models.CharField(max_length=20)
    first_id = models.UUIDField()
    second_kind = models.CharField(max_length=20)
    second_id = models.UUIDField()
    first_title = models.CharField(max_length=200)
    second_title = models.CharField(max_length=200)
    resource_kind = models.CharField(max_length=12)
    resource_id = models.UUIDField()
    first_release_id = models.UUIDField(null=True)
    second_release_id = models.UUIDField(null=True)
    occurrence = models.CharField(max_length=40, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    found_at = models.DateTimeField(_("found"), db_default=Now())
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    owner = org_fk(Person, null=True, related_name="conflicts", verbose_name=_("owner"))
    reason = models.TextField(_("reason"), blank=True, max_length=5_000)
    accepted_until = models.DateField(_("accepted until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(ConflictQuerySet)

    class Meta:
        constraints = [
            *org_walls("conflict", "owner"),
            models.UniqueConstraint(
                fields=["org", "rule", "first_id", "second_id", "occurrence"], name="conflict_once"
            ),
            models.CheckConstraint(
                name="conflict_accepted_has_reason", condition=~Q(state="accepted") | ~Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["org", "first_id"], name="conflict_by_first"),
            models.Index(fields=["org", "second_id"], name="conflict_by_second"),
            models.Index(fields=["org", "resource_id"], name="conflict_by_resource"),
            models.Index(fields=["org", "first_release_id"], name="conflict_by_first_release"),
            models.Index(fields=["org", "second_release_id"], name="conflict_by_second_release"),
            models.Index(fields=["org", "starts_at"], name="conflict_by_start"),
        ]

    def __str__(self):
        return f"{self.first_title} / {self.second_title}"

    def get_absolute_url(self):
        return reverse("calendar:conflict-detail", args=[self.pk])
