"""Entry and exit criteria of gates."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.gates import Gate, GateRound
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class CriterionQuerySet(models.QuerySet):
    """Words for sets of criteria."""

    def counting(self):
        """What a gate still asks for: all but the dropped ones."""
        return self.exclude(state=Criterion.State.DROPPED)


class Criterion(OrgModel):
    """A condition of a gate, judged by its owner or, with a ``rule``, by the facts the product holds.

    ``rule`` is the code of a rule over facts with its ``parameters``; ``value`` is what it found at ``judged_at``,
    as a code with parameters. ``condition_of`` is the round whose approval it is a condition of. A dropped one keeps
    its history and counts no more.
    """

    class Kind(models.TextChoices):
        ENTRY = "entry", _("Entry")
        EXIT = "exit", _("Exit")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MET = "met", _("Met")
        FAILED = "failed", _("Not met")
        DROPPED = "dropped", _("Removed")

    gate = org_fk(Gate, related_name="criteria", on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.EXIT)
    name = models.CharField(_("criterion"), max_length=200)
    owner = org_fk(Person, null=True, related_name="criteria", verbose_name=_("owner"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    is_mandatory = models.BooleanField(_("mandatory"), default=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    parameters = models.JSONField(default=dict)
    value = models.JSONField(default=dict)
    judged_at = models.DateTimeField(_("judged"), null=True, blank=True)
    judged_by_name = models.CharField(max_length=120, blank=True)  # empty when the facts judged
    evidence_url = models.URLField(_("evidence"), max_length=500, blank=True)
    evidence_note = models.TextField(_("what it shows"), blank=True, max_length=5_000)
    condition_of = org_fk(GateRound, null=True, related_name="conditions")
    template_key = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(CriterionQuerySet)

    class Meta:
        constraints = [
            *org_walls("criterion", "gate", "owner", "condition_of"),
            models.CheckConstraint(
                name="criterion_judged_has_instant",
                condition=Q(state__in=["open", "dropped"]) | Q(judged_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "gate"], name="criterion_by_gate"),
            models.Index(fields=["org", "rule"], condition=~Q(rule=""), name="criterion_by_rule"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:criterion-detail", args=[self.pk])
