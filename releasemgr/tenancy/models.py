"""The tenant (Organisation) and the base of everything that belongs to one (OrgModel)."""

import zoneinfo

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.scope import current_org_id

slug_validator = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?\Z", _("Use small letters, digits and hyphens, at most 50.")
)
currency_validator = RegexValidator(
    r"^[A-Z]{3}\Z", _("Use the three capital letters of ISO 4217, such as EUR.")
)


def validate_zone(name):
    """Refuse a name that is not an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is not a known time zone."), params={"name": name})


class Organisation(models.Model):
    """A tenant: one company whose data no other company may see."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=50, unique=True, validators=[slug_validator])
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_validator])
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return f"/o/{self.slug}/"

    @property
    def zone(self):
        """The organisation's time zone as a tzinfo."""
        return zoneinfo.ZoneInfo(self.time_zone)


class OrgManager(models.Manager):
    """Starts every query with ``org_id = <the scope's organisation>``; raises ScopeError without a scope."""

    def get_queryset(self):
        org_id = current_org_id()
        queryset = super().get_queryset().filter(org_id=org_id)
        queryset.query.org_id = org_id
        return queryset


def org_manager(queryset_class):
    """A scoped manager that also offers the words of a QuerySet class."""
    return OrgManager.from_queryset(queryset_class)()


def org_fk(to, *, null=False, related_name=None, on_delete=models.PROTECT, **options):
    """A foreign key between tenant tables; its database constraint is the composite OrgForeignKey in Meta."""
    return models.ForeignKey(
        to,
        on_delete,
        null=null,
        blank=null,
        related_name=related_name,
        db_constraint=False,
        db_index=False,
        **options,
    )


class OrgModel(models.Model):
    """A row of one organisation. Concrete models put ``org_walls(…)`` into ``Meta.constraints``."""

    is_org_scoped = True

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    org = models.ForeignKey(
        Organisation,
        models.PROTECT,
        default=current_org_id,
        editable=False,
        db_index=False,
        related_name="%(class)ss",
    )

    objects = OrgManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


class Counter(OrgModel):
    """The last number given out for a noun of the organisation (REL-42); gaps are allowed."""

    noun = models.CharField(max_length=20)
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            *org_walls("counter"),
            models.UniqueConstraint(fields=["org", "noun"], name="counter_one_per_noun"),
        ]

    def __str__(self):
        return f"{self.noun} {self.value}"


def next_numbers(noun, count=1):
    """Reserve ``count`` numbers of a noun and return them as a range. Call it last in the transaction: it locks."""
    Counter.objects.bulk_create([Counter(noun=noun)], ignore_conflicts=True)
    counter = Counter.objects.select_for_update().get(noun=noun)
    Counter.objects.filter(pk=counter.pk).update(value=counter.value + count)
    return range(counter.value + 1, counter.value + count + 1)
