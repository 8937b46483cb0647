"""The log as CSV."""

HEADER = [
    "number",
    "kind",
    "title",
    "release",
    "release_name",
    "owner",
    "due",
    "probability",
    "impact",
    "score",
    "response",
    "raised",
    "closed",
    "closed_by",
    "outcome",
]
_CHUNK = 1000


def rows_of(items):
    """The cells of each item, read in chunks."""
    return (_row(item) for item in items.iterator(chunk_size=_CHUNK))


def _row(item):
    return [
        item.reference,
        item.kind,
        item.title,
        item.release.reference,
        item.release.name,
        item.owner or "",
        item.due_on or "",
        item.probability,
        item.impact,
        item.score,
        item.response,
        item.raised_at.isoformat(),
        item.closed_at.isoformat() if item.closed_at else "",
        item.closed_by_name,
        item.outcome,
    ]
