"""Dependencies as people see them: how each stands, the late ones first, and as CSV."""

from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Q, Value, When

from calendar_app.dependencies.forecast import FORECAST, GIVEN_UP, TOO_LATE, is_given_up
from calendar_app.models import Dependency

State = Dependency.State
HEADER = [
    "number",
    "what",
    "release",
    "for_gate",
    "provider",
    "met_by_gate",
    "owner",
    "needed_by",
    "promised_for",
    "forecast",
    "state",
    "standing",
    "waived_until",
]
_CHUNK = 1000
_TOKENS = {
    State.REQUESTED: "pending",
    State.ACCEPTED: "on-track",
    State.REFUSED: "failed",
    State.SATISFIED: "done",
    State.WAIVED: "neutral",
    State.WITHDRAWN: "cancelled",
}


@dataclass(frozen=True)
class Line:
    """A dependency with its status token and the day its provider foresees."""

    dependency: Dependency
    stance: str


def with_forecast(dependencies, *, today):
    """Dependencies with ``forecast`` and ``rank``: 0 late, 1 at risk, 2 other unmet ones, 3 the rest."""
    unmet = Q(state__in=[State.REQUESTED, State.ACCEPTED]) | Q(state=State.WAIVED, waived_until__lt=today)
    annotated = dependencies.for_list().annotate(forecast=FORECAST)
    return annotated.annotate(
        rank=Case(
            When(unmet & Q(needed_by__lt=today), then=Value(0)),
            When(unmet & (TOO_LATE | GIVEN_UP), then=Value(1)),
            When(unmet, then=Value(2)),
            default=Value(3),
            output_field=IntegerField(),
        )
    )


def late_first(dependencies):
    """In the order in which they need attention."""
    return dependencies.order_by("rank", F("needed_by").asc(), "pk")


def line_of(dependency, *, today):
    """How a dependency of `with_forecast` stands on a local day."""
    if dependency.rank < 2:
        return Line(
            dependency,
            "late" if dependency.rank == 0 else "blocked" if is_given_up(dependency) else "at-risk",
        )
    is_over = dependency.state == State.WAIVED and dependency.waived_until < today
    return Line(dependency, "pending" if is_over else _TOKENS[dependency.state])


def rows_of(dependencies, *, today):
    """The cells of each dependency, read in chunks."""
    return (_row(line_of(one, today=today)) for one in dependencies.iterator(chunk_size=_CHUNK))


def _row(line):
    row = line.dependency
    return [
        row.reference,
        row.title,
        row.release.reference,
        row.gate or "",
        row.provider.reference,
        row.provider_gate or "",
        row.owner or "",
        row.needed_by,
        row.promised_on or "",
        row.forecast or "",
        row.state,
        line.stance,
        row.waived_until or "",
    ]
