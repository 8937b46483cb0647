"""The pages on which gates are decided, as approvers use them."""

from datetime import date

import pytest

from calendar_app.approvals.boards import plan_board
from calendar_app.models import (
    Absence,
    ApprovalGroup,
    ApprovalRule,
    Board,
    BoardItem,
    Criterion,
    Delegation,
    Gate,
    GateRound,
    Vote,
    WorkItem,
)
from releasemgr.activity.discussion import Notice
from releasemgr.changes.revisions import create
from tests.calendar_app.deciders import LATER, asked, fresh, person, rule, say
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

MOUNT = "/o/acme/calendar"


@pytest.fixture
def as_vic(client, vic):
    client.force_login(vic)
    return client


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def victor(world, vic):
    """The viewer as a person whom rules can name."""
    return person("Victor", vic)


@pytest.fixture
def waiting(world, rita, victor):
    """A submitted gate that waits for the viewer."""
    rule(world.gate, victor, by=rita)
    return asked(world.gate, by=rita)


def text_of(response):
    return response.content.decode()


def ballot(client, gate, **more):
    page = client.get(f"{MOUNT}/gates/{gate.pk}/vote/")
    form = page.context["form"]
    given = {"seen": form["seen"].value(), "person": str(form["person"].value()), "verdict": "approve"} | more
    return client.post(f"{MOUNT}/gates/{gate.pk}/vote/", given)


def test_a_viewer_whom_a_rule_names_decides(as_vic, waiting):
    page = text_of(as_vic.get(f"{MOUNT}/gates/{waiting.pk}/vote/"))
    assert "Yours is the last signature: the gate passes at once." in page
    assert "The phase “SIT” may end." in page

    assert ballot(as_vic, waiting).status_code == 302

    assert fresh(waiting).state == "passed"
    assert "Frozen record" in text_of(as_vic.get(f"{MOUNT}/gates/{waiting.pk}/approval/"))


def test_whoever_no_rule_names_is_forbidden(as_rita, waiting):
    for path in ("vote", "delegation"):
        assert as_rita.get(f"{MOUNT}/gates/{waiting.pk}/{path}/").status_code == 403
    assert as_rita.post(f"{MOUNT}/gates/{waiting.pk}/vote/", {"verdict": "approve"}).status_code == 403


def test_conditions_need_an_owner_and_a_day(as_vic, waiting, victor):
    answer = ballot(as_vic, waiting, verdict="conditional", condition_1="Repeat the load test")
    assert answer.status_code == 422
    assert "A condition needs words, an owner and a day." in text_of(answer)

    given = {"condition_1": "Repeat the load test", "owner_1": str(victor.pk), "due_1": "2026-07-20"}
    assert ballot(as_vic, waiting, verdict="conditional", **given).status_code == 302

    assert (fresh(waiting).state, Criterion.objects.get().name) == ("conditional", "Repeat the load test")


def test_a_vote_on_what_somebody_changed_meanwhile_is_shown_again(as_vic, waiting, world, rita):
    page = as_vic.get(f"{MOUNT}/gates/{waiting.pk}/vote/")
    seen = page.context["form"]["seen"].value()
    create([WorkItem(release=world.september, key="PAY-9", title="More", added_at=JUNE_1)], by=rita, at=LATER)

    answer = ballot(as_vic, waiting, seen=seen)

    assert answer.status_code == 422
    assert "changed while you were deciding" in text_of(answer)
    assert Vote.objects.count() == 0
    assert ballot(as_vic, waiting).status_code == 302


def test_a_vote_is_delegated_and_taken_back(as_vic, waiting, victor, world, rita):
    ben = person("Ben")
    rule(world.gate, ben, by=rita, name="Risk")
    as_vic.post(f"{MOUNT}/gates/{waiting.pk}/delegation/", {"delegate": str(ben.pk)})
    assert Delegation.objects.get().delegate == ben
    as_vic.post(f"{MOUNT}/gates/{waiting.pk}/delegation/", {"delegate": ""})
    assert Delegation.objects.count() == 0

    ballot(as_vic, waiting)
    assert Vote.objects.count() == 1
    as_vic.post(f"{MOUNT}/gates/{waiting.pk}/vote-withdrawal/", {"person": str(victor.pk)})
    assert Vote.objects.count() == 0


def test_the_decisions_page_gathers_what_awaits_me(as_vic, waiting):
    page = text_of(as_vic.get(f"{MOUNT}/decisions/"))

    assert page.count('<li id="vote-') == 1
    assert "Your decision is wanted: SIT exit of September" in page
    assert text_of(as_vic.get(f"{MOUNT}/decisions/count/")) == "1"
    as_vic.post(f"{MOUNT}/decisions/reading/")
    assert Notice.objects.get().read_at is not None
    ballot(as_vic, waiting)
    assert text_of(as_vic.get(f"{MOUNT}/decisions/count/")) == ""


def test_an_account_that_is_nobody_is_told_so(as_rita, world):
    assert "no person of this organisation" in text_of(as_rita.get(f"{MOUNT}/decisions/"))


def test_rules_and_groups_are_kept_by_those_who_shape_the_process(as_rita, world, victor):
    as_rita.post(f"{MOUNT}/approval-groups/new/", {"name": "Board", "people": [str(victor.pk)]})
    group = ApprovalGroup.objects.get()
    given = {"name": "Board agrees", "group": str(group.pk), "needed": 2, "step": 1}
    answer = as_rita.post(f"{MOUNT}/gates/{world.gate.pk}/approval-rules/new/", given)
    assert (answer.status_code, "Only 1 people could approve" in text_of(answer)) == (422, True)

    as_rita.post(f"{MOUNT}/gates/{world.gate.pk}/approval-rules/new/", given | {"needed": 1})
    row = ApprovalRule.objects.get()
    as_rita.post(
        f"{MOUNT}/approval-rules/{row.pk}/edit/",
        {"version": 1, "name": "Victor", "people": [str(victor.pk)], "needed": 1, "step": 2},
    )
    row.refresh_from_db()
    assert (row.name, row.group, row.step, row.seats.count()) == ("Victor", None, 2, 1)
    as_rita.post(f"{MOUNT}/approval-rules/{row.pk}/removal/")
    as_rita.post(f"{MOUNT}/approval-groups/{group.pk}/removal/")
    assert (ApprovalRule.objects.count(), ApprovalGroup.objects.count()) == (0, 0)


def test_people_note_their_own_absence_and_nobody_elses(as_vic, victor):
    ben = person("Ben")
    given = {"starts_on": "2026-07-01", "ends_on": "2026-07-09", "deputy": str(ben.pk)}
    as_vic.post(f"{MOUNT}/people/{victor.pk}/absences/new/", given)
    row = Absence.objects.get()
    assert (row.person, row.deputy) == (victor, ben)

    assert as_vic.get(f"{MOUNT}/people/{ben.pk}/absences/new/").status_code == 403
    reversed_days = given | {"version": 1, "ends_on": "2026-06-01"}
    assert as_vic.post(f"{MOUNT}/absences/{row.pk}/edit/", reversed_days).status_code == 422
    as_vic.post(f"{MOUNT}/absences/{row.pk}/removal/")
    assert Absence.objects.count() == 0


def test_a_board_is_planned_held_and_closed(as_rita, world, rita, victor):
    as_rita.post(f"{MOUNT}/boards/new/", {"name": "Release board", "held_on": "2026-07-15", "span": "week"})
    board = Board.objects.get()
    assert [item.gate for item in BoardItem.objects.all()] == [world.gate]
    asked(world.gate, by=rita)

    as_rita.post(f"{MOUNT}/boards/{board.pk}/opening/", {"version": 1})
    page = text_of(as_rita.get(f"{MOUNT}/boards/{board.pk}/"))
    assert "Decide…" in page
    as_rita.post(f"{MOUNT}/gates/{world.gate.pk}/decision/", {"version": 2, "decision": "passed"})
    item = BoardItem.objects.get()
    as_rita.post(f"{MOUNT}/board-items/{item.pk}/note/", {"version": 1, "note": "All agreed"})
    as_rita.post(f"{MOUNT}/boards/{board.pk}/closing/", {"version": 2, "minutes": "Three were present."})

    Gate.objects.update(name="Renamed")
    page = text_of(as_rita.get(f"{MOUNT}/boards/{board.pk}/"))
    assert ("Three were present." in page, "All agreed" in page, "SIT exit" in page) == (True, True, True)
    assert "Passed</strong>, Rita" in page


def test_the_agenda_is_put_in_order(as_rita, world, rita):
    second = Gate(release=world.october, name="Cards exit", planned_date=date(2026, 7, 18))
    create([second], by=rita, at=JUNE_1)
    board = plan_board(Board(name="Board", held_on=date(2026, 7, 17)), [world.gate], by=rita, at=JUNE_1)
    as_rita.post(f"{MOUNT}/boards/{board.pk}/agenda/", {"gate": str(second.pk)})
    item = BoardItem.objects.get(gate=second)

    as_rita.post(f"{MOUNT}/board-items/{item.pk}/rise/")
    assert [one.gate for one in BoardItem.objects.order_by("position")] == [second, world.gate]
    as_rita.post(f"{MOUNT}/board-items/{item.pk}/removal/")
    assert [one.gate for one in BoardItem.objects.all()] == [world.gate]


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_a_board_costs_the_same_for_any_number_of_gates(
    as_rita, world, rita, victor, rows, django_assert_num_queries
):
    gates = [
        Gate(release=world.october, name=f"Gate {n}", planned_date=date(2026, 7, 17)) for n in range(rows)
    ]
    create(gates, by=rita, at=JUNE_1)
    create([Criterion(gate=gate, name="Tested") for gate in gates], by=rita, at=JUNE_1)
    for gate in gates[:3]:
        rule(gate, victor, by=rita)
        asked(gate, by=rita)
    board = plan_board(Board(name="Board", held_on=date(2026, 7, 17)), gates, by=rita, at=JUNE_1)

    with django_assert_num_queries(23):
        response = as_rita.get(f"{MOUNT}/boards/{board.pk}/")

    assert text_of(response).count('<section class="card" id="item-') == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_decisions_page_costs_the_same_for_any_number_of_gates(
    as_vic, world, rita, victor, rows, django_assert_num_queries
):
    for n in range(rows):
        gate = Gate(release=world.october, name=f"Gate {n}", planned_date=date(2026, 7, 17))
        create([gate], by=rita, at=JUNE_1)
        rule(gate, victor, by=rita)
        asked(gate, by=rita)

    with django_assert_num_queries(24):
        response = as_vic.get(f"{MOUNT}/decisions/")

    assert text_of(response).count('<li id="vote-') == rows


def test_what_made_a_decision_stale_is_named_where_it_is_decided_again(as_vic, waiting, world, rita, victor):
    say(waiting, victor)
    create([WorkItem(release=world.september, key="PAY-9", title="More", added_at=JUNE_1)], by=rita, at=LATER)

    page = text_of(as_vic.get(f"{MOUNT}/gates/{waiting.pk}/approval/"))

    assert "Scope of REL-1: PAY-9 added" in page
    assert "To decide again: Board" in page
    assert GateRound.objects.get().revoked_at is not None
