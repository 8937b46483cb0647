"""Releases of every kind, their phases, milestones and the applications they touch."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.vocabulary import ReleaseStatus, ReleaseType, RiskLevel
from releasemgr.portfolio.models import Application, Person, Portfolio, Project
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class NotPossible(ValidationError):
    """The state of the object does not allow this verb."""


class ReleaseQuerySet(models.QuerySet):
    """Words for sets of releases."""

    def open(self):
        """Neither live nor cancelled."""
        return self.filter(status__in=Release.OPEN)

    def for_list(self):
        """With what a row of a list shows."""
        return self.select_related(
            "project", "portfolio", "parent", "owner", "release_type", "own_status", "risk_level"
        )


class Release(OrgModel):
    """A composite (enterprise) release, a project's release, an independent one, or a change without software.

    Dates are local days of the organisation. ``baseline_date`` is what was promised first and never moves.
    ``train_slot`` is the day its train runs by the cadence, wherever the release was moved since. While on hold
    (``held_since``) its clock stands still; ``held_days`` are the days it stood that its dates have not made up for.
    ``own_status`` and ``risk_level`` always say what ``status`` and ``risk`` say (`calendar_app.vocabulary`).
    ``follows_parent``: its phases and gates follow those of its enterprise release. ``declined_version`` is the
    newest state of its template that was offered and not wanted.
    """

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("Enterprise release")
        PROJECT = "project", _("Project release")
        INDEPENDENT = "independent", _("Independent release")
        INITIATIVE = "initiative", _("Change initiative")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("In progress")
        ON_HOLD = "on_hold", _("On hold")
        LIVE = "live", _("Live")
        CANCELLED = "cancelled", _("Cancelled")

    class Risk(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    OPEN = (Status.PLANNED, Status.ACTIVE, Status.ON_HOLD)

    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=160)
    source_key = models.CharField(max_length=120, blank=True)  # the importer's own key of the row
    parent = org_fk("self", null=True, related_name="children", verbose_name=_("enterprise release"))
    project = org_fk(Project, null=True, related_name="releases", verbose_name=_("project"))
    portfolio = org_fk(Portfolio, null=True, related_name="releases", verbose_name=_("portfolio"))
    owner = org_fk(Person, null=True, related_name="releases_owned", verbose_name=_("owner"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    risk = models.CharField(_("risk"), max_length=6, choices=Risk, default=Risk.MEDIUM)
    release_type = org_fk(ReleaseType, null=True, related_name="releases", verbose_name=_("type"))
    own_status = org_fk(ReleaseStatus, null=True, related_name="releases", verbose_name=_("own status"))
    risk_level = org_fk(RiskLevel, null=True, related_name="releases", verbose_name=_("risk level"))
    train = org_fk("calendar_app.Train", null=True, related_name="releases", verbose_name=_("train"))
    train_slot = models.DateField(_("slot of the train"), null=True, blank=True)
    template_version = org_fk(
        "calendar_app.TemplateVersion", null=True, related_name="releases", verbose_name=_("template")
    )
    declined_version = org_fk("calendar_app.TemplateVersion", null=True, related_name="declined_by")
    follows_parent = models.BooleanField(_("follows its enterprise release"), default=False)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    entry_deadline = models.DateField(_("entry deadline"), null=True, blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    target_date = models.DateField(_("planned go-live"), null=True, blank=True)
    baseline_date = models.DateField(_("baseline"), null=True, blank=True)
    baselined_at = models.DateTimeField(_("baselined"), null=True, blank=True)
    scope_locked_at = models.DateTimeField(_("scope locked"), null=True, blank=True)
    scope_unlock_reason = models.CharField(_("scope unlocked because"), max_length=300, blank=True)
    held_since = models.DateTimeField(_("on hold since"), null=True, blank=True)
    held_days = models.PositiveSmallIntegerField(_("days on hold"), default=0)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    actual_go_live = models.DateTimeField(_("went live"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(ReleaseQuerySet)

    class Meta:
        constraints = [
            *org_walls(
                "release",
                "parent",
                "project",
                "portfolio",
                "owner",
                "release_type",
                "own_status",
                "risk_level",
                "train",
                "template_version",
                "declined_version",
            ),
            models.UniqueConstraint(
                fields=["org", "train", "train_slot"],
                condition=Q(train__isnull=False),
                name="release_one_per_slot",
            ),
            models.UniqueConstraint(fields=["org", "number"], name="release_number_once"),
            models.UniqueConstraint(
                fields=["org", "source_key"], condition=~Q(source_key=""), name="release_source_key_once"
            ),
            models.CheckConstraint(
                name="release_project_release_has_project",
                condition=~Q(kind="project") | Q(project__isnull=False),
            ),
            models.CheckConstraint(name="release_not_its_own_parent", condition=~Q(parent=F("id"))),
            models.CheckConstraint(
                name="release_starts_before_target",
                condition=Q(starts_on=None) | Q(target_date=None) | Q(starts_on__lte=F("target_date")),
            ),
            models.CheckConstraint(
                name="release_live_has_instant", condition=~Q(status="live") | Q(actual_go_live__isnull=False)
            ),
            models.CheckConstraint(
                name="release_cancelled_has_instant",
                condition=~Q(status="cancelled") | Q(cancelled_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "parent"], name="release_by_parent"),
            models.Index(fields=["org", "project"], name="release_by_project"),
            models.Index(fields=["org", "target_date"], name="release_by_target"),
        ]

    def __str__(self):
        return self.name

    @property
    def reference(self):
        """What people call it by: ``REL-42``."""
        return f"REL-{self.number}"

    @property
    def is_open(self):
        """Neither live nor cancelled."""
        return self.status in Release.OPEN

    def get_absolute_url(self):
        return reverse("calendar:release-detail", args=[self.number])

    def days_to_go(self, today):
        """Days from the local day ``today`` to the planned go-live, negative when it is over; None without a date."""
        return (self.target_date - today).days if self.target_date else None


class ReleaseImpact(OrgModel):
    """A cell of the system impact matrix: a release changes or must retest an application."""

    class Impact(models.TextChoices):
        CODE = "code", _("Code")
        CONFIGURATION = "configuration", _("Configuration")
        REGRESSION = "regression", _("Regression")

    release = org_fk(Release, related_name="impacts", on_delete=models.CASCADE)
    application = org_fk(Application, related_name="impacts", verbose_name=_("application"))
    impact = models.CharField(_("impact"), max_length=15, choices=Impact, default=Impact.CODE)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("releaseimpact", "release", "application"),
            models.UniqueConstraint(fields=["org", "release", "application"], name="releaseimpact_once"),
        ]
        indexes = [models.Index(fields=["org", "application"], name="releaseimpact_by_application")]

    def __str__(self):
        return f"{self.release}: {self.get_impact_display()} of {self.application}"


class Phase(OrgModel):
    """A period of a release in which certain activities are done; planned by local days, both inclusive."""

    class Kind(models.TextChoices):
        DESIGN = "design", _("Design")
        BUILD = "build", _("Build")
        SIT = "sit", _("System integration test")
        UAT = "uat", _("User acceptance test")
        PREPARATION = "preparation", _("Preparation")
        DEPLOYMENT = "deployment", _("Deployment")
        HYPERCARE = "hypercare", _("Hypercare")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("In progress")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    release = org_fk(Release, related_name="phases", on_delete=models.CASCADE)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveSmallIntegerField(default=1)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    baseline_starts_on = models.DateField(_("baseline from"), null=True, blank=True)
    baseline_ends_on = models.DateField(_("baseline to"), null=True, blank=True)
    template_key = models.CharField(max_length=60, blank=True)  # the part of the template it was made from
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    entered_at = models.DateTimeField(_("entered"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("phase", "release"),
            models.UniqueConstraint(fields=["org", "release", "position"], name="phase_position_once"),
            models.CheckConstraint(name="phase_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:phase-detail", args=[self.release.number, self.position])


class Milestone(OrgModel):
    """A dated mark of a release without criteria: a summit, an election, a published date."""

    release = org_fk(Release, related_name="milestones", on_delete=models.CASCADE)
    name = models.CharField(_("name"), max_length=200)
    source_key = models.CharField(max_length=160, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("milestone", "release"),
            models.UniqueConstraint(
                fields=["org", "source_key"], condition=~Q(source_key=""), name="milestone_source_key_once"
            ),
            models.CheckConstraint(
                name="milestone_ends_after_start", condition=Q(ends_on__gte=F("starts_on"))
            ),
        ]
        indexes = [models.Index(fields=["org", "release"], name="milestone_by_release")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:milestone-detail", args=[self.pk])
