"""Running an import: one transaction a slice, so that whatever stops it leaves whole cycles and it can be repeated."""

import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate

from calendar_app.models import Deployment, Gate, Milestone, Release, Version
from releasemgr.changes.nouns import one_act
from releasemgr.importers.arrivals import Arrivals
from releasemgr.importers.openstack.cycle import bring_cycle, bring_independents
from releasemgr.importers.openstack.pack import INDEPENDENT
from releasemgr.importers.openstack.portfolio import bring_portfolio
from releasemgr.portfolio.models import Environment
from releasemgr.tenancy.scope import org_scope

_PREFIX = "openstack/"


@dataclass
class Report:
    """What an import read, made and changed, and the rows it left out."""

    read: dict[str, int]
    arrivals: Arrivals
    problems: list
    stored: dict[str, int] = field(default_factory=dict)
    cycles: dict[str, dict] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def changed_nothing(self):
        """Whether everything was there already, just so."""
        return not self.arrivals.created.total() and not self.arrivals.changed.total()


def run(pack, org, *, at, progress):
    """Import a pack into an organisation. ``progress(text)`` is told of each slice. Returns a Report.

    Must run outside any scope: every slice opens its own.
    """
    started = time.monotonic()
    arrivals = Arrivals(at)
    report = Report(_read(pack), arrivals, pack.problems)
    with _slice(org):
        stock = bring_portfolio(pack, org, arrivals)
    slices = [*pack.cycles.values(), None]
    for number, cycle in enumerate(slices, start=1):
        with _slice(org):
            _bring(pack, cycle, org, stock, arrivals)
        name = cycle.key if cycle else INDEPENDENT
        progress(f"{number:>3}/{len(slices)}  {name:<14} {len(pack.versions[name]):>6} versions")
    with org_scope(org):
        report.stored, report.cycles = _stored(), _stored_cycles()
    report.seconds = round(time.monotonic() - started, 1)
    return report


@contextmanager
def _slice(org):
    """One transaction in the organisation's scope; what follows from all its rows is worked out once, at its end."""
    with org_scope(org), one_act():
        yield


def _bring(pack, cycle, org, stock, arrivals):
    if cycle:
        bring_cycle(pack, cycle, org, stock, arrivals)
    else:
        bring_independents(pack, stock, arrivals)


def _read(pack):
    """Sound rows by file."""
    versions = [line for lines in pack.versions.values() for line in lines]
    events = [event for events in pack.events.values() for event in events]
    return {
        "cycles": len(pack.cycles),
        "events": len(events),
        "events_listed_twice": len(events) - len({event.identity for event in events}),
        "projects": sum(len(deliverables) for deliverables in pack.deliverables.values()),
        "versions": len(versions),
        "versions_dated": sum(line.released_at is not None for line in versions),
        "schedule_changes": sum(len(changes) for changes in pack.changes.values()),
    }


def _stored():
    """What is in the organisation now that came from a pack."""
    releases = Release.objects.filter(source_key__gte=_PREFIX, source_key__lt="openstack0")
    versions = Version.objects.exclude(source_key="")
    deployments = Deployment.objects.exclude(source_key="")
    return {
        "enterprise_releases": releases.filter(kind=Release.Kind.ENTERPRISE).count(),
        "project_releases": releases.filter(kind=Release.Kind.PROJECT).count(),
        "independent_releases": releases.filter(kind=Release.Kind.INDEPENDENT).count(),
        "gates": Gate.objects.exclude(source_key="").count(),
        "milestones": Milestone.objects.exclude(source_key="").count(),
        "versions": versions.count(),
        "versions_dated": versions.filter(released_at__isnull=False).count(),
        "versions_bounded": versions.filter(date_quality=Version.DateQuality.BOUNDED).count(),
        "versions_undated": versions.filter(date_quality=Version.DateQuality.UNKNOWN).count(),
        "deployments_production": deployments.filter(stage=Environment.Type.PRD).count(),
        "deployments_before_production": deployments.exclude(stage=Environment.Type.PRD).count(),
    }


def _stored_cycles():
    """Per cycle: its deliverables, versions, and finals on the coordinated day, counted in the database."""
    final_that_day = Q(kind=Version.Kind.FINAL, day=F("release__parent__target_date"))
    versions = {
        row["release__parent"]: row
        for row in Version.objects.filter(release__parent__isnull=False)
        .annotate(day=TruncDate("released_at"))
        .values("release__parent")
        .annotate(versions=Count("pk"), finals_on_the_day=Count("pk", filter=final_that_day))
    }
    enterprises = Release.objects.filter(kind=Release.Kind.ENTERPRISE, source_key__startswith=_PREFIX)
    found = {}
    for release in enterprises.annotate(deliverables=Count("children")).order_by("target_date", "pk"):
        counted = versions.get(release.pk, {"versions": 0, "finals_on_the_day": 0})
        found[release.source_key.removeprefix(_PREFIX)] = {
            "final_date": str(release.target_date),
            "deliverables": release.deliverables,
            "versions": counted["versions"],
            "finals_on_the_day": counted["finals_on_the_day"],
        }
    return found
