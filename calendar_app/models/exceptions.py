"""Exception requests: formal permission to differ."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.blockouts import Blockout
from calendar_app.models.criteria import Criterion
from calendar_app.models.releases import Release
from calendar_app.models.trains import Nomination
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager
from releasemgr.tenancy.scope import current_org

EXPIRES_SOON = timedelta(days=14)


class ExceptionQuerySet(models.QuerySet):
    """Words for sets of exception requests."""

    def for_list(self):
        """With what a row of a list shows."""
        return self.select_related("release", "approver")

    def waiting(self):
        """Asked for and not yet decided."""
        return self.filter(state=ExceptionRequest.State.REQUESTED)

    def expiring(self, at):
        """In force, and over soon after an instant."""
        return self.in_force(at).filter(expires_at__lte=at + EXPIRES_SOON)

    def in_force(self, at):
        """Granted and not yet expired at an instant."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), state=ExceptionRequest.State.GRANTED)


class ExceptionRequest(OrgModel):
    """A release asks to differ from a rule, with the risk of either answer; a granted one ends at ``expires_at``.

    Until it is decided, ``expires_at`` is the end that was asked for. Which reference it names depends on its kind.
    """

    class Kind(models.TextChoices):
        LATE_ENTRY = "late_entry", _("Late entry")
        LATE_SCOPE = "late_scope", _("Scope after the lock")
        BLOCKOUT = "blockout", _("Work in a blockout")
        BASELINE_MOVE = "baseline", _("Move of a baselined date")
        WAIVER = "waiver", _("Waiver of a criterion")

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    release = org_fk(Release, related_name="exceptions", verbose_name=_("release"))
    criterion = org_fk(Criterion, null=True, related_name="waivers", verbose_name=_("criterion"))
    nomination = org_fk(Nomination, null=True, related_name="exceptions", verbose_name=_("nomination"))
    blockout = org_fk(Blockout, null=True, related_name="exceptions", verbose_name=_("blockout"))
    subject = models.CharField(_("what differs"), max_length=200)
    reason = models.TextField(_("why"), max_length=5_000)
    risk_if_granted = models.TextField(_("risk if granted"), max_length=5_000)
    risk_if_refused = models.TextField(_("risk if refused"), max_length=5_000)
    approver = org_fk(Person, related_name="exceptions_to_decide", verbose_name=_("approver"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField(_("requested"))
    requested_by_id = models.UUIDField(null=True)  # accounts.User, a control table
    requested_by_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True)
    decision_note = models.TextField(_("reason of the decision"), blank=True, max_length=5_000)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    was_used = models.BooleanField(_("used"), null=True)  # None until it has ended
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(ExceptionQuerySet)

    class Meta:
        constraints = [
            *org_walls("exceptionrequest", "release", "criterion", "nomination", "blockout", "approver"),
            models.UniqueConstraint(fields=["org", "number"], name="exceptionrequest_number_once"),
            models.UniqueConstraint(
                fields=["org", "release", "kind", "subject", "criterion", "nomination", "blockout"],
                condition=Q(state="requested"),
                nulls_distinct=False,
                name="exceptionrequest_asked_once",
            ),
            models.CheckConstraint(
                name="exceptionrequest_decided_has_instant",
                condition=Q(state__in=["requested", "withdrawn"]) | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="exceptionrequest_waiver_names_criterion",
                condition=~Q(kind="waiver") | Q(criterion__isnull=False),
            ),
            models.CheckConstraint(
                name="exceptionrequest_waiver_ends",
                condition=~Q(kind="waiver", state="granted") | Q(expires_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["org", "release"], name="exceptionrequest_by_release"),
            models.Index(
                fields=["org", "criterion"],
                condition=Q(criterion__isnull=False),
                name="exceptionrequest_by_criterion",
            ),
            models.Index(
                fields=["org", "blockout"],
                condition=Q(blockout__isnull=False),
                name="exceptionrequest_by_blockout",
            ),
            models.Index(
                fields=["org", "expires_at"], condition=Q(state="granted"), name="exceptionrequest_by_expiry"
            ),
            models.Index(
                fields=["org", "approver"],
                condition=Q(state="requested"),
                name="exceptionrequest_waiting",
            ),
        ]

    def __str__(self):
        return self.subject

    @property
    def reference(self):
        """What people call it by: ``EXC-7``."""
        return f"EXC-{self.number}"

    @property
    def last_day(self):
        """The last local day on which it holds; None when it has no end."""
        if self.expires_at is None:
            return None
        return local_date(self.expires_at - timedelta(microseconds=1), current_org().zone)

    def is_in_force(self, at):
        """Granted and not yet expired at an instant."""
        return self.state == self.State.GRANTED and (self.expires_at is None or self.expires_at > at)

    def get_absolute_url(self):
        return reverse("calendar:exception-detail", args=[self.number])
