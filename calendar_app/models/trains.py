"""Release trains and the nominations by which projects ask to ride."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Release
from releasemgr.portfolio.models import Application, Person, Portfolio, Project
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk


class Train(OrgModel):
    """Enterprise releases at a fixed cadence: ``rrule`` (RFC 5545, days only) from ``first_on`` gives their go-lives.

    ``ahead`` are kept planned. ``name_pattern`` names them from ``{year}``, ``{month}``, ``{quarter}``, ``{week}``
    and ``{n}`` (place in the year). Entry closes ``entry_days`` before the go-live.
    """

    name = models.CharField(_("name"), max_length=120)
    portfolio = org_fk(Portfolio, null=True, related_name="trains", verbose_name=_("portfolio"))
    owner = org_fk(Person, null=True, related_name="trains_owned", verbose_name=_("owner"))
    template = org_fk("calendar_app.Template", null=True, related_name="trains", verbose_name=_("template"))
    rrule = models.CharField(_("cadence"), max_length=200)
    first_on = models.DateField(_("first go-live"))
    name_pattern = models.CharField(_("names of its releases"), max_length=120, default="{year}.{n}")
    ahead = models.PositiveSmallIntegerField(_("planned ahead"), default=4)
    entry_days = models.PositiveSmallIntegerField(_("entry closes days before"), default=28)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("train", "portfolio", "owner", "template"),
            models.UniqueConstraint(fields=["org", "name"], name="train_name_once"),
            models.CheckConstraint(name="train_ahead", condition=Q(ahead__gte=1, ahead__lte=24)),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:train-detail", args=[self.pk])


class Nomination(OrgModel):
    """A project asks to be part of an enterprise release.

    ``child`` is the project release it became when it was accepted; ``deferred_to`` the release it was moved on to
    (as a new nomination, ``follows``).
    """

    class Size(models.TextChoices):
        SMALL = "S", _("Small")
        MEDIUM = "M", _("Medium")
        LARGE = "L", _("Large")
        HUGE = "XL", _("Very large")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("Submitted")
        ACCEPTED = "accepted", _("Accepted")
        DEFERRED = "deferred", _("Deferred to the next train")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    release = org_fk(Release, related_name="nominations", verbose_name=_("release"))
    project = org_fk(Project, related_name="nominations", verbose_name=_("project"))
    contact = org_fk(Person, null=True, related_name="nominations", verbose_name=_("contact"))
    size = models.CharField(_("size"), max_length=2, choices=Size, default=Size.MEDIUM)
    test_weeks = models.PositiveSmallIntegerField(_("test weeks"), default=0)
    people = models.PositiveSmallIntegerField(_("people"), default=0)
    reason = models.TextField(_("what it brings"), blank=True, max_length=5_000)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.SUBMITTED)
    submitted_at = models.DateTimeField(_("submitted"))
    is_late = models.BooleanField(_("after the entry deadline"), default=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True)
    decision_note = models.TextField(_("reason of the decision"), blank=True, max_length=5_000)
    child = org_fk(Release, null=True, related_name="nominated_as")
    follows = org_fk("self", null=True, related_name="followers")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("nomination", "release", "project", "contact", "child", "follows"),
            models.UniqueConstraint(
                fields=["org", "release", "project"],
                condition=Q(state__in=["submitted", "accepted"]),
                name="nomination_one_alive_per_project",
            ),
            models.CheckConstraint(
                name="nomination_declined_has_reason", condition=~Q(state="declined") | ~Q(decision_note="")
            ),
        ]
        indexes = [models.Index(fields=["org", "project"], name="nomination_by_project")]

    def __str__(self):
        return f"{self.project} for {self.release}"

    def get_absolute_url(self):
        return reverse("calendar:nomination-detail", args=[self.pk])


class NominatedSystem(OrgModel):
    """An application that a nominated project will touch."""

    nomination = org_fk(Nomination, related_name="systems", on_delete=models.CASCADE)
    application = org_fk(Application, related_name="nominated_in", verbose_name=_("application"))

    class Meta:
        constraints = [
            *org_walls("nominatedsystem", "nomination", "application"),
            models.UniqueConstraint(fields=["org", "nomination", "application"], name="nominatedsystem_once"),
        ]

    def __str__(self):
        return f"{self.nomination}: {self.application}"


class NominatedEnvironment(OrgModel):
    """How many weeks of a type of environment a nominated project wants."""

    nomination = org_fk(Nomination, related_name="environments", on_delete=models.CASCADE)
    type = models.CharField(_("type"), max_length=3)
    weeks = models.PositiveSmallIntegerField(_("weeks"), default=1)

    class Meta:
        constraints = [
            *org_walls("nominatedenvironment", "nomination"),
            models.UniqueConstraint(fields=["org", "nomination", "type"], name="nominatedenvironment_once"),
        ]

    def __str__(self):
        return f"{self.nomination}: {self.weeks} x {self.type}"
