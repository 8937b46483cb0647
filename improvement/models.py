"""What people decide about a process: new baselines of its control chart, and actions to improve it."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager
from reporting.kpis import KPIS
from reporting.models import PERIOD_TYPES

METRICS = [(kpi.key, kpi.name) for kpi in KPIS.values()]


class OfChart(models.QuerySet):
    """Words for rows that belong to one control chart."""

    def of_chart(self, kpi, scope, period_type):
        """Rows of the chart of a KPI, a scope and a period type."""
        return self.filter(metric=kpi.key, scope_id=scope.id, period_type=period_type)


class Baseline(OrgModel):
    """A decision on a new baseline that starts with a period: accepted, or refused so that it is not proposed again."""

    metric = models.CharField(_("figure"), max_length=8)
    scope_id = models.UUIDField()
    scope = models.CharField(_("scope"), max_length=120, blank=True)  # as in URLs
    period_type = models.CharField(_("periods"), max_length=7, choices=PERIOD_TYPES)
    start_on = models.DateField(_("from the period that starts on"))
    is_accepted = models.BooleanField(_("start a new baseline here"), default=True)
    reason = models.TextField(_("reason"), max_length=2_000)
    decided_by_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(OfChart)

    class Meta:
        constraints = [
            *org_walls("baseline"),
            models.UniqueConstraint(
                fields=["org", "metric", "scope_id", "period_type", "start_on"],
                name="baseline_once_per_start",
            ),
            models.CheckConstraint(name="baseline_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self):
        return f"{KPIS[self.metric].name} from {self.start_on}" if self.metric in KPIS else self.metric

    def get_absolute_url(self):
        return _chart_url(self)


class Action(OrgModel):
    """Something done to improve one figure of one scope, and from when it is in effect."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        RUNNING = "running", _("Running")
        MEASURING = "measuring", _("In effect, measuring")
        CLOSED = "closed", _("Closed")
        DROPPED = "dropped", _("Dropped")

    IN_EFFECT = (State.MEASURING, State.CLOSED)

    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=160)
    metric = models.CharField(_("figure"), max_length=8)
    scope_id = models.UUIDField()
    scope = models.CharField(_("scope"), max_length=120, blank=True)  # as in URLs
    period_type = models.CharField(_("periods"), max_length=7, choices=PERIOD_TYPES)
    what = models.TextField(_("what is done"), blank=True, max_length=10_000)
    expected = models.CharField(_("expected effect"), max_length=300, blank=True)
    owner = org_fk(Person, null=True, related_name="improvement_actions", verbose_name=_("owner"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    effective_on = models.DateField(_("in effect from"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(OfChart)

    class Meta:
        constraints = [
            *org_walls("action", "owner"),
            models.UniqueConstraint(fields=["org", "number"], name="action_number_once"),
            models.CheckConstraint(
                name="action_in_effect_has_day",
                condition=~Q(state__in=["measuring", "closed"]) | Q(effective_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "metric", "scope_id"], name="action_by_chart"),
            models.Index(fields=["org", "state"], name="action_by_state"),
        ]

    def __str__(self):
        return self.title

    @property
    def reference(self):
        """What people call it by: ``IMP-7``."""
        return f"IMP-{self.number}"

    @property
    def kpi(self):
        return KPIS[self.metric]

    @property
    def chart_url(self):
        """The control chart it wants to change."""
        return _chart_url(self)

    def get_absolute_url(self):
        return reverse("improvement:action-detail", args=[self.number])


def _chart_url(row):
    url = reverse("improvement:chart", args=[KPIS[row.metric].slug])
    return f"{url}?scope={row.scope}&period={row.period_type}"
