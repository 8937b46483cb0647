"""Questions about the log: what blocks, whose decision is wanted, how probability and impact are spread."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q

from calendar_app.models import LogItem, Release

SOON = timedelta(days=7)
SCALE = range(1, 6)
# The five classes of a score (probability x impact, 1 to 25): the highest score of each.
CLASSES = (2, 4, 9, 14, 25)


@dataclass(frozen=True)
class Cell:
    """A cell of the risk matrix: how many open items have that probability and impact; ``level`` is its class, 1 to 5."""

    probability: int
    impact: int
    level: int
    count: int

    @property
    def score(self):
        return self.probability * self.impact


@dataclass(frozen=True)
class Standing:
    """What of a log stands above everything else on the page of a release."""

    blockers: list
    wanted: list


def with_all_below(release):
    """Ids of a release and of everything that belongs to it, one statement a level."""
    found = level = [release.pk]
    while level and release.kind == Release.Kind.ENTERPRISE:
        level = list(Release.objects.filter(parent__in=level).values_list("pk", flat=True))
        found = found + level
    return found


def rolled_up(release):
    """The log of a release with that of everything that belongs to it."""
    return LogItem.objects.filter(release__in=with_all_below(release))


def blockers(items):
    """The high risks and issues of ``items`` that are open, worst first."""
    found = items.open().high().exclude(kind=LogItem.Kind.DECISION)
    return found.select_related("release", "owner").order_by("-score", "due_on", "number")


def decisions_wanted(person, today):
    """Open decisions that wait for ``person`` (None: nobody's): high ones, and those due within a week of ``today``."""
    owned = LogItem.objects.open().filter(kind=LogItem.Kind.DECISION, owner=person, owner__isnull=False)
    pressing = owned.filter(Q(score__gte=LogItem.HIGH) | Q(due_on__lte=today + SOON))
    return pressing.select_related("release", "owner").order_by(
        F("due_on").asc(nulls_last=True), "-score", "number"
    )


def standing_of(release, person, *, today):
    """The blockers of a release with all below it, and the decisions on it wanted from ``person``."""
    items = rolled_up(release)
    wanted = decisions_wanted(person, today).filter(pk__in=items.values("pk")) if person else []
    return Standing(list(blockers(items)), list(wanted))


def matrix(items):
    """The rows of the risk matrix, most probable first, each from the smallest impact to the greatest; one statement.

    Counted are open risks and issues; a decision is no risk.
    """
    counted = items.open().exclude(kind=LogItem.Kind.DECISION).order_by()
    counts = {
        (probability, impact): count
        for probability, impact, count in counted.values("probability", "impact")
        .annotate(count=Count("pk"))
        .values_list("probability", "impact", "count")
    }
    return [
        [
            Cell(probability, impact, level_of(probability * impact), counts.get((probability, impact), 0))
            for impact in SCALE
        ]
        for probability in reversed(SCALE)
    ]


def level_of(score):
    """The class of a score, 1 (least) to 5 (blocks)."""
    return next(level for level, most in enumerate(CLASSES, start=1) if score <= most)
