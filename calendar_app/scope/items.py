"""The verbs of work items: take them into the scope, change, take out."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import Release, WorkItem
from calendar_app.models.releases import NotPossible
from calendar_app.releases.tree import above
from calendar_app.scope.lock import check_admits
from releasemgr.changes.revisions import Outcome, Revision, create, lock, revise

Status = WorkItem.Status


def add_items(release, items, *, by, at, updates=False):
    """Take work items into the scope of a release, all or none; ``items`` are unsaved rows without a release.

    A key that is there already is refused, or with ``updates`` its row takes the new values (and comes back into the
    scope when it was taken out). Returns an Outcome with the new rows first.
    """
    with transaction.atomic():
        release = _locked(release)
        present = {
            one.key: one for one in WorkItem.objects.filter(release=release, key__in=[i.key for i in items])
        }
        known = sorted(item.key for item in items if item.key in present)
        if known and not updates:
            raise ValidationError(
                {"key": _("In the scope already: %(keys)s.") % {"keys": ", ".join(known[:20])}}
            )
        fresh = [item for item in items if item.key not in present]
        returning = [one for one in present.values() if one.status == Status.REMOVED]
        if fresh or returning:
            check_admits(release, at)
        for item in fresh:
            item.release, item.added_at = release, at
            item.tested_at = at if item.status == Status.TESTED else None
        made = create(fresh, by=by, at=at, verb="added")
        changed = revise(
            [_update(present[item.key], item, at) for item in items if item.key in present],
            by=by,
            at=at,
            verb="edited",
        )
        return Outcome([*made.rows, *changed.rows], made.act_id or changed.act_id)


def edit_item(item, values, *, by, at):
    """Change a work item as its author saw it; back into a locked scope it needs an exception."""
    with transaction.atomic():
        release = _locked(item.release)
        key = values.get("key", item.key)
        if key != item.key and WorkItem.objects.filter(release=release, key=key).exists():
            raise ValidationError({"key": _("In the scope already: %(keys)s.") % {"keys": key}})
        status = values.get("status", item.status)
        is_back = item.status == Status.REMOVED and status != Status.REMOVED
        if is_back:
            check_admits(release, at)
        values = values | _times(item, status, at)
        return revise([Revision(item, item.version, values)], by=by, at=at, verb="edited")


def remove_items(items, *, by, at):
    """Take work items out of the scope; they stay on record."""
    for item in items:
        if item.status == Status.REMOVED:
            raise NotPossible(_("%(item)s is out of the scope already.") % {"item": item})
    revisions = [Revision(item, item.version, {"status": Status.REMOVED}) for item in items]
    return revise(revisions, by=by, at=at, verb="removed from scope")


def _locked(release):
    """The release as it is now, locked with all above it, so that nobody locks their scope meanwhile."""
    rows = lock(Release, [release.pk, *(one.pk for one in above(release))])
    fresh = rows[release.pk]
    if fresh.kind == Release.Kind.ENTERPRISE:
        raise NotPossible(_("An enterprise release carries no changes itself: add them to its releases."))
    if not fresh.is_open:
        raise NotPossible(_("%(release)s is over; its scope no longer changes.") % {"release": fresh})
    return Release.objects.select_related("parent").get(pk=release.pk)


def _update(present, item, at):
    names = ("title", "kind", "status", "severity", "application", "url")
    values = {name: getattr(item, name) for name in names}
    return Revision(present, None, values | _times(present, item.status, at))


def _times(item, status, at):
    """What a change of status does to the instants of a work item."""
    if item.status == Status.REMOVED and status != Status.REMOVED:
        return {"added_at": at, "tested_at": at if status == Status.TESTED else None}
    if status == Status.TESTED:
        return {"tested_at": item.tested_at if item.status == Status.TESTED else at}
    return {"tested_at": None} if status in (Status.OPEN, Status.ACTIVE) else {}
