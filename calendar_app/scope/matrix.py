"""The system impact matrix: releases x applications, by code, configuration or regression; crowded systems are named."""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, ReleaseImpact
from calendar_app.models.releases import NotPossible
from calendar_app.releases.plans import remove_impacts
from calendar_app.releases.tree import in_manifest
from releasemgr.changes.revisions import Revision, create, lock, revise

CROWD = 3  # releases that change one system in one enterprise release, or within WEEKS of each other
WEEKS = 4
COLUMNS, ROWS = 12, 24  # a page stays below 1,500 nodes
_CHANGES = ~Q(impact=ReleaseImpact.Impact.REGRESSION)


@dataclass(frozen=True)
class System:
    """An application that releases of the matrix touch; ``changing`` of them by code or configuration."""

    pk: object
    key: str
    name: str
    touching: int
    changing: int

    @property
    def is_crowded(self):
        """Whether so many change it that they need to be looked at together."""
        return self.changing >= CROWD


@dataclass(frozen=True)
class Cell:
    """What a release does to a system; ``impact`` is "" for nothing."""

    release: Release
    system: System
    impact: str

    @property
    def words(self):
        """The impact in words, "" for none."""
        return ReleaseImpact.Impact(self.impact).label if self.impact else ""


class Matrix:
    """One page of the matrix of a release: the most crowded systems first, and the releases that touch them."""

    def __init__(self, release, query):
        ids = in_manifest(release)
        impacts = ReleaseImpact.objects.filter(release__in=ids)
        self.systems = _systems(release, impacts)
        self.crowded = [system for system in self.systems if system.is_crowded]
        self.columns = Paginator(self.systems, COLUMNS).get_page(query.get("systems"))
        touching = impacts.filter(application__in=[system.pk for system in self.columns])
        rows = Release.objects.filter(pk__in=touching.values("release")).order_by("target_date", "number")
        self.page = Paginator(rows, ROWS).get_page(query.get("page"))
        shown = list(self.page)
        known = {
            (release_id, pk): impact
            for release_id, pk, impact in touching.filter(release__in=[row.pk for row in shown]).values_list(
                "release_id", "application_id", "impact"
            )
        }
        self.rows = [
            (row, [Cell(row, system, known.get((row.pk, system.pk), "")) for system in self.columns])
            for row in shown
        ]
        self.untouching = len(ids) - impacts.order_by().values("release").distinct().count()


def cell_of(release, application):
    """One Cell as it is stored now."""
    row = ReleaseImpact.objects.filter(release=release, application=application).first()
    system = System(application.pk, application.key, application.name, 0, 0)
    return Cell(release, system, row.impact if row else "")


def set_impact(release, application, impact, *, was, by, at):
    """Say what a release does to a system ("" for nothing); ``was`` is what its author saw there."""
    with transaction.atomic():
        fresh = lock(Release, [release.pk])[release.pk]
        if not fresh.is_open:
            raise NotPossible({"impact": _("%(release)s is over.") % {"release": fresh}})
        row = ReleaseImpact.objects.filter(release=fresh, application=application).first()
        now_there = row.impact if row else ""
        if was is not None and was != now_there:
            words = cell_of(fresh, application).words or _("none")
            raise ValidationError(
                {"impact": _("Somebody set it to “%(impact)s” meanwhile.") % {"impact": words}}
            )
        if row is None and impact:
            create(
                [ReleaseImpact(release=fresh, application=application, impact=impact)],
                by=by,
                at=at,
                verb="added",
            )
        elif row and not impact:
            _check_leaves_one(fresh)
            remove_impacts([row], by=by, at=at)
        elif row:
            revise([Revision(row, row.version, {"impact": impact})], by=by, at=at, verb="edited")


def _check_leaves_one(release):
    if release.kind == Release.Kind.INITIATIVE and release.impacts.count() == 1:
        raise ValidationError({"impact": _("A change initiative affects at least one application.")})


def _systems(release, impacts):
    """The systems of the matrix, those that most releases change first.

    Of a single release: counted are all open releases that go live within WEEKS of it.
    """
    touched = impacts
    if release.kind != Release.Kind.ENTERPRISE:
        touched = ReleaseImpact.objects.filter(
            _near(release) | Q(release=release), application__in=impacts.values("application")
        )
    rows = touched.values_list("application_id", "application__key", "application__name").annotate(
        touching=Count("pk"), changing=Count("pk", filter=_CHANGES)
    )
    return [
        System(*row) for row in rows.order_by("-changing", "-touching", "application__name", "application_id")
    ]


def _near(release):
    """Impacts of other open releases around the go-live of a release; enterprise releases carry none themselves."""
    if release.target_date is None:
        return Q(pk__in=[])
    around = timedelta(weeks=WEEKS)
    return Q(
        release__status__in=Release.OPEN,
        release__target_date__gte=release.target_date - around,
        release__target_date__lte=release.target_date + around,
    )
