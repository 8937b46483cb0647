"""The approval groups that templates name."""

from calendar_app.models import ApprovalGroup
from releasemgr.changes.revisions import create


def groups_named(names, *, by, at):
    """``{name: ApprovalGroup}``; a group that is not there yet is made, with nobody in it."""
    names = set(names) - {""}
    found = _groups(names)
    missing = [ApprovalGroup(name=name) for name in sorted(names - set(found))]
    create(missing, by=by, at=at)
    return found | {group.name: group for group in missing}


def _groups(names):
    return {group.name: group for group in ApprovalGroup.objects.filter(name__in=names)} if names else {}
