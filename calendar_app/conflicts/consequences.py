"""What a verb would do, seen before it is done: the changed fields and the conflicts it causes or ends."""

from dataclasses import dataclass

from calendar_app.models import Conflict
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import rehearse


@dataclass(frozen=True)
class Consequences:
    """``entries``: audit entries that would be written; conflicts that would be new, and those that would end."""

    entries: list[Entry]
    caused: list[Conflict]
    ended: list[Conflict]


def consequences(verb):
    """Rehearse ``verb()``, which returns an Outcome, and say what it would do. What it refuses is raised."""
    before = {row.pk: row for row in Conflict.objects.all()}
    with rehearse():
        outcome = verb()
        entries = list(Entry.objects.filter(act_id=outcome.act_id).order_by("noun", "subject_label", "pk"))
        after = {row.pk: row for row in Conflict.objects.order_by("severity", "starts_at", "pk")}
    return Consequences(
        entries,
        [row for pk, row in after.items() if pk not in before],
        [row for pk, row in before.items() if pk not in after],
    )
