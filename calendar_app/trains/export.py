"""Nominations as CSV."""

HEADER = [
    "release",
    "release_name",
    "project",
    "size",
    "test_weeks",
    "people",
    "systems",
    "environment_weeks",
    "state",
    "submitted",
    "late",
    "decided",
    "decided_by",
    "reason",
    "became",
]


def rows_of(nominations):
    """The cells of each nomination; give them `with_wishes`."""
    return (_row(nomination) for nomination in nominations)


def _row(nomination):
    return [
        nomination.release.reference,
        nomination.release.name,
        nomination.project,
        nomination.size,
        nomination.test_weeks,
        nomination.people,
        " ".join(sorted(system.application.key for system in nomination.systems.all())),
        " ".join(f"{wish.type}:{wish.weeks}" for wish in nomination.environments.all()),
        nomination.state,
        nomination.submitted_at.isoformat(),
        "yes" if nomination.is_late else "no",
        nomination.decided_at.isoformat() if nomination.decided_at else "",
        nomination.decided_by_name,
        nomination.decision_note,
        nomination.child.reference if nomination.child else "",
    ]
