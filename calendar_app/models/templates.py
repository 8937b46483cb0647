"""Release templates and their versions."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Release
from releasemgr.portfolio.models import WorkingCalendar
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class TemplateQuerySet(models.QuerySet):
    """Words for templates."""

    def usable(self):
        """Not retired, and published at least once."""
        return self.filter(retired_at=None, versions__published_at__isnull=False).distinct()


class Template(OrgModel):
    """A way of doing releases: phases, gates, criteria, activities and parts, kept in versions.

    ``calendar`` counts its working days; without one the organisation's standard does.
    """

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("for"), max_length=12, choices=Release.Kind)
    description = models.TextField(_("description"), blank=True, max_length=5_000)
    calendar = org_fk(
        WorkingCalendar, null=True, related_name="templates", verbose_name=_("working calendar")
    )
    starter = models.CharField(max_length=40, blank=True)  # the starter template it was made from
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(TemplateQuerySet)

    class Meta:
        constraints = [
            *org_walls("template", "calendar"),
            models.UniqueConstraint(fields=["org", "name"], name="template_name_once"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("calendar:template-detail", args=[self.pk])


class VersionQuerySet(models.QuerySet):
    """Words for versions of templates."""

    def published(self):
        """Those that releases can be built from, the newest first."""
        return self.filter(published_at__isnull=False).order_by("-number")


class TemplateVersion(OrgModel):
    """One state of a template. ``plan`` is the document of `calendar_app.templates.plan`; fixed once published."""

    template = org_fk(Template, related_name="versions", on_delete=models.CASCADE)
    number = models.PositiveSmallIntegerField(_("version"))
    plan = models.JSONField(default=dict)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by_name = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(VersionQuerySet)

    class Meta:
        constraints = [
            *org_walls("templateversion", "template"),
            models.UniqueConstraint(fields=["org", "template", "number"], name="templateversion_number_once"),
            models.UniqueConstraint(
                fields=["org", "template"], condition=Q(published_at=None), name="templateversion_one_draft"
            ),
        ]

    def __str__(self):
        return f"{self.template}, version {self.number}"
