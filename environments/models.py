"""How environments are used: capacity and cost, bookings, outages."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Phase, Release
from releasemgr.portfolio.models import Environment, Project, TsTzRange
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class EnvironmentUse(OrgModel):
    """The use of one environment: the row that is locked whenever its bookings change (`bookings.py`)."""

    environment = org_fk(Environment, related_name="uses")  # one: see the constraint, which leads with org
    setup_effort_hours = models.DecimalField(
        _("set-up effort (hours)"),
        max_digits=8,
        decimal_places=1,
        default=0,
        validators=[MinValueValidator(0)],
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("environmentuse", "environment"),
            models.UniqueConstraint(fields=["org", "environment"], name="environmentuse_one_per_environment"),
            models.CheckConstraint(
                name="environmentuse_effort_not_negative", condition=Q(setup_effort_hours__gte=0)
            ),
        ]

    def __str__(self):
        return f"Use of {self.environment}"


class CapacityStep(OrgModel):
    """Units and hourly cost of an environment from an instant on, until the next step."""

    environment = org_fk(Environment, related_name="capacity_steps")
    starts_at = models.DateTimeField(_("from"))
    units = models.PositiveSmallIntegerField(_("units"))
    hourly_cost = models.DecimalField(
        _("cost per hour"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("capacitystep", "environment"),
            models.UniqueConstraint(
                fields=["org", "environment", "starts_at"], name="capacitystep_once_per_instant"
            ),
            models.CheckConstraint(name="capacitystep_cost_not_negative", condition=Q(hourly_cost__gte=0)),
        ]

    def __str__(self):
        return f"{self.units} units of {self.environment}"


class BookingQuerySet(models.QuerySet):
    """Words for sets of bookings."""

    def holding(self):
        """Bookings that take units."""
        return self.filter(holds=True)

    def during(self, starts_at, ends_at):
        """Bookings that overlap ``[starts_at, ends_at)``."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def for_list(self):
        """Bookings with what a list shows, the latest time first."""
        return self.select_related("environment", "project").order_by("-starts_at", "-pk")


class Booking(OrgModel):
    """A request for units of an environment for ``[starts_at, ends_at)`` (a TEBR), and what became of it.

    ``requested_starts_at`` and ``requested_ends_at`` keep what was asked for first. ``holds`` is true while the
    booking takes units: it stands in the exclusion constraint and in the peak query. ``is_exclusive`` takes all units.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        ACTIVE = "active", _("In use")
        COMPLETED = "completed", _("Completed")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Cancelled")

    class Refusal(models.TextChoices):
        CAPACITY = "capacity", _("No capacity")
        POLICY = "policy", _("Policy")
        OTHER = "other", _("Other")

    HOLDING = (Status.APPROVED, Status.ACTIVE)

    number = models.PositiveIntegerField(_("number"))
    environment = org_fk(Environment, related_name="bookings", verbose_name=_("environment"))
    requested_environment = org_fk(
        Environment, related_name="bookings_wanted", verbose_name=_("wanted environment")
    )
    project = org_fk(Project, null=True, related_name="bookings", verbose_name=_("project"))
    release = org_fk(Release, null=True, related_name="bookings", verbose_name=_("release"))
    phase = org_fk(Phase, null=True, related_name="bookings", verbose_name=_("phase"))
    purpose = models.CharField(_("purpose"), max_length=200)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    units = models.PositiveSmallIntegerField(_("units"), default=1, validators=[MinValueValidator(1)])
    is_exclusive = models.BooleanField(_("exclusive use"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.REQUESTED)
    holds = models.BooleanField(default=False)
    request_key = models.UUIDField()
    requested_by_id = models.UUIDField(null=True)  # accounts.User, a control table
    requested_by_name = models.CharField(max_length=120, blank=True)
    requested_at = models.DateTimeField(_("requested"))
    requested_starts_at = models.DateTimeField(_("wanted from"))
    requested_ends_at = models.DateTimeField(_("wanted until"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True)
    refusal = models.CharField(_("reason for refusal"), max_length=8, choices=Refusal, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5_000)
    actual_started_at = models.DateTimeField(_("used from"), null=True, blank=True)
    actual_ended_at = models.DateTimeField(_("used until"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(BookingQuerySet)

    class Meta:
        constraints = [
            *org_walls("booking", "environment", "requested_environment", "project", "release", "phase"),
            models.UniqueConstraint(fields=["org", "number"], name="booking_number_once"),
            models.UniqueConstraint(fields=["org", "request_key"], name="booking_request_once"),
            models.CheckConstraint(name="booking_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="booking_takes_a_unit", condition=Q(units__gte=1)),
            models.CheckConstraint(
                name="booking_holds_while_approved_or_active",
                condition=Q(holds=True, status__in=["approved", "active"])
                | (Q(holds=False) & ~Q(status__in=["approved", "active"])),
            ),
            models.CheckConstraint(
                name="booking_used_until_after_from",
                condition=Q(actual_ended_at=None) | Q(actual_ended_at__gte=F("actual_started_at")),
            ),
            ExclusionConstraint(
                name="booking_no_overlap_when_exclusive",
                expressions=[
                    ("org", RangeOperators.EQUAL),
                    ("environment", RangeOperators.EQUAL),
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(holds=True, is_exclusive=True),
                deferrable=models.Deferrable.IMMEDIATE,  # so that two bookings can change places in one statement
            ),
        ]
        indexes = [
            models.Index(
                fields=["org", "environment", "starts_at", "ends_at"], name="booking_by_environment"
            ),
            models.Index(fields=["org", "starts_at", "ends_at"], name="booking_by_time"),
            models.Index(fields=["org", "status", "requested_at"], name="booking_by_status"),
            models.Index(fields=["org", "release"], name="booking_by_release"),
            models.Index(fields=["org", "requested_by_id", "starts_at"], name="booking_by_requester"),
        ]

    def __str__(self):
        return f"{self.purpose} ({self.reference})"

    @property
    def reference(self):
        """What people call it by: ``BKG-7``."""
        return f"BKG-{self.number}"

    def get_absolute_url(self):
        return reverse("environments:booking-detail", args=[self.number])


class Outage(OrgModel):
    """A time ``[starts_at, ends_at)`` in which an environment cannot be used; open while ``ends_at`` is empty."""

    environment = org_fk(Environment, related_name="outages", verbose_name=_("environment"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    is_planned = models.BooleanField(_("planned"), default=True)
    reason = models.CharField(_("reason"), max_length=200)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("outage", "environment"),
            models.CheckConstraint(
                name="outage_ends_after_start", condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at"))
            ),
        ]
        indexes = [models.Index(fields=["org", "environment", "starts_at"], name="outage_by_environment")]

    def __str__(self):
        return self.reason

    def get_absolute_url(self):
        return reverse("environments:outage-detail", args=[self.pk])
