"""Planning and editing releases: their names, places, dates, and the applications they change."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.conflicts import take_turns
from calendar_app.exceptions.effects import check_baselined
from calendar_app.models import Release, ReleaseImpact
from calendar_app.models.releases import NotPossible
from calendar_app.releases.followed import check_follower, letting_go
from calendar_app.vocabulary import with_words, word_new
from releasemgr.activity.trail import Happening, record
from releasemgr.changes.revisions import Revision, create, lock, revise, settle
from releasemgr.tenancy.models import next_numbers


def plan(releases, *, by, at, applications=()):
    """Write new releases, each changing ``applications`` by code; numbers are given here. Returns an Outcome."""
    for release in releases:
        check_dates(release.starts_on, release.target_date)
        check_parent(release, release.parent, release.target_date)
        check_kind(release, owner=release.owner, applications=applications)
    word_new(releases)
    with transaction.atomic():
        for release, number in zip(releases, next_numbers("release", len(releases)), strict=True):
            release.number = number
        outcome = create(releases, by=by, at=at, verb="planned")
        impacts = [
            ReleaseImpact(release=release, application=application)
            for release in releases
            for application in applications
        ]
        create(impacts, by=by, at=at, verb="added")
    return outcome


def edit(release, values, *, by, at, applications=None):
    """Change what a release is; ``applications`` (when given) are all it changes by code from now on."""
    target_date, parent = values.get("target_date", release.target_date), values.get("parent", release.parent)
    check_dates(values.get("starts_on", release.starts_on), target_date)
    check_parent(release, parent, target_date)
    check_kind(release, owner=values.get("owner", release.owner_id), applications=applications)
    if release.status == Release.Status.ON_HOLD and target_date != release.target_date:
        raise NotPossible({"target_date": _("It is on hold, and planning pauses. Resume it first.")})
    check_baselined(release, target_date, at=at)
    values, let_go = with_words(release, values), []
    if release.parent_id != (parent and parent.pk):
        values["follows_parent"], let_go = False, letting_go(release)
    else:
        check_follower(release, target_date)
    with transaction.atomic():
        outcome = revise([Revision(release, release.version, values), *let_go], by=by, at=at, verb="edited")
        if parent and parent.pk != release.parent_id and release.kind == Release.Kind.ENTERPRISE:
            take_turns()  # two that nest into each other at once: the second sees the first here
            _check_no_cycle(release, Release.objects.get(pk=parent.pk))
        if applications is not None:
            _set_applications(release, applications, by=by, at=at)
    return outcome


def check_kind(release, *, owner, applications):
    """Refuse a change initiative without an owner or affected applications.

    ``applications`` is None when they stay as they are.
    """
    if release.kind != Release.Kind.INITIATIVE:
        return
    if not owner:
        raise ValidationError({"owner": _("A change initiative has an owner.")})
    if applications is not None and not applications:
        raise ValidationError({"applications": _("Name the applications that the initiative affects.")})


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
    is_new = release._state.adding or release.parent_id != parent.pk
    if release.kind == Release.Kind.INDEPENDENT and is_new:
        raise ValidationError({"parent": _("An independent release is part of no other.")})
    _check_no_cycle(release, parent)
    if release.parent_id != parent.pk and not parent.is_open:
        raise NotPossible({"parent": _("%(release)s is closed.") % {"release": parent}})
    if target_date and parent.target_date and target_date > parent.target_date:
        raise ValidationError(
            {"target_date": _("%(release)s goes live before that.") % {"release": parent}}, code="outside"
        )


def _check_no_cycle(release, parent):
    """Refuse a parent below the release, and name the way round."""
    way, above = [release], parent
    while above:
        way.append(above)
        if above.pk == release.pk:
            names = " → ".join(f"{one.reference} {one.name}" for one in way)
            raise ValidationError(
                {"parent": _("It would be part of itself: %(way)s.") % {"way": names}}, code="cycle"
            )
        above = above.parent


def _set_applications(release, applications, *, by, at):
    """Make the code impacts of a release exactly these; configuration and regression impacts stay."""
    lock(Release, [release.pk])
    code = ReleaseImpact.objects.filter(release=release, impact=ReleaseImpact.Impact.CODE)
    wanted = {application.pk: application for application in applications}
    remove_impacts(list(code.exclude(application__in=wanted)), by=by, at=at)
    known = set(ReleaseImpact.objects.filter(release=release).values_list("application_id", flat=True))
    fresh = [ReleaseImpact(release=release, application=wanted[pk]) for pk in sorted(wanted.keys() - known)]
    create(fresh, by=by, at=at, verb="added")


def remove_impacts(impacts, *, by, at):
    """Take cells out of the system impact matrix; the trail keeps that they were there."""
    if not impacts:
        return
    gone = [Happening(row, {"impact": [row.impact, None]}) for row in impacts]
    with transaction.atomic():
        ReleaseImpact.objects.filter(pk__in=[row.pk for row in impacts]).delete()
        settle(impacts, at=at)
        record(by=by, verb="removed", at=at, happenings=gone)
