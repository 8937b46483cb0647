"""The board session: an agenda of gates, opened, decided in turn, closed with minutes; then its record is frozen."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from calendar_app.approvals.records import records
from calendar_app.approvals.standings import standings
from calendar_app.models import Board, BoardItem, Gate, Release
from calendar_app.models.releases import NotPossible
from releasemgr.activity.trail import record
from releasemgr.changes.revisions import Revision, create, lock, revise

State = Board.State
UNDECIDED = (Gate.State.OPEN, Gate.State.SUBMITTED, Gate.State.REJECTED)


def due(held_on, span):
    """The undecided gates planned for a day or for its week (Monday to Sunday), in agenda order; none for "none"."""
    first = last = held_on
    if span == "week":
        first = held_on - timedelta(days=held_on.weekday())
        last = first + timedelta(days=6)
    found = open_gates().filter(planned_date__gte=first, planned_date__lte=last)
    return found if span in ("day", "week") else found.none()


def open_gates():
    """Undecided gates of open releases, in agenda order."""
    rows = Gate.objects.filter(state__in=UNDECIDED, release__status__in=Release.OPEN).select_related(
        "release"
    )
    return rows.order_by("planned_date", "release__name", "name", "pk")


def plan_board(board, gates, *, by, at):
    """Plan a session with these gates on its agenda. Returns the Board."""
    with transaction.atomic():
        board = create([board], by=by, at=at, verb="planned").rows[0]
        items = [BoardItem(board=board, gate=gate, position=n) for n, gate in enumerate(gates, start=1)]
        create(items, by=by, at=at, verb="planned")
    return board


def edit_board(board, values, *, by, at):
    """Change name, date or chair of a session that is not closed."""
    _require(board, (State.PLANNED, State.OPEN))
    return revise([Revision(board, board.version, values)], by=by, at=at, verb="edited").rows[0]


def open_board(board, *, by, at):
    """Begin the session."""
    _require(board, (State.PLANNED,))
    return revise([_to(board, State.OPEN, opened_at=at)], by=by, at=at, verb="opened")


def close_board(board, minutes, *, by, at):
    """End the session with its minutes and freeze what was said and decided of each gate on the agenda."""
    _require(board, (State.OPEN,))
    with transaction.atomic():
        lock(Board, [board.pk])
        frozen = agenda_record(board, at=at)
        values = {"minutes": minutes, "record": frozen, "closed_at": at}
        return revise([_to(board, State.CLOSED, **values)], by=by, at=at, verb="closed")


def add_item(board, gate, *, by, at):
    """Put a gate at the end of the agenda."""
    _require(board, (State.PLANNED, State.OPEN))
    with transaction.atomic():
        lock(Board, [board.pk])
        if BoardItem.objects.filter(board=board, gate=gate).exists():
            raise NotPossible(_("The gate is on the agenda already."))
        last = BoardItem.objects.filter(board=board).aggregate(last=Max("position"))["last"] or 0
        return create([BoardItem(board=board, gate=gate, position=last + 1)], by=by, at=at, verb="added")


def remove_item(item, *, by, at):
    """Take a gate off the agenda of a session that is not closed."""
    _require(item.board, (State.PLANNED, State.OPEN))
    with transaction.atomic():
        record(by=by, verb="removed", at=at, subject=item)
        item.delete()


def raise_item(item, *, by, at):
    """Move an item one place up the agenda."""
    _require(item.board, (State.PLANNED, State.OPEN))
    with transaction.atomic():
        lock(Board, [item.board_id])
        before = BoardItem.objects.filter(board=item.board_id, position__lt=item.position)
        above = before.order_by("-position", "pk").first()
        if above is None:
            raise NotPossible(_("It is the first already."))
        places = [
            Revision(item, None, {"position": above.position}),
            Revision(above, None, {"position": item.position}),
        ]
        return revise(places, by=by, at=at, verb="moved")


def note_item(item, note, *, by, at):
    """Write down what was said about a gate."""
    _require(item.board, (State.PLANNED, State.OPEN))
    return revise([Revision(item, item.version, {"note": note})], by=by, at=at, verb="noted")


def agenda(board):
    """The items of a board in order, with gate and release."""
    rows = BoardItem.objects.filter(board=board)
    return list(
        rows.select_related("gate__release", "gate__owner", "gate__phase", "gate__parent__release").order_by(
            "position", "pk"
        )
    )


def agenda_record(board, *, at):
    """``{"items": [{position, note, gate id, state, record}, …]}``: what the closed board keeps."""
    items = agenda(board)
    found = standings([item.gate for item in items], at=at)
    live = records(found.values(), at=at)
    return {
        "items": [
            {
                "position": n,
                "note": item.note,
                "gate_id": str(item.gate_id),
                "state": item.gate.state,
                "record": decided_record(found[item.gate_id]) or live[item.gate_id],
            }
            for n, item in enumerate(items, start=1)
        ]
    }


def decided_record(standing):
    """The frozen record of a gate whose newest round is decided and stands; None while it is open."""
    asked = standing.round
    is_frozen = asked is not None and asked.decided_at and asked.revoked_at is None and asked.record
    return asked.record if is_frozen and asked.record.get("decision") else None


def _to(board, state, **values):
    return Revision(board, board.version, {"state": state, **values})


def _require(board, states):
    if board.state not in states:
        raise NotPossible(
            _("%(board)s is “%(state)s”.") % {"board": board, "state": board.get_state_display()}
        )
