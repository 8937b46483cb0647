"""Planning and editing releases: their names, places, dates, and the applications they change."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, ReleaseImpact
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, create, lock, revise, settle
from releasemgr.tenancy.models import next_numbers


def plan(releases, *, by, at, applications=()):
    """Write new releases, each changing ``applications`` by code; numbers are given here. Returns an Outcome."""
    for release in releases:
        check_dates(release.starts_on, release.target_date)
        check_parent(release, release.parent, release.target_date)
    with transaction.atomic():
        for release, number in zip(releases, next_numbers("release", len(releases)), strict=True):
            release.number = number
        outcome = create(releases, by=by, at=at, verb="planned")
        impacts = [
            ReleaseImpact(release=release, application=application)
            for release in releases
            for application in applications
        ]
        ReleaseImpact.objects.bulk_create(impacts, batch_size=500)
        if impacts:
            settle(impacts)
    return outcome


def edit(release, values, *, by, at, applications=None):
    """Change what a release is; ``applications`` (when given) are all it changes by code from now on."""
    check_dates(values.get("starts_on", release.starts_on), values.get("target_date", release.target_date))
    check_parent(
        release, values.get("parent", release.parent), values.get("target_date", release.target_date)
    )
    with transaction.atomic():
        outcome = revise([Revision(release, release.version, values)], by=by, at=at, verb="edited")
        if applications is not None:
            _set_applications(release, applications)
    return outcome


def check_dates(starts_on, target_date):
    """Refuse a start after the go-live."""
    if starts_on and target_date and starts_on > target_date:
        raise ValidationError({"target_date": _("The go-live lies before the start.")})


def check_parent(release, parent, target_date):
    """Refuse a parent that is none, is the release itself or below it, is closed, or goes live earlier."""
    if parent is None:
        return
    if parent.kind != Release.Kind.ENTERPRISE:
        raise ValidationError({"parent": _("Only an enterprise release coordinates others.")})
    _check_no_cycle(release, parent)
    if release.parent_id != parent.pk and not parent.is_open:
        raise NotPossible({"parent": _("%(release)s is closed.") % {"release": parent}})
    if target_date and parent.target_date and target_date > parent.target_date:
        raise ValidationError(
            {"target_date": _("%(release)s goes live before that.") % {"release": parent}}, code="outside"
        )


def _check_no_cycle(release, parent):
    above = parent
    while above:
        if above.pk == release.pk:
            raise ValidationError({"parent": _("That release belongs to this one already.")})
        above = above.parent


def _set_applications(release, applications):
    """Make the code impacts of a release exactly these; configuration and regression impacts stay."""
    lock(Release, [release.pk])
    code = ReleaseImpact.objects.filter(release=release, impact=ReleaseImpact.Impact.CODE)
    wanted = {application.pk for application in applications}
    gone = code.exclude(application__in=wanted)
    has_gone = gone.delete()[0]
    known = set(ReleaseImpact.objects.filter(release=release).values_list("application_id", flat=True))
    fresh = [ReleaseImpact(release=release, application_id=pk) for pk in sorted(wanted - known)]
    ReleaseImpact.objects.bulk_create(fresh)
    if fresh or has_gone:
        settle([Release.objects.get(pk=release.pk)])
