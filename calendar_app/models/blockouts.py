"""Blockouts: periods in which something may not take place."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.models import Application, Portfolio, Project
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager

USUAL_STOPS = ("go_live", "deployment")  # what a blockout stops when nobody says otherwise


class BlockoutQuerySet(models.QuerySet):
    """Words for sets of blockouts."""

    def for_list(self):
        """With the names of their scopes."""
        return self.select_related("portfolio", "project", "application")


def _usual_stops():
    return list(USUAL_STOPS)


class Blockout(OrgModel):
    """A period ``[starts_at, ends_at)`` in which what it ``stops`` may not happen in its scope.

    The scope is exactly one portfolio node (with all below it), project or application. A hard one forbids, a soft
    one warns. By default go-lives and deployments stop; one that stops phases is a shutdown: plans count no working
    days in it.
    """

    class Stops(models.TextChoices):
        GO_LIVE = "go_live", _("Go-lives")
        DEPLOYMENT = "deployment", _("Deployments")
        PHASE = "phase", _("The work of every phase (a shutdown)")

    name = models.CharField(_("name"), max_length=160)
    reason = models.TextField(_("reason"), blank=True, max_length=5_000)
    is_hard = models.BooleanField(_("hard"), default=True)
    stops = ArrayField(
        models.CharField(max_length=10, choices=Stops), verbose_name=_("stops"), default=_usual_stops
    )
    portfolio = org_fk(Portfolio, null=True, related_name="blockouts", verbose_name=_("portfolio"))
    project = org_fk(Project, null=True, related_name="blockouts", verbose_name=_("project"))
    application = org_fk(Application, null=True, related_name="blockouts", verbose_name=_("application"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(BlockoutQuerySet)

    class Meta:
        constraints = [
            *org_walls("blockout", "portfolio", "project", "application"),
            models.CheckConstraint(name="blockout_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="blockout_stops_something", condition=Q(stops__len__gt=0)),
            models.CheckConstraint(
                name="blockout_has_one_scope",
                condition=Q(portfolio__isnull=False, project=None, application=None)
                | Q(portfolio=None, project__isnull=False, application=None)
                | Q(portfolio=None, project=None, application__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["org", "starts_at"], name="blockout_by_start")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:blockout-detail", args=[self.pk])

    @property
    def stopped(self):
        """What it stops, in words, in the order of its form."""
        return [kind.label for kind in self.Stops if kind in self.stops]

    @property
    def scope(self):
        """The portfolio node, project or application it is for."""
        return self.portfolio or self.project or self.application

    def stance(self, at):
        """Its status token at an instant: cancelled, done, on-track while it lasts, pending before."""
        if self.cancelled_at:
            return "cancelled"
        if self.ends_at <= at:
            return "done"
        return "on-track" if self.starts_at <= at else "pending"
