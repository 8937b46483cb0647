"""What exists in an organisation: its tree, projects, applications, environments, teams and people."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.calendars import CalendarException, WorkingCalendar
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager, validate_zone

__all__ = [
    "Application",
    "ApplicationDependency",
    "CalendarException",
    "Environment",
    "Ownership",
    "Person",
    "Portfolio",
    "Project",
    "Team",
    "TsTzRange",
    "WorkingCalendar",
    "key_validator",
]

# What stands in URLs, spreadsheets and other systems' payloads for a project, application or environment.
key_validator = RegexValidator(
    r"^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z",
    _("Use letters, digits, dots, hyphens and underscores; begin and end with a letter or digit."),
)


class TsTzRange(models.Func):
    """``tstzrange(starts_at, ends_at)``, half-open; only for exclusion constraints."""

    function = "TSTZRANGE"


class Portfolio(OrgModel):
    """A node of the organisation tree: a division, a department, a product line."""

    name = models.CharField(_("name"), max_length=120)
    parent = org_fk("self", null=True, related_name="children", verbose_name=_("part of"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("portfolio", "parent"),
            models.UniqueConstraint(
                fields=["org", "parent", "name"], nulls_distinct=False, name="portfolio_name_once_per_parent"
            ),
            models.CheckConstraint(name="portfolio_not_its_own_parent", condition=~Q(parent=F("id"))),
        ]

    def __str__(self):
        return self.name


class Team(OrgModel):
    """People who deliver together."""

    name = models.CharField(_("name"), max_length=120)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("team"),
            models.UniqueConstraint(fields=["org", "name"], name="team_name_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("portfolio:team-detail", args=[self.pk])


class Person(OrgModel):
    """Somebody who owns or decides something, with or without an account."""

    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    team = org_fk(Team, null=True, related_name="people", verbose_name=_("team"))
    user_id = models.UUIDField(
        _("account"), null=True, blank=True, editable=False
    )  # accounts.User, a control table
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("person", "team"),
            models.UniqueConstraint(
                fields=["org", "email"], condition=~Q(email=""), name="person_email_once"
            ),
            models.UniqueConstraint(
                fields=["org", "user_id"], condition=Q(user_id__isnull=False), name="person_one_per_user"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("portfolio:person-detail", args=[self.pk])


class Project(OrgModel):
    """A project or product that delivers releases."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        CLOSED = "closed", _("Closed")

    key = models.CharField(_("key"), max_length=60, validators=[key_validator])
    name = models.CharField(_("name"), max_length=160)
    portfolio = org_fk(Portfolio, related_name="projects", verbose_name=_("portfolio"))
    team = org_fk(Team, null=True, related_name="projects", verbose_name=_("team"))
    lead = org_fk(Person, null=True, related_name="projects_led", verbose_name=_("lead"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    tracking_started_on = models.DateField(_("tracked since"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("project", "portfolio", "team", "lead"),
            models.UniqueConstraint(fields=["org", "key"], name="project_key_once"),
        ]
        indexes = [models.Index(fields=["org", "portfolio"], name="project_by_portfolio")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("portfolio:project-detail", args=[self.key])


class Application(OrgModel):
    """A system that is changed by releases and has environments."""

    class Criticality(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    key = models.CharField(_("key"), max_length=60, validators=[key_validator])
    name = models.CharField(_("name"), max_length=160)
    criticality = models.CharField(
        _("criticality"), max_length=10, choices=Criticality, default=Criticality.MEDIUM
    )
    owner = org_fk(Person, null=True, related_name="applications_owned", verbose_name=_("owner"))
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("application", "owner"),
            models.UniqueConstraint(fields=["org", "key"], name="application_key_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("portfolio:application-detail", args=[self.key])


class ApplicationDependency(OrgModel):
    """One application needs another to work."""

    application = org_fk(Application, related_name="dependencies", verbose_name=_("application"))
    needs = org_fk(Application, related_name="dependants", verbose_name=_("needs"))

    class Meta:
        constraints = [
            *org_walls("applicationdependency", "application", "needs"),
            models.UniqueConstraint(
                fields=["org", "application", "needs"], name="applicationdependency_once"
            ),
            models.CheckConstraint(
                name="applicationdependency_not_on_itself", condition=~Q(application=F("needs"))
            ),
        ]

    def __str__(self):
        return f"{self.application} needs {self.needs}"


class OwnershipQuerySet(models.QuerySet):
    """Words for effective-dated ownership."""

    def at(self, instant):
        """Ownerships that hold at an instant."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=instant), starts_at__lte=instant)


class Ownership(OrgModel):
    """A project owns an application for a time ``[starts_at, ends_at)``; open while ``ends_at`` is empty."""

    application = org_fk(Application, related_name="ownerships", verbose_name=_("application"))
    project = org_fk(Project, related_name="ownerships", verbose_name=_("project"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(OwnershipQuerySet)

    class Meta:
        constraints = [
            *org_walls("ownership", "application", "project"),
            models.CheckConstraint(
                name="ownership_ends_after_start", condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at"))
            ),
            ExclusionConstraint(
                name="ownership_one_project_at_a_time",
                expressions=[
                    ("org", RangeOperators.EQUAL),
                    ("application", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["org", "project"], name="ownership_by_project")]

    def __str__(self):
        return f"{self.project} owns {self.application}"


class Environment(OrgModel):
    """An instance of one or more systems for a purpose: its identity. How it is used: `environments`."""

    class Type(models.TextChoices):
        DEV = "dev", _("DEV")
        SIT = "sit", _("SIT")
        UAT = "uat", _("UAT")
        PRE = "pre", _("PRE")
        PRD = "prd", _("PRD")

    key = models.CharField(_("key"), max_length=60, validators=[key_validator])
    name = models.CharField(_("name"), max_length=120)
    type = models.CharField(_("type"), max_length=3, choices=Type)
    application = org_fk(Application, null=True, related_name="environments", verbose_name=_("application"))
    owner = org_fk(Person, null=True, related_name="environments_owned", verbose_name=_("owner"))
    is_persistent = models.BooleanField(_("persistent"), default=True)
    commissioned_at = models.DateTimeField(_("in service since"), db_default=Now())
    decommissioned_at = models.DateTimeField(_("out of service since"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("environment", "application", "owner"),
            models.UniqueConstraint(fields=["org", "key"], name="environment_key_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("environments:environment-detail", args=[self.key])
