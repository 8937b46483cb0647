"""Handing an application over: at any instant at most one project owns it, and the past stays as it was recorded."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.trail import record
from releasemgr.changes.collisions import Moved, collisions_of
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Revision, create, lock, revise, settle
from releasemgr.portfolio.models import Application, Ownership

# How late "from now on" may reach the server and still not be a change of the past.
GRACE = timedelta(minutes=5)


class CannotHandOver(ValidationError):
    """The hand-over asked for would contradict the ownerships that are recorded."""


def hand_over(application, *, project, starts_at, seen, by, at, corrects_past=False):
    """Let ``project`` own the application from ``starts_at`` on; with None nobody does.

    Ends the running ownership at that instant and starts the next. ``seen`` is the latest Ownership its author saw
    (None for none): another one, or a newer version of it, raises Moved. A hand-over begins after the latest
    ownership began; one before now must say ``corrects_past``. Raises CannotHandOver at the field. Returns the new
    Ownership, or the ended one when nobody follows.
    """
    with transaction.atomic(), one_act():
        _lock(application)
        latest = latest_of(application)
        _refuse_moved(latest, seen, project)
        _refuse(latest, project, starts_at, at=at, corrects_past=corrects_past)
        if latest and (latest.ends_at is None or latest.ends_at > starts_at):
            ending = Revision(latest, latest.version, {"ends_at": starts_at})
            latest = revise([ending], by=by, at=at, verb="ended").rows[0]
        if project is None:
            return latest
        made = Ownership(application=application, project=project, starts_at=starts_at)
        return create([made], by=by, at=at, verb="handed over").rows[0]


def withdraw(ownership, *, by, at):
    """Take back a hand-over that has not begun; the ownership it would have ended goes on. Raises CannotHandOver."""
    with transaction.atomic(), one_act():
        _lock(ownership.application)
        planned = latest_of(ownership.application)
        if planned is None or planned.pk != ownership.pk:
            raise Ownership.DoesNotExist
        if planned.starts_at <= at:
            raise CannotHandOver(_("It has begun already. Hand the application over again instead."))
        Ownership.objects.filter(pk=planned.pk).delete()
        settle([planned])
        record(by=by, verb="withdrawn", at=at, subject=planned, changes=_what_it_said(planned))
        _reopen(latest_of(ownership.application), planned.starts_at, by=by, at=at)


def latest_of(application):
    """The ownership of an application that began last, its project included; None when there was never one."""
    return (
        Ownership.objects.filter(application=application)
        .select_related("project", "application")
        .order_by("-starts_at")
        .first()
    )


def _reopen(previous, ended_at, *, by, at):
    """Let the ownership before a withdrawn one go on, where the two met."""
    if previous and previous.ends_at == ended_at:
        revise([Revision(previous, previous.version, {"ends_at": None})], by=by, at=at, verb="reopened")


def _lock(application):
    """One hand-over of an application at a time; the exclusion constraint stands behind it."""
    if application.pk not in lock(Application, [application.pk]):
        raise Application.DoesNotExist


def _refuse_moved(latest, seen, project):
    if latest is None and seen is None:
        return
    if latest is None:
        raise CannotHandOver(_("The hand-over you saw has been withdrawn. Look at the history again."))
    if seen is None or seen.pk != latest.pk:
        raise Moved(collisions_of([(latest, Revision(latest, 0, {"project": project}))]))
    if seen.version != latest.version:
        raise Moved(collisions_of([(latest, Revision(latest, seen.version, {"project": project}))]))


def _refuse(latest, project, starts_at, *, at, corrects_past):
    still = latest is not None and (latest.ends_at is None or latest.ends_at > starts_at)
    if project is None and not still:
        raise CannotHandOver({"project": _("Nobody owns it then already.")})
    if latest and starts_at <= latest.starts_at:
        raise CannotHandOver({"starts_at": _("Choose a time after the latest hand-over began.")})
    if still and latest.ends_at and latest.ends_at <= at:
        raise CannotHandOver({"starts_at": _("Choose a time after the latest ownership ended.")})
    if still and project and latest.project_id == project.pk:
        raise CannotHandOver({"project": _("This project owns it then already.")})
    if starts_at < at - GRACE and not corrects_past:
        raise CannotHandOver({"corrects_past": _("This changes the past. Confirm that figures may change.")})


def _what_it_said(ownership):
    return {"project": [ownership.project_id, None], "starts_at": [ownership.starts_at, None]}
