"""The work of a phase, and each time it was entered."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Phase
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class ActivityQuerySet(models.QuerySet):
    """Words for sets of activities."""

    def counting(self):
        """What a phase still asks for: all but the removed ones."""
        return self.filter(removed_at=None)


class PhaseActivity(OrgModel):
    """Work assigned to a phase; done when ``percent_done`` is 100. A removed one keeps its history and counts no more."""

    phase = org_fk(Phase, related_name="activities", on_delete=models.CASCADE)
    position = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("name"), max_length=200)
    owner = org_fk(Person, null=True, related_name="phase_activities", verbose_name=_("owner"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    percent_done = models.PositiveSmallIntegerField(_("% done"), default=0)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    template_key = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(ActivityQuerySet)

    class Meta:
        constraints = [
            *org_walls("phaseactivity", "phase", "owner"),
            models.CheckConstraint(name="phaseactivity_percent", condition=Q(percent_done__lte=100)),
        ]
        indexes = [models.Index(fields=["org", "phase"], name="phaseactivity_by_phase")]

    def __str__(self):
        return self.name


class PhaseVisit(OrgModel):
    """One time a phase was entered and left; a phase can be entered again."""

    phase = org_fk(Phase, related_name="visits", on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField(_("visit"))
    entered_at = models.DateTimeField(_("entered"))
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    reason = models.CharField(_("why again"), max_length=200, blank=True)

    class Meta:
        constraints = [
            *org_walls("phasevisit", "phase"),
            models.UniqueConstraint(fields=["org", "phase", "number"], name="phasevisit_number_once"),
            models.UniqueConstraint(
                fields=["org", "phase"], condition=Q(left_at=None), name="phasevisit_one_open"
            ),
            models.CheckConstraint(
                name="phasevisit_left_after_entered",
                condition=Q(left_at=None) | Q(left_at__gte=F("entered_at")),
            ),
        ]

    def __str__(self):
        return f"{self.phase}, visit {self.number}"
