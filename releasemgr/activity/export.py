"""The activity log as CSV."""

import json

HEADER = ["at", "actor", "verb", "kind", "object", "object_id", "version", "changes", "entry_id", "act_id"]
_CHUNK = 2000


def rows_of(entries):
    """The cells of each entry, read in chunks."""
    return (_row(entry) for entry in entries.iterator(chunk_size=_CHUNK))


def _row(entry):
    return [
        entry.at.isoformat(),
        entry.actor_name,
        entry.verb,
        entry.noun,
        entry.subject_label,
        entry.subject_id,
        entry.subject_version or "",
        json.dumps(entry.changes, ensure_ascii=False) if entry.changes else "",
        entry.pk,
        entry.act_id,
    ]
