"""The verbs of planned versions and test runs: plan, change, approve; record what was tested."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import PlannedVersion, Release
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Revision, create, lock, revise


def plan_version(release, application, label, *, by, at):
    """Say which version of an application an open release is to bring to production; once per application."""
    _check_open(release)
    with transaction.atomic():
        lock(Release, [release.pk])
        if PlannedVersion.objects.filter(release=release, application=application).exists():
            raise ValidationError({"application": _("A version of it is planned already.")})
        row = PlannedVersion(release=release, application=application, label=label)
        return create([row], by=by, at=at, verb="planned")


def edit_version(version, label, *, by, at):
    """Plan another version; what was approved stays on record and no longer agrees."""
    _check_open(version.release)
    return revise([Revision(version, version.version, {"label": label})], by=by, at=at, verb="edited")


def approve_versions(versions, *, by, at):
    """Approve planned versions as they are."""
    for version in versions:
        _check_open(version.release)
    name = str(by) if by else ""
    revisions = [
        Revision(row, row.version, {"approved_label": row.label, "approved_at": at, "approved_by_name": name})
        for row in versions
    ]
    return revise(revisions, by=by, at=at, verb="approved")


def record_run(run, *, by, at):
    """Record the result of a test that has been executed."""
    _check_run(run.executed_at, run.passed, run.total, at)
    return create([run], by=by, at=at, verb="recorded")


def edit_run(run, values, *, by, at):
    """Correct the record of a test."""
    _check_run(
        values.get("executed_at", run.executed_at),
        values.get("passed", run.passed),
        values.get("total", run.total),
        at,
    )
    return revise([Revision(run, run.version, values)], by=by, at=at, verb="edited")


def _check_run(executed_at, passed, total, at):
    if executed_at > at:
        raise ValidationError({"executed_at": _("That is in the future.")})
    if passed > total:
        raise ValidationError({"passed": _("More passed than ran.")})


def _check_open(release):
    if not release.is_open:
        raise NotPossible(_("%(release)s is over; its versions no longer change.") % {"release": release})
