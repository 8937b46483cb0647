"""Dependencies: asked for, promised, late, met by hand or by itself; and never in a circle."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from calendar_app.claims import verify_claims
from calendar_app.conflicts import sentence, verify_conflicts
from calendar_app.dependencies.answers import accept, end_waivers, promise_again, refuse, satisfy
from calendar_app.dependencies.requests import ask, ask_again, edit, waive, withdraw
from calendar_app.gates.rounds import decide, revoke, submit
from calendar_app.models import Conflict, Dependency, Gate, Promise, Release
from calendar_app.models.releases import NotPossible
from calendar_app.releases.lifecycle import cancel, go_live
from calendar_app.releases.moves import Move, move
from calendar_app.tasks import end_what_expired
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import CannotUndo, create, undo
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
State = Dependency.State


def needed(by, *, of, rita, needed_by=date(2026, 10, 5), **about):
    """Something that the release ``by`` needs of the release ``of``."""
    row = Dependency(release=by, provider=of, title="The new interface", needed_by=needed_by, **about)
    return ask([row], by=rita, at=JUNE_1).rows[0]


def late():
    return [(row.severity, sentence(row)) for row in Conflict.objects.filter(rule="dependency-late")]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_asked_promised_promised_again_and_satisfied(world, rita, pete):
    row = needed(world.september, of=world.october, rita=rita)
    assert (row.reference, row.state) == ("NEED-1", State.REQUESTED)

    accept([row], promised_on=date(2026, 9, 20), by=pete, at=JUNE_1)
    with pytest.raises(ValidationError, match="Say why the date moves"):
        promise_again([fresh(row)], promised_on=date(2026, 9, 30), reason=" ", by=pete, at=JUNE_1)
    promise_again([fresh(row)], promised_on=date(2026, 9, 30), reason="Two ill", by=pete, at=JUNE_1 + DAY)
    act = satisfy([fresh(row)], by=rita, at=JUNE_1 + 2 * DAY).act_id

    assert list(Promise.objects.order_by("made_at").values_list("promised_on", "reason", "made_by_name")) == [
        (date(2026, 9, 20), "", "Pete"),
        (date(2026, 9, 30), "Two ill", "Pete"),
    ]
    assert (fresh(row).state, fresh(row).satisfied_by_name) == (State.SATISFIED, "Rita")
    undo(act, by=rita, at=JUNE_1 + 3 * DAY)
    assert fresh(row).state == State.ACCEPTED
    verbs = Entry.objects.of(row).order_by("at", "pk").values_list("verb", flat=True)
    assert list(verbs) == ["requested", "accepted", "promised again", "satisfied", "undone"]


def test_a_promise_stays_on_record(world, rita):
    row = needed(world.september, of=world.october, rita=rita)
    act = accept([row], promised_on=date(2026, 9, 20), by=rita, at=JUNE_1).act_id

    with pytest.raises(CannotUndo, match="A promise is not undone"):
        undo(act, by=rita, at=JUNE_1)


def test_a_refusal_says_why_and_can_be_asked_again(world, rita):
    row = needed(world.september, of=world.october, rita=rita)
    with pytest.raises(ValidationError, match="Say why not"):
        refuse([row], note="", by=rita, at=JUNE_1)
    refuse([row], note="No people", by=rita, at=JUNE_1)

    with pytest.raises(NotPossible, match="NEED-1 is “Refused”"):
        satisfy([fresh(row)], by=rita, at=JUNE_1)
    ask_again([fresh(row)], by=rita, at=JUNE_1)

    assert fresh(row).state == State.REQUESTED


def test_what_is_promised_or_foreseen_too_late_is_a_conflict_until_it_is_not(world, rita):
    row = needed(world.september, of=world.october, rita=rita)
    assert late() == []

    accept([row], promised_on=date(2026, 10, 9), by=rita, at=JUNE_1)
    told = "“The new interface” is needed before “October” provides it, if at all"
    assert late() == [("warning", told)]
    promise_again([fresh(row)], promised_on=date(2026, 10, 5), reason="Found a way", by=rita, at=JUNE_1)
    assert late() == []

    move([Move(fresh(world.october), date(2026, 10, 8))], by=rita, at=JUNE_1)
    assert late() == [("warning", told)]
    conflict = Conflict.objects.get(rule="dependency-late")
    assert {conflict.first_release_id, conflict.second_release_id} == {world.september.pk, world.october.pk}
    cancel([fresh(world.october)], by=rita, at=JUNE_1)
    assert late() == [("blocker", told)]

    withdraw([fresh(row)], by=rita, at=JUNE_1)
    assert late() == []
    assert verify_conflicts() == verify_claims() == []


def test_a_gate_of_the_provider_says_when_and_that_it_is_there(world, rita):
    gate = create(
        [Gate(release=world.october, name="Interface ready", planned_date=date(2026, 9, 1))],
        by=rita,
        at=JUNE_1,
    ).rows[0]
    row = needed(
        world.september, of=world.october, rita=rita, needed_by=date(2026, 8, 20), provider_gate=gate
    )
    assert len(late()) == 1

    submit([gate], by=rita, at=JUNE_1)
    decide([fresh(gate)], "passed", by=rita, at=JUNE_1 + DAY)

    assert (fresh(row).state, fresh(row).satisfied_at, late()) == (State.SATISFIED, JUNE_1 + DAY, [])
    assert Entry.objects.of(row).newest_first().first().actor_id is None

    revoke([fresh(gate)], by=rita, at=JUNE_1 + 2 * DAY)

    assert (fresh(row).state, len(late())) == (State.REQUESTED, 1)


def test_a_provider_that_goes_live_satisfies_what_is_waived_too(world, rita):
    row = needed(world.september, of=world.october, rita=rita)
    waive([row], until=date(2026, 7, 1), note="A stub will do", by=rita, at=JUNE_1, today=date(2026, 6, 1))

    go_live([world.october], by=rita, at=JUNE_1 + DAY)

    assert fresh(row).state == State.SATISFIED


def test_what_was_satisfied_by_hand_stays_satisfied(world, rita):
    row = needed(world.september, of=world.october, rita=rita)
    satisfy([row], by=rita, at=JUNE_1)

    move([Move(world.october, date(2026, 11, 1))], by=rita, at=JUNE_1)

    assert fresh(row).state == State.SATISFIED


def test_a_waiver_ends_by_itself(world, rita):
    row = needed(world.september, of=world.october, rita=rita, needed_by=date(2026, 9, 15))
    accept([row], promised_on=date(2026, 10, 1), by=rita, at=JUNE_1)
    waive(
        [fresh(row)],
        until=date(2026, 6, 10),
        note="A stub will do",
        by=rita,
        at=JUNE_1,
        today=date(2026, 6, 1),
    )
    assert late() == []
    assert list(Dependency.objects.unmet(date(2026, 6, 10))) == []
    assert list(Dependency.objects.unmet(date(2026, 6, 11))) == [row]  # before any clock recorded it

    end_waivers(at=JUNE_1 + 9 * DAY)
    assert fresh(row).state == State.WAIVED
    end_waivers(at=JUNE_1 + 10 * DAY)
    end_waivers(at=JUNE_1 + 10 * DAY)

    assert (fresh(row).state, len(late()), fresh(row).version) == (State.ACCEPTED, 1, 4)


def test_the_clock_ends_waivers_of_every_organisation(world, rita):
    row = needed(world.september, of=world.october, rita=rita)
    waive([row], until=date(2026, 6, 10), note="A stub", by=rita, at=JUNE_1, today=date(2026, 6, 1))

    end_what_expired()

    assert fresh(row).state == State.REQUESTED


def test_a_circle_is_refused_and_named(world, payments, rita):
    november = release(payments, "November", date(2026, 11, 1), rita)
    needed(world.september, of=world.october, rita=rita)
    closing = needed(world.october, of=november, rita=rita)

    with pytest.raises(ValidationError) as refused, transaction.atomic():
        needed(november, of=world.september, rita=rita)
    assert refused.value.message_dict == {
        "provider": [
            "They would wait for each other: REL-3 November → REL-1 September → REL-2 October → REL-3 November."
        ]
    }

    act = withdraw([closing], by=rita, at=JUNE_1).act_id
    back = needed(november, of=world.september, rita=rita)
    for again in (
        lambda: undo(act, by=rita, at=JUNE_1),
        lambda: ask_again([fresh(closing)], by=rita, at=JUNE_1),
    ):
        with pytest.raises(ValidationError, match="wait for each other"), transaction.atomic():
            again()
    satisfy([back], by=rita, at=JUNE_1)
    ask_again([fresh(closing)], by=rita, at=JUNE_1)


def test_an_edit_may_not_close_a_circle_and_a_new_provider_answers_anew(world, payments, rita):
    november = release(payments, "November", date(2026, 11, 1), rita)
    needed(world.september, of=world.october, rita=rita)
    row = needed(world.october, of=november, rita=rita)
    accept([row], promised_on=date(2026, 9, 20), by=rita, at=JUNE_1)

    with pytest.raises(ValidationError, match="wait for each other"), transaction.atomic():
        edit(fresh(row), {"provider": world.september}, by=rita, at=JUNE_1)
    december = release(payments, "December", date(2026, 12, 1), rita)
    edit(fresh(row), {"provider": december}, by=rita, at=JUNE_1)

    assert (fresh(row).provider, fresh(row).state, fresh(row).promised_on) == (
        december,
        State.REQUESTED,
        None,
    )


def test_bad_input_is_refused_where_it_is(world, rita):
    foreign = world.gate
    wrong = [
        ({"of": world.september}, "cannot wait for itself"),
        ({"of": world.october, "provider_gate": foreign}, "another release"),
        ({"of": world.october, "gate": Gate(release=world.october)}, "another release"),
    ]
    for about, said in wrong:
        with pytest.raises(ValidationError, match=said), transaction.atomic():
            needed(world.september, rita=rita, **about)
    go_live([world.october], by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="live already"), transaction.atomic():
        needed(world.september, of=Release.objects.get(pk=world.october.pk), rita=rita)
    assert not Dependency.objects.exists()
