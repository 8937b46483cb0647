"""The activity log as CSV, written as it is read, in a scope of its own."""

import csv
import json

from releasemgr.tenancy.scope import org_scope

HEADER = ["at", "actor", "verb", "kind", "object", "object_id", "version", "changes", "entry_id", "act_id"]
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CHUNK = 2000


class _Echo:
    """A file that hands each written line back."""

    def write(self, line):
        return line


def csv_lines(org, entries_of):
    """Lines of CSV for the entries that ``entries_of()`` selects once the scope of ``org`` is open."""
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADER)
    with org_scope(org):
        for entry in entries_of().iterator(chunk_size=_CHUNK):
            yield writer.writerow([guarded(value) for value in _row(entry)])


def guarded(value):
    """A cell that a spreadsheet will not run as a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


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
