"""Exception requests as people see them: how each stands, how many of each kind, and as CSV."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from calendar_app.models import ExceptionRequest
from calendar_app.models.exceptions import EXPIRES_SOON

State = ExceptionRequest.State
HEADER = [
    "number",
    "kind",
    "release",
    "release_name",
    "subject",
    "state",
    "in_force",
    "approver",
    "requested_at",
    "requested_by",
    "decided_at",
    "decided_by",
    "decision_note",
    "expires_at",
    "used",
    "reason",
    "risk_if_granted",
    "risk_if_refused",
]
_CHUNK = 1000
_TOKENS = {State.REQUESTED: "pending", State.REFUSED: "failed", State.WITHDRAWN: "cancelled"}


@dataclass(frozen=True)
class Line:
    """A request with its status token and the words for it."""

    request: ExceptionRequest
    stance: str
    words: str


def line_of(request, *, at):
    """How a request stands at an instant; an expired one says so even before the clock recorded it."""
    if request.state not in (State.GRANTED, State.EXPIRED):
        return Line(request, _TOKENS[request.state], request.get_state_display())
    if not request.is_in_force(at):
        return Line(
            request, "done", _("Expired unused") if request.was_used is False else State.EXPIRED.label
        )
    if request.expires_at is None:
        return Line(request, "on-track", _("In force"))
    words = _("Until %(day)s") % {"day": date_format(request.last_day, "j M Y")}
    return Line(request, "at-risk" if request.expires_at <= at + EXPIRES_SOON else "on-track", words)


def counts_of(requests, *, at):
    """``[(kind in words, asked, granted so far, in force)]`` of the kinds that occur in a set of requests."""
    in_force = Q(state=State.GRANTED) & (Q(expires_at=None) | Q(expires_at__gt=at))
    rows = (
        requests.order_by("kind")
        .values("kind")
        .annotate(
            asked=Count("pk", filter=Q(state=State.REQUESTED)),
            granted=Count("pk", filter=Q(state__in=[State.GRANTED, State.EXPIRED])),
            in_force=Count("pk", filter=in_force),
        )
    )
    labels = dict(ExceptionRequest.Kind.choices)
    return [(labels[row["kind"]], row["asked"], row["granted"], row["in_force"]) for row in rows]


def rows_of(requests, *, at):
    """The cells of each request, read in chunks."""
    return (_row(request, at) for request in requests.iterator(chunk_size=_CHUNK))


def _row(request, at):
    return [
        request.reference,
        request.kind,
        request.release.reference,
        request.release.name,
        request.subject,
        request.state,
        "yes" if request.is_in_force(at) else "no",
        request.approver.name,
        request.requested_at.isoformat(),
        request.requested_by_name,
        request.decided_at.isoformat() if request.decided_at else "",
        request.decided_by_name,
        request.decision_note,
        request.expires_at.isoformat() if request.expires_at else "",
        {True: "yes", False: "no", None: ""}[request.was_used],
        request.reason,
        request.risk_if_granted,
        request.risk_if_refused,
    ]
