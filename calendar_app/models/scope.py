"""What a release carries: stakeholders, work items, planned versions, and what was tested of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Release
from releasemgr.portfolio.models import Application, Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class Stakeholder(OrgModel):
    """A person's part in a release by RACI; exactly one is accountable."""

    class Part(models.TextChoices):
        RESPONSIBLE = "responsible", _("Responsible")
        ACCOUNTABLE = "accountable", _("Accountable")
        CONSULTED = "consulted", _("Consulted")
        INFORMED = "informed", _("Informed")

    release = org_fk(Release, related_name="stakeholders", on_delete=models.CASCADE)
    person = org_fk(Person, related_name="stakes", verbose_name=_("person"))
    part = models.CharField(_("part"), max_length=11, choices=Part)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("stakeholder", "release", "person"),
            models.UniqueConstraint(fields=["org", "release", "person"], name="stakeholder_once"),
            models.UniqueConstraint(
                fields=["org", "release"], condition=Q(part="accountable"), name="stakeholder_one_accountable"
            ),
        ]
        indexes = [models.Index(fields=["org", "person"], name="stakeholder_by_person")]

    def __str__(self):
        return f"{self.person}: {self.get_part_display()}"


class WorkItemQuerySet(models.QuerySet):
    """Words for the scope of releases."""

    def in_scope(self):
        """What the release still carries."""
        return self.exclude(status=WorkItem.Status.REMOVED)

    def open_defects(self, severity=None):
        """Defects nobody has closed, of one severity or of all."""
        found = self.filter(
            kind=WorkItem.Kind.DEFECT, status__in=[WorkItem.Status.OPEN, WorkItem.Status.ACTIVE]
        )
        return found.filter(severity=severity) if severity else found


class WorkItem(OrgModel):
    """A piece of a release's scope, known by its key in the tracker; ``severity`` 1 (worst) to 4 is for defects."""

    class Kind(models.TextChoices):
        FEATURE = "feature", _("Feature")
        CHANGE = "change", _("Change")
        DEFECT = "defect", _("Defect")
        TASK = "task", _("Task")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        ACTIVE = "active", _("In progress")
        DONE = "done", _("Done")
        TESTED = "tested", _("Tested")
        REMOVED = "removed", _("Removed from scope")

    release = org_fk(Release, related_name="work_items", on_delete=models.CASCADE)
    application = org_fk(Application, null=True, related_name="work_items", verbose_name=_("application"))
    key = models.CharField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.FEATURE)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    severity = models.PositiveSmallIntegerField(_("severity"), null=True, blank=True)
    url = models.URLField(_("link"), max_length=500, blank=True)
    added_at = models.DateTimeField(_("added"))
    tested_at = models.DateTimeField(_("tested"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(WorkItemQuerySet)

    class Meta:
        constraints = [
            *org_walls("workitem", "release", "application"),
            models.UniqueConstraint(fields=["org", "release", "key"], name="workitem_key_once_per_release"),
            models.CheckConstraint(
                name="workitem_severity_is_of_defects",
                condition=Q(kind="defect", severity__gte=1, severity__lte=4)
                | (~Q(kind="defect") & Q(severity=None)),
            ),
            models.CheckConstraint(
                name="workitem_tested_has_instant", condition=~Q(status="tested") | Q(tested_at__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.key} {self.title}"


class PlannedVersion(OrgModel):
    """The version of an application that a release plans to bring to production, and the one that was approved."""

    release = org_fk(Release, related_name="planned_versions", on_delete=models.CASCADE)
    application = org_fk(Application, related_name="planned_versions", verbose_name=_("application"))
    label = models.CharField(_("planned version"), max_length=80)
    approved_label = models.CharField(_("approved version"), max_length=80, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    approved_by_name = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("plannedversion", "release", "application"),
            models.UniqueConstraint(fields=["org", "release", "application"], name="plannedversion_once"),
        ]

    def __str__(self):
        return f"{self.application} {self.label}"


class TestRun(OrgModel):
    """The result of a test of a release, or of one application in it: how many cases ran and how many passed."""

    __test__ = False  # not a test of this product

    release = org_fk(Release, related_name="test_runs", on_delete=models.CASCADE)
    application = org_fk(Application, null=True, related_name="test_runs", verbose_name=_("application"))
    name = models.CharField(_("name"), max_length=120)
    version_label = models.CharField(_("tested version"), max_length=80, blank=True)
    executed_at = models.DateTimeField(_("executed"))
    total = models.PositiveIntegerField(_("cases"))
    passed = models.PositiveIntegerField(_("passed"))
    url = models.URLField(_("link"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("testrun", "release", "application"),
            models.CheckConstraint(name="testrun_ran", condition=Q(total__gte=1)),
            models.CheckConstraint(name="testrun_passed_of_total", condition=Q(passed__lte=F("total"))),
        ]
        indexes = [models.Index(fields=["org", "release", "executed_at"], name="testrun_by_release")]

    def __str__(self):
        return self.name
