"""How much a release carries: systems touched, test weeks, people and environment weeks of its nominations."""

from collections import Counter
from dataclasses import dataclass, field

from calendar_app.models import Nomination
from releasemgr.portfolio.models import Environment

CROWDED = 3  # as many projects in one system make it crowded


@dataclass
class Load:
    """Sums over nominations; ``systems`` and ``weeks`` count projects per application and weeks per type."""

    projects: int = 0
    test_weeks: int = 0
    people: int = 0
    systems: Counter = field(default_factory=Counter)
    weeks: Counter = field(default_factory=Counter)

    def add(self, nomination):
        """Put a nomination on; its systems and environments are read from their prefetched relations."""
        self.projects += 1
        self.test_weeks += nomination.test_weeks
        self.people += nomination.people
        self.systems.update(system.application for system in nomination.systems.all())
        self.weeks.update({wish.type: wish.weeks for wish in nomination.environments.all()})

    @property
    def crowded(self):
        """``[(application, projects), …]`` of the systems that many projects touch, the fullest first."""
        found = [(application, n) for application, n in self.systems.items() if n >= CROWDED]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].name))

    @property
    def weeks_in_words(self):
        """ "SIT 4, UAT 6": weeks wanted per type of environment."""
        return ", ".join(
            f"{type_.label} {self.weeks[type_.value]}"
            for type_ in Environment.Type
            if self.weeks[type_.value]
        )


@dataclass(frozen=True)
class Weight:
    """What one nomination adds: it, the load of the release with it, and its systems that others touch too."""

    nomination: Nomination
    test_weeks: int
    people: int
    systems: int
    shared: list


def load_of(nominations):
    """The Load of nominations."""
    load = Load()
    for nomination in nominations:
        load.add(nomination)
    return load


def weigh(nominations, accepted):
    """A Weight for each nomination beside what is accepted already (a Load)."""
    return [_weight(nomination, accepted) for nomination in nominations]


def with_wishes(nominations):
    """Nominations with everything that a load and a row of a list show, in a fixed number of statements."""
    return nominations.select_related(
        "project", "release", "contact", "child", "project__portfolio"
    ).prefetch_related("systems__application", "environments")


def _weight(nomination, accepted):
    own = load_of([nomination])
    is_in = nomination.state == Nomination.State.ACCEPTED
    others = accepted.systems - own.systems if is_in else accepted.systems
    shared = sorted(
        ((application, others[application]) for application in own.systems if others[application] > 0),
        key=lambda pair: (-pair[1], pair[0].name),
    )
    return Weight(
        nomination,
        accepted.test_weeks + (0 if is_in else own.test_weeks),
        accepted.people + (0 if is_in else own.people),
        len(accepted.systems | own.systems),
        shared,
    )
