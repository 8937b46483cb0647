"""A calibrated large organisation: any number of deployments, distributed as in the OpenStack data pack.

Written past the verbs, in multi-row inserts without entries in the history: claims are those of the stakers, and
figures come from one recompute at the end. One train is one transaction, so that an interrupted run can go on.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from random import Random

from django.core.exceptions import ValidationError
from django.db import connection

from calendar_app.claims import claims_of
from calendar_app.models import Deployment, Release, ReleaseImpact, Version
from releasemgr.portfolio.models import Application, Environment, Ownership, Portfolio, Project, Team
from releasemgr.tenancy.days import day_start
from releasemgr.tenancy.models import next_numbers
from releasemgr.tenancy.scope import org_scope
from reporting.recompute import recompute

TRAINS, TRAIN_DAYS = 40, 91
# From the pack: the logarithm of versions per deliverable and cycle, and of hours from request to release.
VERSIONS_MU, VERSIONS_SIGMA, MOST_VERSIONS = 1.3335, 0.6974, 37
REVIEW_MU, REVIEW_SIGMA = 4.256, 1.775
MEAN_VERSIONS = 4.76
# Weeks of a train by how much is released in them: quiet at first, bursts at the freeze and at the end.
_WEEKS = (1, 1, 1, 1.2, 1, 1.5, 1, 1, 2, 3, 1.5, 6, 4)
_HOURS = (8, 9, 9, 10, 10, 11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 17, 18, 19, 20, 22)
_WEEKDAYS = (0.19, 0.15, 0.20, 0.27, 0.18, 0.005, 0.005)
_SOURCE = "calibrated"
_PROJECT = "calibrated-"
_FAILED = 0.04
_NODES, _PER_TEAM, _CHUNK = 12, 8, 1000


@dataclass(frozen=True)
class Volume:
    """How many deployments are wanted, by which dice, around which local day."""

    org: object
    events: int
    seed: int
    today: date

    @property
    def deliverables(self):
        """As many as it takes for 40 trains to carry the events, with a little to spare."""
        return math.ceil(self.events / (TRAINS * MEAN_VERSIONS) * 1.05)

    @property
    def now(self):
        """The instant at which today begins."""
        return day_start(self.today, self.org.zone)


def plant_volume(volume, *, at, progress):
    """Plant what is missing of a calibrated organisation; ``progress(text)`` is told of each train.

    Returns the number of its deployments. Raises ValidationError when the organisation holds anything else. Runs
    outside any scope.
    """
    with org_scope(volume.org):
        if Project.objects.exclude(key__startswith=_PROJECT).exists():
            raise ValidationError(f"{volume.org.slug} holds other projects; name an organisation of its own.")
        projects = _plant_portfolio(volume)
        planted = Deployment.objects.count()
    for number in reversed(range(TRAINS)):  # the newest first: what is left out is old
        with org_scope(volume.org):
            if not Release.objects.filter(source_key=f"{_SOURCE}/{number}").exists():
                planted += _plant_train(volume, projects, number, most=volume.events - planted)
        progress(f"{TRAINS - number:>3}/{TRAINS} trains, {planted:,} deployments")
    recompute(volume.org, as_of=at)
    return planted


def _plant_portfolio(volume):
    """``[(project, application)]``, made when they are missing."""
    if not Project.objects.exists():
        count, since = volume.deliverables, day_start(_first_day(volume, 0), volume.org.zone)
        root = Portfolio(name=volume.org.name)
        nodes = [Portfolio(name=f"Division {n + 1}", parent=root) for n in range(_NODES)]
        teams = [Team(name=f"Team {n + 1}") for n in range(math.ceil(count / _PER_TEAM))]
        applications = [Application(key=f"application-{n}", name=f"Application {n}") for n in range(count)]
        projects = [
            Project(
                key=f"{_PROJECT}{n}",
                name=f"Project {n}",
                portfolio=nodes[n % _NODES],
                team=teams[n // _PER_TEAM],
            )
            for n in range(count)
        ]
        owned = [
            Ownership(application=application, project=project, starts_at=since)
            for application, project in zip(applications, projects, strict=True)
        ]
        for rows in ([root], nodes, teams, applications, projects, owned):
            insert(rows)
    ownerships = Ownership.objects.select_related("project", "application").order_by("project__key")
    return [(row.project, row.application) for row in ownerships]


def _plant_train(volume, projects, number, *, most):
    """One enterprise release with a release of every project; returns the number of deployments, at most ``most``."""
    random = Random(f"{volume.seed}/{number}")  # noqa: S311 (no secret)
    enterprise, releases = _releases(volume, projects, number)
    built = list(islice(_versions(volume, random, releases, projects, number), most))
    deployments = [_deployment(volume, random, version) for version in built]
    built = [version for version in built if version.released_at < volume.now]
    for rows, noun in (([enterprise], "release"), (releases, "release"), (deployments, "deployment")):
        for row, given in zip(rows, next_numbers(noun, len(rows)), strict=True):
            row.number = given
    impacts = [
        ReleaseImpact(release=release, application=application)
        for release, (_project, application) in zip(releases, projects, strict=True)
    ]
    for rows in ([enterprise], releases, impacts, built, deployments):
        insert(rows)
    for rows in ([enterprise], releases, deployments):
        for chunk in _chunks(rows):
            insert(list(claims_of(chunk).values()))
    return len(deployments)


def _first_day(volume, number):
    """Trains go back from today, the newest ending in four weeks."""
    newest = volume.today + timedelta(days=28 - TRAIN_DAYS)
    return newest - timedelta(days=TRAIN_DAYS * (TRAINS - 1 - number))


def _releases(volume, projects, number):
    starts_on = _first_day(volume, number)
    target, zone = starts_on + timedelta(days=TRAIN_DAYS - 1), volume.org.zone
    is_over = target < volume.today
    common = {
        "status": Release.Status.LIVE if is_over else Release.Status.ACTIVE,
        "starts_on": starts_on,
        "target_date": target,
        "baseline_date": target,
        "baselined_at": day_start(starts_on, zone),
        "started_at": day_start(starts_on, zone),
        "actual_go_live": day_start(target, zone) + timedelta(hours=12) if is_over else None,
    }
    kind, key = Release.Kind.ENTERPRISE, f"{_SOURCE}/{number}"
    enterprise = Release(kind=kind, name=f"Train {number + 1}", source_key=key, **common)
    releases = [
        Release(
            kind=Release.Kind.PROJECT,
            name=f"{project.name}, train {number + 1}",
            source_key=f"{key}/{project.key}",
            parent=enterprise,
            project=project,
            **common,
        )
        for project, _application in projects
    ]
    return enterprise, releases


def _versions(volume, random, releases, projects, number):
    """Versions of every release of a train; the last of each is its final one."""
    starts_on, zone = _first_day(volume, number), volume.org.zone
    days = {}
    for release, (_project, application) in zip(releases, projects, strict=True):
        count = min(MOST_VERSIONS, max(1, round(random.lognormvariate(VERSIONS_MU, VERSIONS_SIGMA))))
        times = sorted(_released_on(random, starts_on) for _ in range(count))
        for patch, (day, minutes) in enumerate(times):
            start = days.setdefault(day, day_start(day, zone))
            released_at = start + timedelta(minutes=minutes)
            review = timedelta(seconds=round(3600 * random.lognormvariate(REVIEW_MU, REVIEW_SIGMA)))
            yield Version(
                application=application,
                release=release,
                label=f"{number + 1}.{patch}.0",
                kind=Version.Kind.FINAL if patch == count - 1 else Version.Kind.INTERMEDIARY,
                released_at=released_at,
                date_quality=Version.DateQuality.EXACT,
                requested_at=released_at - review,
            )


def _released_on(random, starts_on):
    week, weekday = random.choices(range(13), _WEEKS)[0], random.choices(range(7), _WEEKDAYS)[0]
    return starts_on + timedelta(days=7 * week + weekday), 60 * random.choice(_HOURS) + random.randrange(60)


def _deployment(volume, random, version):
    """The deployment of a version; one still to be built is planned for the time of its release."""
    is_final = version.kind == Version.Kind.FINAL
    deployment = Deployment(
        application=version.application,
        release=version.release,
        stage=Environment.Type.PRD if is_final else Environment.Type.PRE,
        version_label=version.label,
    )
    minutes = timedelta(minutes=random.randint(4, 90))
    if version.released_at >= volume.now:
        deployment.planned_start, deployment.planned_end = version.released_at, version.released_at + minutes
        return deployment
    deployment.built = version
    deployment.started_at, deployment.finished_at = version.released_at, version.released_at + minutes
    failed = random.random() < _FAILED
    deployment.status = Deployment.Status.FAILED if failed else Deployment.Status.SUCCEEDED
    return deployment


def insert(rows):
    """Write rows of one model in multi-row inserts, as they are: no defaults of the database, nothing settled."""
    if not rows:
        return
    model = type(rows[0])
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    names = [field.attname for field in fields]
    line = f"({', '.join(['%s'] * len(fields))})"
    into = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES '  # noqa: S608
    with connection.cursor() as cursor:
        for chunk in _chunks(rows):
            # Row by row, because psycopg remembers how to fill a short statement but takes a long one apart each time.
            cursor.execute(
                into
                + ", ".join(cursor.mogrify(line, [getattr(row, name) for name in names]) for row in chunk)
            )


def _chunks(rows):
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk
