"""The list of releases as CSV, written as it is read, in a scope of its own."""

import csv

from releasemgr.activity.export import guarded
from releasemgr.tenancy.scope import org_scope

HEADER = ["number", "name", "kind", "status", "project", "portfolio", "enterprise_release", "owner",
          "start", "planned_go_live", "baseline", "went_live", "risk"]  # fmt: skip
_CHUNK = 1000


class _Echo:
    """A file that hands each written line back."""

    def write(self, line):
        return line


def csv_lines(org, releases_of):
    """Lines of CSV for the releases that ``releases_of()`` selects once the scope of ``org`` is open."""
    writer = csv.writer(_Echo())
    yield writer.writerow(HEADER)
    with org_scope(org):
        for release in releases_of().iterator(chunk_size=_CHUNK):
            yield writer.writerow([guarded(value) for value in _row(release)])


def _row(release):
    return [
        release.reference,
        release.name,
        release.kind,
        release.status,
        release.project or "",
        release.portfolio or "",
        release.parent.reference if release.parent else "",
        release.owner or "",
        release.starts_on or "",
        release.target_date or "",
        release.baseline_date or "",
        release.actual_go_live.isoformat() if release.actual_go_live else "",
        release.risk,
    ]
