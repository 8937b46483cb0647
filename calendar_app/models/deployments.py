"""Versions of applications, and their deployments to environments."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Release
from releasemgr.portfolio.models import Application, Environment
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class Version(OrgModel):
    """A built version of an application, with or without a known date."""

    class Kind(models.TextChoices):
        ALPHA = "alpha", _("Alpha")
        BETA = "beta", _("Beta")
        CANDIDATE = "rc", _("Release candidate")
        INTERMEDIARY = "intermediary", _("Intermediary")
        FINAL = "final", _("Final")
        STABLE = "stable", _("Stable update")
        INDEPENDENT = "independent", _("Independent")
        MARKER = "marker", _("Lifecycle marker")
        UNCLASSIFIED = "unclassified", _("Unclassified")

    class DateQuality(models.TextChoices):
        EXACT = "exact", _("Exact")
        BOUNDED = "bounded", _("Known between two times")
        UNKNOWN = "unknown", _("Not known")

    application = org_fk(Application, related_name="versions", verbose_name=_("application"))
    release = org_fk(Release, null=True, related_name="versions", verbose_name=_("release"))
    label = models.CharField(_("version"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    released_at = models.DateTimeField(_("released"), null=True)
    date_quality = models.CharField(_("date quality"), max_length=8, choices=DateQuality)
    earliest_at = models.DateTimeField(_("not before"), null=True)
    latest_at = models.DateTimeField(_("not after"), null=True)
    requested_at = models.DateTimeField(_("requested"), null=True)
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    source_key = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            *org_walls("version", "application", "release"),
            models.UniqueConstraint(
                fields=["org", "source_key"], condition=~Q(source_key=""), name="version_source_key_once"
            ),
            models.CheckConstraint(
                name="version_unknown_date_is_empty",
                condition=(Q(date_quality="unknown") & Q(released_at=None))
                | (~Q(date_quality="unknown") & Q(released_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "release"], name="version_by_release"),
            models.Index(fields=["org", "application"], name="version_by_application"),
        ]

    def __str__(self):
        return f"{self.application} {self.label}"


class DeploymentQuerySet(models.QuerySet):
    """Words for sets of deployments."""

    def production(self):
        """Deployments to production."""
        return self.filter(stage=Environment.Type.PRD)

    def delivered(self):
        """Took effect and delivered something: the set D of the KPI catalogue, part B."""
        return self.exclude(kind=Deployment.Kind.ROLLBACK).filter(
            status__in=[Deployment.Status.SUCCEEDED, Deployment.Status.ROLLED_BACK]
        )


class Deployment(OrgModel):
    """One deployment of an application; failed = never took effect, rolled back = took effect and was reverted."""

    class Kind(models.TextChoices):
        STANDARD = "standard", _("Standard")
        HOTFIX = "hotfix", _("Hotfix")
        ROLLBACK = "rollback", _("Rollback")

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        ROLLED_BACK = "rolled_back", _("Rolled back")
        CANCELLED = "cancelled", _("Cancelled")

    number = models.PositiveIntegerField(_("number"))
    application = org_fk(Application, related_name="deployments", verbose_name=_("application"))
    environment = org_fk(Environment, null=True, related_name="deployments", verbose_name=_("environment"))
    release = org_fk(Release, null=True, related_name="deployments", verbose_name=_("release"))
    built = org_fk(Version, null=True, related_name="deployments", verbose_name=_("version"))
    stage = models.CharField(_("stage"), max_length=3, choices=Environment.Type)
    version_label = models.CharField(_("version"), max_length=80)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.STANDARD)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.PLANNED)
    is_unplanned = models.BooleanField(_("unplanned"), default=False)
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    rollback_finished_at = models.DateTimeField(_("rolled back"), null=True, blank=True)
    source_key = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(DeploymentQuerySet)

    class Meta:
        constraints = [
            *org_walls("deployment", "application", "environment", "release", "built"),
            models.UniqueConstraint(fields=["org", "number"], name="deployment_number_once"),
            models.UniqueConstraint(
                fields=["org", "source_key"], condition=~Q(source_key=""), name="deployment_source_key_once"
            ),
            models.CheckConstraint(
                name="deployment_finished_after_start",
                condition=Q(started_at=None) | Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="deployment_planned_end_after_start",
                condition=Q(planned_start=None, planned_end=None) | Q(planned_end__gt=F("planned_start")),
            ),
            models.CheckConstraint(
                name="deployment_has_a_time",
                condition=Q(planned_start__isnull=False) | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="deployment_ended_has_finish",
                condition=~Q(status__in=["succeeded", "failed", "rolled_back"])
                | Q(finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "application", "finished_at"], name="deployment_by_application"),
            models.Index(fields=["org", "finished_at"], name="deployment_by_finish"),
            models.Index(fields=["org", "release"], name="deployment_by_release"),
        ]

    def __str__(self):
        return f"{self.application} {self.version_label} to {self.get_stage_display()}"

    @property
    def period(self):
        """``(start, end)``: as it happened once begun, else as planned; an instant lasts a minute."""
        starts_at = self.started_at or self.planned_start
        ends_at = self.finished_at or (self.planned_end if not self.started_at else None)
        return starts_at, max(ends_at or starts_at, starts_at + timedelta(minutes=1))

    @property
    def reference(self):
        """What people call it by: ``DEP-7``."""
        return f"DEP-{self.number}"

    def get_absolute_url(self):
        return reverse("calendar:deployment-detail", args=[self.number])
