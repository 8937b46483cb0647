"""What one release needs of another, what was promised, and who left without it."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from calendar_app.models.gates import Gate
from calendar_app.models.releases import Release
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager


class DependencyQuerySet(models.QuerySet):
    """Words for sets of dependencies."""

    def unmet(self, today=None):
        """Still needed: requested or accepted, neither satisfied nor given up.

        With ``today``, waivers that ended before that local day count too, though no clock has recorded it yet.
        """
        needed = Q(state__in=[Dependency.State.REQUESTED, Dependency.State.ACCEPTED])
        if today is not None:
            needed |= Q(state=Dependency.State.WAIVED, waived_until__lt=today)
        return self.filter(needed)

    def alive(self):
        """Unmet, or done without for a time."""
        states = Dependency.State
        return self.filter(state__in=[states.REQUESTED, states.ACCEPTED, states.WAIVED])

    def for_list(self):
        """With what a row of a list shows."""
        return self.select_related("release", "provider", "provider_gate", "gate", "owner")


class Dependency(OrgModel):
    """``release`` (or its ``gate``) needs something of ``provider`` (or its ``provider_gate``) by a local day.

    ``promised_on`` is the last promise; a waiver ends after ``waived_until``.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        SATISFIED = "satisfied", _("Satisfied")
        WAIVED = "waived", _("Waived")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    number = models.PositiveIntegerField(_("number"))
    release = org_fk(Release, related_name="needs", verbose_name=_("release"))
    gate = org_fk(Gate, null=True, related_name="needs", verbose_name=_("needed for the gate"))
    provider = org_fk(Release, related_name="provides", verbose_name=_("provider"))
    provider_gate = org_fk(Gate, null=True, related_name="provides", verbose_name=_("met by the gate"))
    title = models.CharField(_("what is needed"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=5_000)
    owner = org_fk(Person, null=True, related_name="dependencies_owned", verbose_name=_("owner"))
    needed_by = models.DateField(_("needed by"))
    promised_on = models.DateField(_("promised for"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.REQUESTED)
    satisfied_at = models.DateTimeField(_("satisfied"), null=True, blank=True)
    satisfied_by_name = models.CharField(max_length=120, blank=True)  # empty: by itself
    waived_until = models.DateField(_("waived until"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=5_000)
    version = models.PositiveIntegerField(default=1)

    objects = org_manager(DependencyQuerySet)

    class Meta:
        constraints = [
            *org_walls("dependency", "release", "gate", "provider", "provider_gate", "owner"),
            models.UniqueConstraint(fields=["org", "number"], name="dependency_number_once"),
            models.CheckConstraint(name="dependency_not_on_itself", condition=~Q(release=F("provider"))),
            models.CheckConstraint(
                name="dependency_accepted_has_promise",
                condition=~Q(state="accepted") | Q(promised_on__isnull=False),
            ),
            models.CheckConstraint(
                name="dependency_waived_has_end", condition=~Q(state="waived") | Q(waived_until__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["org", "release"], name="dependency_by_release"),
            models.Index(fields=["org", "provider"], name="dependency_by_provider"),
        ]

    def __str__(self):
        return self.title

    @property
    def reference(self):
        """What people call it by: ``DEP`` is taken by deployments, so ``NEED-7``."""
        return f"NEED-{self.number}"

    def get_absolute_url(self):
        return reverse("calendar:dependency-detail", args=[self.number])


class Promise(OrgModel):
    """A date a provider gave for a dependency, and why it differs from the one before."""

    dependency = org_fk(Dependency, related_name="promises", on_delete=models.CASCADE)
    promised_on = models.DateField(_("promised for"))
    reason = models.TextField(_("reason"), blank=True, max_length=5_000)
    made_at = models.DateTimeField(_("made"))
    made_by_name = models.CharField(max_length=120)

    class Meta:
        constraints = org_walls("promise", "dependency")
        indexes = [models.Index(fields=["org", "dependency", "made_at"], name="promise_by_dependency")]

    def __str__(self):
        return f"{self.dependency}: {self.promised_on}"


class Departure(OrgModel):
    """An enterprise release decided to go without one of its releases."""

    release = org_fk(Release, related_name="departures")
    child = org_fk(Release, related_name="departed_from")
    left_at = models.DateTimeField(_("decided"))
    decided_by_name = models.CharField(max_length=120)
    reason = models.TextField(_("reason"), max_length=5_000)
    consequences = models.JSONField(default=list)  # what the preview said, as codes with parameters

    class Meta:
        constraints = org_walls("departure", "release", "child")
        indexes = [
            models.Index(fields=["org", "release"], name="departure_by_release"),
            models.Index(fields=["org", "child"], name="departure_by_child"),
        ]

    def __str__(self):
        return f"{self.release} without {self.child}"
