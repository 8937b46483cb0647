"""What the page of a phase says of its work: activities, per cent, visits."""

from dataclasses import dataclass

from calendar_app.models import PhaseActivity, PhaseVisit
from calendar_app.phases.activities import percents_of


@dataclass(frozen=True)
class Work:
    """The activities of a phase as pairs with whether the reader may say how far they are, and the visits."""

    activities: list[tuple[PhaseActivity, bool]]
    percent: int | None
    visits: list[PhaseVisit]


def work_of(phase, *, by, may_plan):
    """Read it all; ``by`` is the User who looks. Three statements."""
    rows = phase.activities.counting().select_related("owner").order_by("position", "pk")
    return Work(
        activities=[
            (row, may_plan or (row.owner is not None and row.owner.user_id == by.pk)) for row in rows
        ],
        percent=percents_of([phase]).get(phase.pk),
        visits=list(phase.visits.order_by("-number")),
    )
