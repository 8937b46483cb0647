"""Planting the organisation's own words for types, statuses and risk levels, and dressing releases in them."""

from calendar_app.models import Release, ReleaseStatus, ReleaseType, RiskLevel
from calendar_app.vocabulary import StatusWords

_TYPES = ("Quarterly", "Minor", "Hotfix", "Infrastructure")
_TYPE_OF = {
    Release.Kind.ENTERPRISE: "Quarterly",
    Release.Kind.PROJECT: "Minor",
    Release.Kind.INDEPENDENT: "Hotfix",
    Release.Kind.INITIATIVE: "Infrastructure",
}
# The type they are for ("" = every type), what they are called, what they mean.
_STATUSES = (
    ("", "Announced", "planned"),
    ("", "In delivery", "active"),
    ("", "Dress rehearsal", "active"),
    ("", "Paused", "on_hold"),
    ("", "In production", "live"),
    ("", "Withdrawn", "cancelled"),
    ("Hotfix", "Triaged", "planned"),
    ("Hotfix", "Being fixed", "active"),
    ("Hotfix", "Fixed", "live"),
)
_RISKS = (
    ("Routine", "low"),
    ("Watched", "medium"),
    ("Board attention", "high"),
    ("Regulator watches", "high"),
)


def plant_words(scene):
    """Plant the three lists in their order."""
    types = {
        word.name: word
        for word in scene.plant(
            [ReleaseType(name=name, position=n) for n, name in enumerate(_TYPES, start=1)]
        )
    }
    statuses = [
        ReleaseStatus(release_type=types.get(of), name=name, lifecycle=lifecycle, position=n)
        for n, (of, name, lifecycle) in enumerate(_STATUSES, start=1)
    ]
    scene.plant(statuses)
    scene.plant(
        [RiskLevel(name=name, level=level, position=n) for n, (name, level) in enumerate(_RISKS, start=1)]
    )


def dressed(releases):
    """The same releases, unsaved, each with the type of its kind and the words that fit its status and risk."""
    words, types = StatusWords(), {word.name: word for word in ReleaseType.objects.all()}
    levels = {}
    for level in RiskLevel.objects.order_by("position"):
        levels.setdefault(level.level, level)
    for release in releases:
        release.release_type = types[_TYPE_OF[Release.Kind(release.kind)]]
        release.own_status = words.first(release.release_type_id, release.status)
        release.risk_level = levels[release.risk]
    return releases
