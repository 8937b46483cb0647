"""What the dates of releases stand on: their working calendars, and the hard blockouts of what they change."""

from collections import defaultdict
from datetime import timedelta

from calendar_app.models import Blockout, Claim, ReleaseImpact
from calendar_app.templates.dates import Closure, Ground
from releasemgr.portfolio.calendars import standard_workdays
from releasemgr.tenancy.days import day_bounds, local_date
from releasemgr.tenancy.scope import current_org

_BEFORE, _AFTER = timedelta(days=1500), timedelta(days=400)
_INSTANT = timedelta(microseconds=1)


def grounds_of(releases, *, targets, applications=()):
    """``{release.pk: Ground}``; a release that is not written yet changes ``applications``.

    ``targets`` are the go-lives around which blockouts matter. Four statements, and one per further calendar.
    """
    resources = _resources(releases, applications)
    closures = _closures({pk for found in resources.values() for pk in found}, targets)
    workdays = _workdays(releases)
    return {
        release.pk: Ground(
            workdays[release.pk],
            tuple(dict.fromkeys(closure for pk in resources[release.pk] for closure in closures[pk])),
        )
        for release in releases
    }


def ground_of(release, *, targets, applications=()):
    """The Ground of one release."""
    return grounds_of([release], targets=targets, applications=applications)[release.pk]


def _resources(releases, applications):
    """Ids of what the dates of each release claim: its project or portfolio node, and the applications it changes."""
    found = {release.pk: [release.project_id or release.portfolio_id] for release in releases}
    impacts = ReleaseImpact.objects.filter(release__in=list(found))
    changed = impacts.exclude(impact=ReleaseImpact.Impact.REGRESSION)
    for release_id, application_id in changed.values_list("release_id", "application_id"):
        found[release_id].append(application_id)
    for release in releases:
        if release._state.adding:
            found[release.pk] += [application.pk for application in applications]
    return found


def _closures(resource_ids, targets):
    """``{resource id: [Closure, …]}`` of the hard blockouts around the go-lives; claims know every scope below theirs."""
    found, zone = defaultdict(list), current_org().zone
    days = [day for day in targets if day]
    if not days:
        return found
    starts_at, ends_at = day_bounds(min(days) - _BEFORE, max(days) + _AFTER, zone)
    claims = Claim.objects.filter(
        kind=Claim.Kind.BLOCKOUT,
        is_hard=True,
        resource_id__in=resource_ids - {None},
        ends_at__gt=starts_at,
        starts_at__lt=ends_at,
    ).order_by("starts_at", "source_id")
    blockouts = Blockout.objects.in_bulk({claim.source_id for claim in claims})
    for claim in claims:
        first, last = local_date(claim.starts_at, zone), local_date(claim.ends_at - _INSTANT, zone)
        stops = frozenset(blockouts[claim.source_id].stops)
        found[claim.resource_id].append(Closure(claim.title, first, last, stops))
    return found


def _workdays(releases):
    """``{release.pk: Workdays}`` by the template of each, or by the organisation's standard calendar."""
    calendars = {release.pk: _calendar(release) for release in releases}
    standard = standard_workdays() if None in calendars.values() else None
    counted = {calendar.pk: calendar.workdays() for calendar in calendars.values() if calendar}
    return {pk: counted[calendar.pk] if calendar else standard for pk, calendar in calendars.items()}


def _calendar(release):
    return release.template_version.template.calendar if release.template_version_id else None
