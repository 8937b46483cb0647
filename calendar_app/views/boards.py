"""Board sessions: planned from a date, opened, the gates decided in turn, closed with minutes."""

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from calendar_app.approvals import boards
from calendar_app.approvals.pages import awaited, shown
from calendar_app.approvals.records import records
from calendar_app.approvals.standings import standings
from calendar_app.approvals.voices import person_of, voice_of
from calendar_app.approvals.words import why_not_passed
from calendar_app.forms.approvals import AgendaForm, BoardForm, ItemNoteForm, MinutesForm
from calendar_app.gates.stances import stances
from calendar_app.models import Board, BoardItem
from calendar_app.views.saving import FormPage, answer_form, answer_step, find, seen
from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.htmx import in_peek, render_page
from releasemgr.tenancy.days import local_date

RUN = {"GET": Permission.DECIDE_GATE, "POST": Permission.DECIDE_GATE}
PAGE = 50


@allow(GET=Permission.VIEW)
def board_list(request):
    """Board sessions, the newest first."""
    page = Paginator(Board.objects.select_related("chair").order_by("-held_on", "-pk"), PAGE).get_page(
        request.GET.get("page")
    )
    context = {"page": page, "may_run": request.membership.may(Permission.DECIDE_GATE)}
    partial = "rows" if request.GET.get("page") else "results"
    return render_page(request, "calendar/boards/list.html", context, partial=partial)


@allow(**RUN)
def board_create(request):
    """Plan a session from a date: the gates due that day or week are its agenda."""

    def plan(form):
        given = form.cleaned_data
        board = Board(name=given["name"], held_on=given["held_on"], chair=given["chair"])
        gates = boards.due(given["held_on"], given["span"])
        return boards.plan_board(board, list(gates), by=request.user, at=now())

    page = FormPage(_("Plan a board"), _("Plan it"), reverse("calendar:board-list"), crumbs=_crumbs())
    initial = {"held_on": local_date(now(), request.org.zone), "span": "week", "name": _("Release board")}
    return answer_form(request, BoardForm, plan, page, initial=initial, said=_("The board is planned."))


@allow(**RUN)
def board_edit(request, pk):
    """Change name, date or chair."""
    board = find(Board.objects, pk=pk)

    def change(form):
        row = seen(board, form.cleaned_data["version"])
        values = {name: form.cleaned_data[name] for name in ("name", "held_on", "chair")}
        return boards.edit_board(row, values, by=request.user, at=now())

    initial = {
        "version": board.version,
        "name": board.name,
        "held_on": board.held_on,
        "chair": board.chair_id,
    }
    page = _page(board, _("Edit %(board)s") % {"board": board}, _("Save"))
    return answer_form(request, BoardForm, change, page, initial=initial, said=_("Saved."), is_new=False)


@allow(GET=Permission.VIEW)
def board_detail(request, pk):
    """The session: agenda and each gate as of now; once closed, as it was."""
    board = find(Board.objects.select_related("chair"), pk=pk)
    is_closed = board.state == Board.State.CLOSED
    lines = _frozen(board) if is_closed else _live(board, request)
    context = {
        "board": board,
        "lines": lines,
        "current": None if is_closed else next((one for one in lines if not one["is_decided"]), None),
        "is_closed": is_closed,
        "may_run": request.membership.may(Permission.DECIDE_GATE) and not is_closed,
        "may_decide": request.membership.may(Permission.DECIDE_GATE),
        "crumbs": _crumbs(),
        "is_peek": in_peek(request),
    }
    return render_page(request, "calendar/boards/detail.html", context, partial="body")


@allow(POST=Permission.DECIDE_GATE)
def board_opening(request, pk):
    """Begin the session."""
    board = seen(find(Board.objects, pk=pk), request.POST.get("version"))
    said = _("The session is open.")
    return answer_step(request, lambda: boards.open_board(board, by=request.user, at=now()), board, said=said)


@allow(**RUN)
def board_closing(request, pk):
    """Close the session with its minutes."""
    board = find(Board.objects, pk=pk)

    def close(form):
        row = seen(board, form.cleaned_data["version"])
        boards.close_board(row, form.cleaned_data["minutes"], by=request.user, at=now())
        return row

    page = _page(board, _("Close %(board)s") % {"board": board}, _("Close the session"))
    initial = {"version": board.version, "minutes": board.minutes}
    return answer_form(request, MinutesForm, close, page, initial=initial, said=_("The session is closed."))


@allow(**RUN)
def board_agenda(request, pk):
    """Put a gate on the agenda."""
    board = find(Board.objects, pk=pk)

    def add(form):
        boards.add_item(board, form.cleaned_data["gate"], by=request.user, at=now())
        return board

    page = _page(board, _("Add a gate to the agenda"), _("Add it"))
    gates = boards.open_gates().exclude(board_items__board=board)
    return answer_form(request, AgendaForm, add, page, said=_("It is on the agenda."), gates=gates)


@allow(**RUN)
def item_note(request, pk):
    """Write down what was said about a gate."""
    item = _item(pk)

    def note(form):
        row = seen(item, form.cleaned_data["version"])
        boards.note_item(row, form.cleaned_data["note"], by=request.user, at=now())
        return item.board

    page = _page(item.board, _("Note on %(gate)s") % {"gate": item.gate}, _("Save"))
    initial = {"version": item.version, "note": item.note}
    return answer_form(request, ItemNoteForm, note, page, initial=initial, said=_("Saved."))


@allow(POST=Permission.DECIDE_GATE)
def item_step(request, pk, verb):
    """Move a gate up the agenda, or take it off."""
    item = _item(pk)
    said = _("The agenda is changed.")
    return answer_step(request, lambda: verb(item, by=request.user, at=now()), item.board, said=said)


def _live(board, request):
    at, items, person = now(), boards.agenda(board), person_of(request.user)
    found = standings([item.gate for item in items], at=at)
    live, today = records(found.values(), at=at), local_date(at, request.org.zone)
    stance = stances([item.gate for item in items], at=at, today=today)
    lines = []
    for item in items:
        standing = found[item.gate_id]
        frozen = boards.decided_record(standing)
        lines.append(
            {
                "item": item,
                "gate": item.gate,
                "standing": standing,
                "stance": stance[item.gate_id],
                "record": shown(frozen or live[item.gate_id]),
                "is_decided": item.gate.state not in boards.UNDECIDED,
                "voice": voice_of(standing, person),
                "awaited": awaited(standing),
                "why": [] if frozen else why_not_passed(standing),
            }
        )
    return lines


def _frozen(board):
    return [
        {
            "note": one["note"],
            "position": one["position"],
            "gate_id": one["gate_id"],
            "record": shown(one["record"]),
        }
        for one in board.record.get("items", [])
    ]


def _item(pk):
    return find(BoardItem.objects.select_related("board", "gate__release"), pk=pk)


def _crumbs():
    return ((_("Boards"), reverse("calendar:board-list")),)


def _page(board, title, submit):
    url = board.get_absolute_url()
    return FormPage(title, submit, url, crumbs=(*_crumbs(), (str(board), url)), lead=str(board))
