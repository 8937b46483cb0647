"""The list of releases as CSV."""

HEADER = [
    "number",
    "name",
    "kind",
    "status",
    "project",
    "portfolio",
    "enterprise_release",
    "owner",
    "start",
    "planned_go_live",
    "baseline",
    "went_live",
    "risk",
    "type",
    "own_status",
    "risk_level",
]
_CHUNK = 1000


def rows_of(releases):
    """The cells of each release, read in chunks."""
    return (_row(release) for release in releases.iterator(chunk_size=_CHUNK))


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
        release.release_type or "",
        release.own_status or "",
        release.risk_level or "",
    ]
