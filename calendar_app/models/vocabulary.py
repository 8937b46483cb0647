"""The organisation's own words: types, statuses and risk levels of releases, each mapped to what the product knows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk


class OwnWord(OrgModel):
    """An entry of a list the organisation keeps; a retired one is no longer offered but stays where it was used."""

    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    is_retired = models.BooleanField(_("retired"), default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(OrgModel.Meta):
        abstract = True

    def __str__(self):
        return self.name


class ReleaseType(OwnWord):
    """A type of release: major, minor, hotfix."""

    class Meta:
        constraints = [
            *org_walls("releasetype"),
            models.UniqueConstraint(fields=["org", "name"], name="releasetype_name_once"),
        ]


class ReleaseStatus(OwnWord):
    """A status word, of every type or of one; code and key figures see only its ``lifecycle`` value."""

    class Lifecycle(models.TextChoices):
        PLANNED = "planned", _("Planned")
        ACTIVE = "active", _("In progress")
        ON_HOLD = "on_hold", _("On hold")
        LIVE = "live", _("Live")
        CANCELLED = "cancelled", _("Cancelled")

    release_type = org_fk(ReleaseType, null=True, related_name="statuses", verbose_name=_("type"))
    lifecycle = models.CharField(_("means"), max_length=10, choices=Lifecycle)

    class Meta:
        constraints = [
            *org_walls("releasestatus", "release_type"),
            models.UniqueConstraint(
                fields=["org", "release_type", "name"],
                nulls_distinct=False,
                name="releasestatus_name_once_per_type",
            ),
        ]


class RiskLevel(OwnWord):
    """A risk word, mapped to low, medium or high."""

    class Level(models.TextChoices):
        LOW = "low", _("Low")
        MEDIUM = "medium", _("Medium")
        HIGH = "high", _("High")

    level = models.CharField(_("means"), max_length=6, choices=Level)

    class Meta:
        constraints = [
            *org_walls("risklevel"),
            models.UniqueConstraint(fields=["org", "name"], name="risklevel_name_once"),
        ]
