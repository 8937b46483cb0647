"""The countdown R-8 … R-0 and the hold that stops it."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from calendar_app.models import Claim, Release
from calendar_app.releases import lifecycle
from calendar_app.releases.clock import countdown, days_in_words, made_up_day
from calendar_app.releases.moves import Move, move
from calendar_app.releases.plans import edit
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SEPTEMBER = "/o/acme/calendar/releases/1/"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (62, "R-8"),
        (56, "R-8"),
        (55, "R-7"),
        (7, "R-1"),
        (6, "R-0"),
        (0, "R-0"),
        (-1, "R+1"),
        (-7, "R+1"),
        (-8, "R+2"),
    ],
)
def test_the_countdown_counts_weeks(in_acme, days, words):
    release = Release(target_date=date(2026, 9, 1), status="active")

    assert countdown(release, today=date(2026, 9, 1) - days * DAY) == words


def test_a_live_release_counts_nothing(in_acme):
    assert countdown(Release(target_date=date(2026, 9, 1), status="live"), today=date(2026, 8, 1)) == ""


def held(world, rita, *, days):
    """September, held on 1 June and resumed so many days later."""
    (row,) = lifecycle.hold([world.september], by=rita, at=JUNE_1).rows
    return lifecycle.resume([row], by=rita, at=JUNE_1 + days * DAY).rows[0]


def test_on_hold_the_clock_stands_and_nothing_becomes_late(client, world, rita):
    (row,) = lifecycle.hold([world.september], by=rita, at=JUNE_1).rows

    assert countdown(row, today=date(2026, 12, 1)) == "R-13"
    assert days_in_words(row, today=date(2026, 12, 1)) == "the clock stands at 92 days to go"
    client.force_login(rita)
    page = client.get(SEPTEMBER).content.decode()
    assert "R-13" in page
    assert "Late" not in page
    assert set(
        Claim.objects.filter(release_id=row.pk, kind__in=["phase", "gate"]).values_list("state", flat=True)
    ) == {"on_hold"}


def test_planning_pauses_while_it_is_on_hold(world, rita):
    (row,) = lifecycle.hold([world.september], by=rita, at=JUNE_1).rows

    with pytest.raises(ValidationError, match="Resume it first"):
        move([Move(row, date(2026, 9, 8))], by=rita, at=JUNE_1)
    with pytest.raises(ValidationError, match="Resume it first"):
        edit(row, {"target_date": date(2026, 9, 8)}, by=rita, at=JUNE_1)


def test_resumed_it_offers_to_move_by_the_days_it_stood(client, world, rita):
    row = held(world, rita, days=12)
    assert (row.held_since, row.held_days, made_up_day(row)) == (None, 12, date(2026, 9, 13))
    client.force_login(rita)
    page = client.get(SEPTEMBER).content.decode()
    assert "It stood on hold for 12 days" in page
    assert "target/?to=2026-09-13" in page

    move([Move(row, date(2026, 9, 8))], by=rita, at=JUNE_1)

    row = Release.objects.get(pk=row.pk)
    assert (row.held_days, made_up_day(row)) == (5, date(2026, 9, 13))


def test_the_dates_may_stay(client, world, rita):
    held(world, rita, days=3)
    client.force_login(rita)

    client.post(f"{SEPTEMBER}kept-dates/")

    assert "It stood on hold" not in client.get(SEPTEMBER).content.decode()


def test_two_holds_add_up(world, rita):
    row = held(world, rita, days=2)
    (row,) = lifecycle.hold([row], by=rita, at=JUNE_1 + 5 * DAY).rows
    (row,) = lifecycle.resume([row], by=rita, at=JUNE_1 + 9 * DAY).rows

    assert row.held_days == 6
