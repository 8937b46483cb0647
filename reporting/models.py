"""The metric store: periods, one item per fact, sparse cells, and the queue of cells to recompute.

Items and cells are derived: only workers write them, and a full recompute can rebuild them (docs/decisions/0010).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.models import OrgModel, org_manager
from reporting.periods import PeriodType, spans_between

MAX_ATTEMPTS = 5
PERIOD_TYPES = [(kind.value, kind.name.title()) for kind in PeriodType]


class MetricStore(OrgModel):
    """One row per organisation: shared by whoever routes or drains, taken alone by a full recompute."""

    periods_from = models.DateField(null=True)
    periods_until = models.DateField(null=True)
    midnight_on = models.DateField(null=True)  # the last local day whose beginning was worked off
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *org_walls("metricstore"),
            models.UniqueConstraint(fields=["org"], name="metricstore_one_per_org"),
        ]

    def __str__(self):
        return f"Metric store of {self.org_id}"


class PeriodQuerySet(models.QuerySet):
    """Words for stored periods."""

    def add_between(self, first, last, zone):
        """Store every period that holds a local date of ``[first, last]``; those that exist stay."""
        spans = [span for kind in PeriodType for span in spans_between(kind, first, last, zone)]
        rows = [
            Period(
                type=span.type,
                start_on=span.start_on,
                end_on=span.end_on,
                starts_at=span.starts_at,
                ends_at=span.ends_at,
            )
            for span in spans
        ]
        self.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


class Period(OrgModel):
    """A local day, week, month or quarter and the instants it lies between; SQL takes bounds only from here."""

    type = models.CharField(max_length=7, choices=PERIOD_TYPES)
    start_on = models.DateField()
    end_on = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = org_manager(PeriodQuerySet)

    class Meta:
        constraints = [
            *org_walls("period"),
            models.UniqueConstraint(fields=["org", "type", "start_on"], name="period_once"),
        ]
        indexes = [models.Index(fields=["org", "type", "starts_at"], name="period_by_start")]

    def __str__(self):
        return f"{self.type} from {self.start_on}"


class Item(OrgModel):
    """What figures need of one fact, in columns by metric family; empty columns do not concern it.

    ``scopes`` are the ids of everything the fact counts for (organisation, portfolio nodes, project, application,
    enterprise release, environment), each once.  Several ``part`` rows only where one fact owns several intervals.
    Part 0 is also what a worker locks while it rebuilds the fact.
    """

    class Entity(models.TextChoices):
        DEPLOYMENT = "deployment", _("Deployment")
        RELEASE = "release", _("Release")
        GATE = "gate", _("Gate")
        BOOKING = "booking", _("Booking")
        CAPACITY = "capacity", _("Capacity of an environment")
        EXCEPTION = "exceptionrequest", _("Exception request")

    entity = models.CharField(max_length=20, choices=Entity)
    fact_id = models.UUIDField()
    part = models.PositiveSmallIntegerField(default=0)
    scopes = ArrayField(models.UUIDField(), default=list)
    release_id = models.UUIDField(
        null=True
    )  # the release it belongs to, so that a release finds what depends on it
    lineage = models.CharField(max_length=160, blank=True)  # what its dependants take from it (releases)
    is_invalid = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)
    # deployments
    delivered_at = models.DateTimeField(null=True)
    # releases
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    live_at = models.DateTimeField(null=True)
    late_days = models.IntegerField(null=True)
    # gates, bookings and exception requests
    decided_at = models.DateTimeField(null=True)
    is_passed = models.BooleanField(null=True)
    is_denied = models.BooleanField(null=True)
    wait = models.DurationField(null=True)
    kind = models.CharField(max_length=10, null=True)  # noqa: DJ001 (empty where it does not apply, as its neighbours)
    is_unused = models.BooleanField(null=True)
    # an interval in which the fact counts as open
    open_from = models.DateTimeField(null=True)
    open_to = models.DateTimeField(null=True)
    # use and supply of environments
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    units = models.PositiveSmallIntegerField(null=True)
    reserved_from = models.DateTimeField(null=True)
    reserved_to = models.DateTimeField(null=True)
    # routing
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *org_walls("item"),
            models.UniqueConstraint(
                fields=["org", "entity", "fact_id", "part"], name="item_once_per_fact_part"
            ),
        ]
        indexes = [
            models.Index(
                fields=["org", "delivered_at"],
                name="item_by_delivery",
                condition=Q(delivered_at__isnull=False),
            ),
            models.Index(
                fields=["org", "entity", "decided_at"],
                name="item_by_decision",
                condition=Q(decided_at__isnull=False),
            ),
            models.Index(
                fields=["org", "due_on"], name="item_by_due_date", condition=Q(due_on__isnull=False)
            ),
            models.Index(
                fields=["org", "live_at"], name="item_by_go_live", condition=Q(live_at__isnull=False)
            ),
            models.Index(
                fields=["org", "entity", "open_from"],
                name="item_by_opening",
                condition=Q(open_from__isnull=False),
            ),
            models.Index(
                fields=["org", "entity", "starts_at"],
                name="item_by_start",
                condition=Q(starts_at__isnull=False),
            ),
            models.Index(
                fields=["org", "release_id"], name="item_by_release", condition=Q(release_id__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.entity} {self.fact_id} part {self.part}"


class CellQuerySet(models.QuerySet):
    """Words for sets of cells."""

    def series(self, metric, scope_id, period_type, first, last):
        """Cells of one metric and scope whose period starts in ``[first, last]``, in order."""
        return self.filter(
            metric=metric, scope_id=scope_id, period_type=period_type, start_on__gte=first, start_on__lte=last
        ).order_by("start_on")


class Cell(OrgModel):
    """One figure: a metric of a scope in a period.  Its id is the digest of its key (``touches.cell_id``).

    ``value`` is None where there is nothing to divide or rank; ``as_of`` is empty until first computed.
    """

    metric = models.CharField(max_length=8)
    scope_id = models.UUIDField()
    period_type = models.CharField(max_length=7, choices=PERIOD_TYPES)
    start_on = models.DateField()
    value = models.FloatField(null=True)
    numerator = models.FloatField(null=True)
    denominator = models.FloatField(null=True)
    n = models.PositiveIntegerField(default=0)
    n_open = models.PositiveIntegerField(default=0)
    n_invalid = models.PositiveIntegerField(default=0)
    n_cancelled = models.PositiveIntegerField(default=0)
    companions = models.JSONField(default=dict)
    is_partial = models.BooleanField(default=True)
    metric_version = models.PositiveSmallIntegerField(default=0)
    as_of = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    objects = org_manager(CellQuerySet)

    class Meta:
        constraints = [
            *org_walls("cell"),
            models.UniqueConstraint(
                fields=["org", "metric", "period_type", "start_on", "scope_id"], name="cell_once_per_key"
            ),
        ]
        indexes = [
            models.Index(
                fields=["org", "metric", "period_type", "scope_id", "start_on"],
                include=["value", "n", "is_partial"],  # charts of many scopes read the index only
                name="cell_by_scope",
            ),
            models.Index(
                fields=["org", "period_type", "start_on"], name="cell_partial", condition=Q(is_partial=True)
            ),
        ]

    def __str__(self):
        return f"{self.metric} of {self.scope_id}, {self.period_type} from {self.start_on}"


class CellMark(models.Model):
    """This cell must be recomputed.  A queue table (`tables.py`): appended only, deleted by who recomputed it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    org_id = models.UUIDField()
    cell_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["org_id", "at"], name="cellmark_by_org_and_time"),
            models.Index(fields=["org_id", "cell_id"], name="cellmark_by_cell"),
        ]

    def __str__(self):
        return f"mark of cell {self.cell_id}"


class Quarantine(OrgModel):
    """A fact or a cell that failed five times; it waits for an administrator's replay."""

    class Kind(models.TextChoices):
        ITEM = "item", _("Fact")
        CELL = "cell", _("Figure")

    kind = models.CharField(_("kind"), max_length=4, choices=Kind)
    row_id = models.UUIDField()
    label = models.CharField(_("what"), max_length=200)
    error = models.TextField(_("last error"), max_length=2_000)
    since = models.DateTimeField(_("since"), db_default=Now())
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("quarantine"),
            models.UniqueConstraint(fields=["org", "kind", "row_id"], name="quarantine_once_per_row"),
        ]

    def __str__(self):
        return self.label


class ScopeView(OrgModel):
    """When figures of a scope were last looked at; only those are refreshed between midnights."""

    scope_id = models.UUIDField()
    viewed_at = models.DateTimeField()

    class Meta:
        constraints = [
            *org_walls("scopeview"),
            models.UniqueConstraint(fields=["org", "scope_id"], name="scopeview_once_per_scope"),
        ]

    def __str__(self):
        return f"{self.scope_id} at {self.viewed_at}"
