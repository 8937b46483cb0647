"""What a granted exception sets off, and that it ends with it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.blockouts import plan_blockouts
from calendar_app.conflicts import verify_conflicts
from calendar_app.exceptions.listing import line_of
from calendar_app.exceptions.requests import expire, grant
from calendar_app.models import Blockout, Conflict, ExceptionRequest, Nomination, Release, WorkItem
from calendar_app.releases.lifecycle import baseline
from calendar_app.releases.moves import Move, move
from calendar_app.releases.plans import edit
from calendar_app.scope.lock import lock_scope
from releasemgr.changes.revisions import Revision, create, revise
from tests.calendar_app.conftest import asked
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Kind = ExceptionRequest.Kind
GO_LIVE_OVER = datetime(
    2026, 9, 1, 22, tzinfo=UTC
)  # the end of the day on which September goes live, in Berlin


@pytest.fixture
def freeze(world, rita):
    """A hard blockout of Payments around the go-live of September."""
    at = JUNE_1 + 89 * DAY
    row = Blockout(name="Quarter end", project=world.payments, starts_at=at, ends_at=at + 12 * DAY)
    return plan_blockouts([row], by=rita, at=JUNE_1).rows[0]


def inside():
    return Conflict.objects.filter(rule="in-blockout").count()


def of(world, name="september"):
    return Release.objects.get(pk=getattr(world, name).pk)


def test_a_granted_exception_lets_the_release_into_the_blockout_at_its_time(world, freeze, olgas, olga, rita):
    assert inside() == 1
    request = asked(world, olgas, rita, kind=Kind.BLOCKOUT, blockout=freeze)
    assert inside() == 1

    grant([request], expires_at=GO_LIVE_OVER, by=olga, at=JUNE_1)
    assert inside() == 0
    assert verify_conflicts() == []

    move([Move(of(world), date(2026, 9, 3))], by=rita, at=JUNE_1)  # later than the exception allows
    assert inside() == 1
    move([Move(of(world), date(2026, 9, 1))], by=rita, at=JUNE_1)
    assert inside() == 0

    expire(at=GO_LIVE_OVER)  # and it has still not gone live
    assert inside() == 1
    assert verify_conflicts() == []
    assert ExceptionRequest.objects.get().was_used is True  # it stood planned there to the end


def test_the_exception_of_one_release_lets_no_other_in(world, freeze, olgas, olga, rita):
    edit(
        of(world, "october"), {"project": world.payments, "target_date": date(2026, 9, 5)}, by=rita, at=JUNE_1
    )
    assert inside() == 2

    request = asked(world, olgas, rita, kind=Kind.BLOCKOUT, blockout=freeze)
    grant([request], expires_at=GO_LIVE_OVER, by=olga, at=JUNE_1)

    assert [row.first_id for row in Conflict.objects.filter(rule="in-blockout")] == [world.october.pk]
    assert verify_conflicts() == []


def test_a_promised_date_moves_later_only_by_exception(world, olgas, olga, rita):
    baseline([world.september], by=rita, at=JUNE_1)

    for attempt in (
        lambda: move([Move(of(world), date(2026, 9, 8))], by=rita, at=JUNE_1),
        lambda: edit(of(world), {"target_date": date(2026, 9, 8)}, by=rita, at=JUNE_1),
    ):
        with pytest.raises(ValidationError) as refused:
            attempt()
        (said,) = refused.value.message_dict["target_date"]
        assert "promised for 1 Sep 2026" in said
        assert 'href="/calendar/exceptions/new/?kind=baseline&amp;release=1"' in said.replace("/o/acme", "")

    move([Move(of(world), date(2026, 8, 25))], by=rita, at=JUNE_1)  # earlier needs nobody's leave
    edit(of(world), {"name": "Autumn"}, by=rita, at=JUNE_1)
    request = asked(world, olgas, rita, kind=Kind.BASELINE_MOVE, release=of(world))
    grant([request], expires_at=JUNE_1 + 9 * DAY, by=olga, at=JUNE_1)
    move([Move(of(world), date(2026, 9, 8))], by=rita, at=JUNE_1 + DAY)
    move([Move(of(world), date(2026, 9, 4))], by=rita, at=JUNE_1 + 20 * DAY)  # less late

    with pytest.raises(ValidationError, match="needs an exception"):
        move([Move(of(world), date(2026, 9, 9))], by=rita, at=JUNE_1 + 20 * DAY)
    assert of(world).baseline_date == date(2026, 9, 1)
    expire(at=JUNE_1 + 20 * DAY)
    assert ExceptionRequest.objects.get().was_used is True


def test_what_was_allowed_and_never_done_ends_unused(world, unmet, freeze, olgas, olga, rita):
    baseline([of(world, "october")], by=rita, at=JUNE_1)
    lock_scope([of(world), of(world, "october")], by=rita, at=JUNE_1)
    late = Nomination(
        release=world.september, project=world.cards, submitted_at=JUNE_1, is_late=True, state="submitted"
    )
    create([late], by=rita, at=JUNE_1)
    requests = [
        asked(world, olgas, rita, kind=Kind.LATE_ENTRY, nomination=late),
        asked(world, olgas, rita, kind=Kind.LATE_SCOPE, release=of(world)),
        asked(world, olgas, rita, kind=Kind.LATE_SCOPE, release=of(world, "october")),
        asked(world, olgas, rita, kind=Kind.BASELINE_MOVE, release=of(world, "october")),
        asked(world, olgas, rita, kind=Kind.BLOCKOUT, blockout=freeze),
        asked(world, olgas, rita, criterion=unmet),
    ]
    grant(requests, expires_at=JUNE_1 + 9 * DAY, by=olga, at=JUNE_1)
    accepted = {"state": "accepted", "child": world.october, "decided_at": JUNE_1 + DAY}
    revise([Revision(late, None, accepted)], by=rita, at=JUNE_1 + DAY)
    item = WorkItem(release=world.september, key="PAY-9", title="Rounding", added_at=JUNE_1 + 2 * DAY)
    create([item], by=rita, at=JUNE_1 + 2 * DAY)
    move([Move(of(world, "october"), of(world, "october").baseline_date - DAY)], by=rita, at=JUNE_1 + DAY)

    expire(at=JUNE_1 + 9 * DAY)

    found = ExceptionRequest.objects.order_by("number")
    assert list(found.values_list("was_used", flat=True)) == [True, True, False, False, False, False]
    assert line_of(found.last(), at=JUNE_1 + 9 * DAY).words == "Expired unused"


def test_the_page_of_the_move_leads_to_the_request(client, world, olgas, rita):
    baseline([world.september], by=rita, at=JUNE_1)
    client.force_login(rita)

    answer = client.post(
        "/o/acme/calendar/releases/1/target/", {"version": 2, "target_date": "2026-09-08", "apply": "1"}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert (
        '<a href="/o/acme/calendar/exceptions/new/?kind=baseline&amp;release=1">Ask for an exception</a>'
        in page
    )
