"""Exception requests: who asks, who decides, and that each ends by itself."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.exceptions.deciders import waiting_for
from calendar_app.exceptions.requests import edit, expire, grant, refuse, withdraw
from calendar_app.models import Absence, Blockout, ExceptionRequest
from calendar_app.models.releases import NotPossible
from calendar_app.releases.lifecycle import baseline
from releasemgr.activity.models import Entry
from releasemgr.changes.revisions import CannotUndo, Moved, undo
from tests.calendar_app.conftest import asked, person
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Kind, State = ExceptionRequest.Kind, ExceptionRequest.State


def test_a_waiver_is_asked_for_granted_and_ends_by_itself(world, unmet, olgas, olga, rita):
    request = asked(world, olgas, rita, criterion=unmet)
    assert (request.reference, request.state, request.requested_by_name) == ("EXC-1", State.REQUESTED, "Rita")

    grant([request], expires_at=JUNE_1 + 30 * DAY, by=olga, at=JUNE_1 + DAY)

    request = ExceptionRequest.objects.get()
    assert (request.state, request.decided_by_name, request.decided_at) == (
        State.GRANTED,
        "Olga",
        JUNE_1 + DAY,
    )
    assert list(ExceptionRequest.objects.in_force(JUNE_1 + 30 * DAY - DAY / 9)) == [request]
    assert (
        list(ExceptionRequest.objects.in_force(JUNE_1 + 30 * DAY)) == []
    )  # though no clock has recorded it yet

    assert expire(at=JUNE_1 + 29 * DAY).rows == []
    expire(at=JUNE_1 + 30 * DAY)
    expire(at=JUNE_1 + 31 * DAY)  # a second run finds nothing to do

    assert ExceptionRequest.objects.get().state == State.EXPIRED
    assert [entry.verb for entry in Entry.objects.of(request).order_by("at", "pk")] == [
        "requested",
        "granted",
        "expired",
    ]


def test_nobody_decides_their_own_request(world, unmet, olgas, olga, rita, in_acme):
    ritas = person(rita)

    with pytest.raises(ValidationError, match="Nobody decides their own request"):
        asked(world, ritas, rita, criterion=unmet)

    request = asked(world, olgas, rita, criterion=unmet)
    Absence.objects.create(person=olgas, deputy=ritas, starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 9))
    with pytest.raises(NotPossible, match="Olga decides EXC-1"):  # not even as the deputy
        grant([request], expires_at=JUNE_1 + DAY, by=rita, at=JUNE_1)
    assert list(waiting_for(rita, at=JUNE_1)) == []


def test_the_deputy_decides_on_days_of_absence_only(world, unmet, olgas, olga, pete, rita):
    request = asked(world, olgas, rita, criterion=unmet)
    petes = person(pete)
    Absence.objects.create(person=olgas, deputy=petes, starts_on=date(2026, 6, 3), ends_on=date(2026, 6, 4))

    assert list(waiting_for(pete, at=JUNE_1)) == []
    with pytest.raises(NotPossible, match="Olga decides EXC-1"):
        refuse([request], note="Not now", by=pete, at=JUNE_1)
    assert list(waiting_for(pete, at=JUNE_1 + 3 * DAY)) == [request]  # the evening of the last day, in Berlin

    refuse([request], note="Meet it first", by=pete, at=JUNE_1 + 3 * DAY)

    assert ExceptionRequest.objects.get().decided_by_name == "Pete"


def test_an_administrator_who_is_not_named_does_not_decide(world, unmet, olgas, emma, rita):
    request = asked(world, olgas, rita, criterion=unmet)

    with pytest.raises(NotPossible, match="Olga decides EXC-1"):
        grant([request], expires_at=JUNE_1 + DAY, by=emma, at=JUNE_1)

    assert ExceptionRequest.objects.get().state == State.REQUESTED


def test_nothing_is_granted_for_ever_and_no_refusal_goes_without_a_reason(world, unmet, olgas, olga, rita):
    request = asked(world, olgas, rita, criterion=unmet)

    for until in (None, JUNE_1):
        with pytest.raises(ValidationError, match="nothing is granted for ever"):
            grant([request], expires_at=until, by=olga, at=JUNE_1)
    with pytest.raises(ValidationError, match="Say why not"):
        refuse([request], note=" ", by=olga, at=JUNE_1)


def test_a_request_names_what_it_is_about(world, unmet, olgas, rita):
    over = Blockout.objects.create(
        name="Over", project=world.payments, starts_at=JUNE_1 - 9 * DAY, ends_at=JUNE_1 - 8 * DAY
    )
    wrong = [
        (Kind.WAIVER, {}, "Say which one"),
        (Kind.WAIVER, {"criterion": unmet, "release": world.october}, "belongs to another release"),
        (Kind.BLOCKOUT, {"blockout": over}, "over or was lifted"),
        (Kind.LATE_SCOPE, {}, "scope is not locked"),
        (Kind.LATE_SCOPE, {"criterion": unmet}, "not about that"),
        (Kind.BASELINE_MOVE, {}, "has no baseline"),
    ]

    for kind, about, said in wrong:
        with pytest.raises(ValidationError, match=said):
            asked(world, olgas, rita, kind=kind, **about)
    assert not ExceptionRequest.objects.exists()


def test_the_same_request_twice_is_said_and_kept_once(world, unmet, olgas, rita):
    request = asked(world, olgas, rita, criterion=unmet)

    with pytest.raises(NotPossible, match="asked for already"):
        asked(world, olgas, rita, criterion=unmet)
    withdraw([request], by=rita, at=JUNE_1)
    asked(world, olgas, rita, criterion=unmet)

    assert list(ExceptionRequest.objects.order_by("number").values_list("state", flat=True)) == [
        State.WITHDRAWN,
        State.REQUESTED,
    ]


def test_a_decision_stays_and_an_edit_can_be_undone(world, olgas, olga, rita):
    baseline([world.september], by=rita, at=JUNE_1)
    world.september.refresh_from_db()
    request = asked(world, olgas, rita, kind=Kind.BASELINE_MOVE)
    act = edit(request, {"subject": "A week later"}, by=rita, at=JUNE_1).act_id
    undo(act, by=rita, at=JUNE_1)
    request = ExceptionRequest.objects.get()
    assert request.subject == "Open defects"

    act = refuse([request], note="No", by=olga, at=JUNE_1).act_id

    with pytest.raises(CannotUndo):
        undo(act, by=olga, at=JUNE_1)
    with pytest.raises(NotPossible, match="Refused"):
        edit(ExceptionRequest.objects.get(), {"subject": "Again"}, by=rita, at=JUNE_1)


def test_who_decides_what_was_changed_meanwhile_is_told(world, unmet, olgas, olga, rita):
    request = asked(world, olgas, rita, criterion=unmet)
    edit(ExceptionRequest.objects.get(), {"reason": "Another reason"}, by=rita, at=JUNE_1)

    with pytest.raises(Moved):
        grant([request], expires_at=JUNE_1 + DAY, by=olga, at=JUNE_1)

    assert ExceptionRequest.objects.get().state == State.REQUESTED
