"""Gates and their rounds of decision."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Phase, Release
from releasemgr.portfolio.models import Person, Project
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk


class Gate(OrgModel):
    """A milestone at which approvals must be met; planned for a local day.

    A freeze is a gate at its deadline. ``project`` narrows a gate of an enterprise release to one project.
    ``parent`` is the gate of the enterprise release that this one counts toward; ``rollup`` says how many of its
    children a gate needs before it may be decided (``rollup_needed`` of them, or all, or the required ones).
    """

    class Rollup(models.TextChoices):
        NONE = "none", _("Decided by itself")
        ALL = "all", _("All gates below")
        REQUIRED = "required", _("All required gates below")
        SOME = "some", _("At least a number of gates below")

    class Kind(models.TextChoices):
        APPROVAL = "approval", _("Approval")
        FREEZE = "freeze", _("Freeze")
        GO_NO_GO = "go_no_go", _("Go / no-go")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SUBMITTED = "submitted", _("Submitted")
        PASSED = "passed", _("Passed")
        CONDITIONAL = "conditional", _("Passed with conditions")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Cancelled")

    release = org_fk(Release, related_name="gates", on_delete=models.CASCADE)
    phase = org_fk(Phase, null=True, related_name="gates", verbose_name=_("phase"))
    project = org_fk(Project, null=True, related_name="gates", verbose_name=_("project"))
    owner = org_fk(Person, null=True, related_name="gates_owned", verbose_name=_("owner"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.APPROVAL)
    name = models.CharField(_("name"), max_length=200)
    source_key = models.CharField(max_length=160, blank=True)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    parent = org_fk("self", null=True, related_name="children", verbose_name=_("counts toward"))
    rollup = models.CharField(_("roll-up"), max_length=8, choices=Rollup, default=Rollup.NONE)
    rollup_needed = models.PositiveSmallIntegerField(_("needed"), null=True, blank=True)
    template_key = models.CharField(max_length=60, blank=True)  # the part of the template it was made from
    planned_date = models.DateField(_("planned"))
    baseline_date = models.DateField(_("baseline"), null=True, blank=True)
    is_required = models.BooleanField(_("required"), default=True)
    locks_scope = models.BooleanField(_("locks the scope"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("gate", "release", "phase", "project", "owner", "parent"),
            models.CheckConstraint(
                name="gate_rollup_says_how_many",
                condition=Q(rollup="some", rollup_needed__gte=1)
                | (~Q(rollup="some") & Q(rollup_needed=None)),
            ),
            models.CheckConstraint(name="gate_not_its_own_parent", condition=~Q(parent=F("id"))),
            models.UniqueConstraint(
                fields=["org", "source_key"], condition=~Q(source_key=""), name="gate_source_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["org", "release"], name="gate_by_release"),
            models.Index(fields=["org", "planned_date"], name="gate_by_date"),
            models.Index(fields=["org", "parent"], condition=Q(parent__isnull=False), name="gate_by_parent"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:gate-detail", args=[self.pk])


class GateRound(OrgModel):
    """One submission of a gate and what was decided; ``revoked_at`` when a pass was taken back.

    ``covered`` is what the decision is about: scope, dates and criteria as they were when it was asked for
    (`calendar_app.gates.coverage`). ``record`` freezes what everybody saw and said when it was decided.
    ``revoked_because`` is a code with parameters, such as what changed of the covered.
    """

    class Decision(models.TextChoices):
        PASSED = "passed", _("Passed")
        CONDITIONAL = "conditional", _("Passed with conditions")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    gate = org_fk(Gate, related_name="rounds", on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField()
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by_id = models.UUIDField(null=True)  # accounts.User, a control table
    submitted_by_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision, blank=True)
    decided_by_id = models.UUIDField(null=True)  # accounts.User, a control table
    decided_by_name = models.CharField(max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5_000)
    covered = models.JSONField(default=dict)
    record = models.JSONField(default=dict)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_because = models.JSONField(default=dict)

    class Meta:
        constraints = [
            *org_walls("gateround", "gate"),
            models.UniqueConstraint(fields=["org", "gate", "number"], name="gateround_number_once"),
            models.UniqueConstraint(
                fields=["org", "gate"], condition=Q(decided_at=None), name="gateround_one_undecided"
            ),
            models.CheckConstraint(
                name="gateround_decision_has_time",
                condition=Q(decided_at=None, decision="") | (Q(decided_at__isnull=False) & ~Q(decision="")),
            ),
            models.CheckConstraint(
                name="gateround_decided_after_submitted",
                condition=Q(decided_at=None) | Q(decided_at__gte=F("submitted_at")),
            ),
        ]

    def __str__(self):
        return f"{self.gate}, round {self.number}"
