"""The weekly check-in of a release and its log of risks, issues and decisions."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.releases import Release
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class CheckIn(OrgModel):
    """What the owner of a release said of it in one week (``week`` is its Monday)."""

    class Health(models.TextChoices):
        ON_TRACK = "on_track", _("On track")
        AT_RISK = "at_risk", _("At risk")
        LATE = "late", _("Late")

    release = org_fk(Release, related_name="check_ins", on_delete=models.CASCADE)
    week = models.DateField(_("week"))
    health = models.CharField(_("status"), max_length=8, choices=Health)
    sentence = models.CharField(_("in one sentence"), max_length=300)
    target_date = models.DateField(_("planned go-live then"), null=True)
    made_at = models.DateTimeField(_("said"))
    made_by_id = models.UUIDField(null=True)  # accounts.User, a control table
    made_by_name = models.CharField(max_length=120)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("checkin", "release"),
            models.UniqueConstraint(fields=["org", "release", "week"], name="checkin_once_a_week"),
            models.CheckConstraint(name="checkin_week_is_a_monday", condition=Q(week__iso_week_day=1)),
        ]

    def __str__(self):
        return f"{self.release}, {self.week}"


class LogItemQuerySet(models.QuerySet):
    """Words for the log."""

    def open(self):
        """Nobody has closed or decided it."""
        return self.filter(closed_at=None)

    def high(self):
        """What blocks or wants a decision: probability x impact of at least HIGH."""
        return self.filter(score__gte=LogItem.HIGH)


class LogItem(OrgModel):
    """A risk, an issue or a decision of a release. ``score`` is probability x impact, each 1 to 5.

    An issue has happened: its probability is 5. A decision names its ``outcome`` when it is closed.
    """

    HIGH = 15

    class Kind(models.TextChoices):
        RISK = "risk", _("Risk")
        ISSUE = "issue", _("Issue")
        DECISION = "decision", _("Decision")

    number = models.PositiveIntegerField(_("number"))
    release = org_fk(Release, related_name="log_items", verbose_name=_("release"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=20_000)
    owner = org_fk(Person, null=True, related_name="log_items", verbose_name=_("owner"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    probability = models.PositiveSmallIntegerField(_("probability"), default=3)
    impact = models.PositiveSmallIntegerField(_("impact"), default=3)
    score = models.GeneratedField(
        expression=models.F("probability") * models.F("impact"),
        output_field=models.PositiveSmallIntegerField(),
        db_persist=True,
    )
    response = models.TextField(_("what is done about it"), blank=True, max_length=5_000)
    outcome = models.TextField(_("outcome"), blank=True, max_length=5_000)
    raised_at = models.DateTimeField(_("raised"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by_name = models.CharField(max_length=120, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(LogItemQuerySet)

    class Meta:
        constraints = [
            *org_walls("logitem", "release", "owner"),
            models.UniqueConstraint(fields=["org", "number"], name="logitem_number_once"),
            models.CheckConstraint(
                name="logitem_scale",
                condition=Q(probability__gte=1, probability__lte=5, impact__gte=1, impact__lte=5),
            ),
            models.CheckConstraint(
                name="logitem_decided_has_outcome",
                condition=~Q(kind="decision") | Q(closed_at=None) | ~Q(outcome=""),
            ),
        ]
        indexes = [models.Index(fields=["org", "release"], name="logitem_by_release")]

    def __str__(self):
        return self.title

    @property
    def reference(self):
        """What people call it by: ``LOG-7``."""
        return f"LOG-{self.number}"

    def get_absolute_url(self):
        return reverse("calendar:logitem-detail", args=[self.number])
