"""The environment schedule: what it shows, for which time, at what cost."""

import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from calendar_app.blockouts import plan_blockouts
from calendar_app.models import Blockout
from environments.models import Booking, Outage
from environments.period import period, read_period
from environments.supply import plan_outages
from releasemgr.portfolio.models import Portfolio
from tests.conftest import JUNE_1
from tests.environments.conftest import ask, book, hour, make_environment

BERLIN = ZoneInfo("Europe/Berlin")
URL = "/o/acme/environments/schedule/"
WEEK = {"zoom": "week", "date": "2026-06-01"}


@pytest.fixture
def at_acme(client, rita):
    client.force_login(rita)
    return client


def lanes(response):
    return re.findall(r'data-lane="([^"]+)"', response.content.decode())


def bars(response):
    return re.findall(r'id="bar-bkg-(\d+)"', response.content.decode())


@pytest.mark.parametrize(
    ("zoom", "first", "last"),
    [
        ("day", date(2026, 5, 20), date(2026, 5, 21)),
        ("week", date(2026, 5, 18), date(2026, 5, 25)),
        ("fortnight", date(2026, 5, 18), date(2026, 6, 1)),
        ("month", date(2026, 5, 1), date(2026, 6, 1)),
        ("quarter", date(2026, 4, 1), date(2026, 7, 1)),
    ],
)
def test_a_zoom_shows_a_whole_period_and_its_neighbours_touch_it(zoom, first, last):
    shown = period(zoom, date(2026, 5, 20), BERLIN)

    assert (shown.first, shown.last) == (first, last)
    assert period(zoom, shown.previous, BERLIN).last == first
    assert period(zoom, last, BERLIN).first == last


def test_december_is_followed_by_january():
    assert period("month", date(2026, 12, 31), BERLIN).last == date(2027, 1, 1)
    assert period("quarter", date(2026, 11, 2), BERLIN).last == date(2027, 1, 1)


@pytest.mark.parametrize(
    "query", [{}, {"zoom": "x", "date": "y"}, {"date": "2026-99-99"}, {"date": "9999-12-31"}]
)
def test_nonsense_in_the_url_shows_this_week(query):
    shown = read_period(query, now=JUNE_1, zone=BERLIN)

    assert (shown.zoom, shown.first) == ("week", date(2026, 6, 1))


def test_a_day_of_a_clock_change_has_the_hours_it_has():
    assert period("day", date(2026, 3, 29), BERLIN).scale(None).units == 23
    assert period("week", date(2026, 10, 19), BERLIN).scale(None).units == 169


def test_environments_are_lanes_in_the_order_of_their_stages(at_acme, sit):
    make_environment("pre-1", type="pre")
    make_environment("dev-1", type="dev")
    gone = make_environment("old", type="dev")
    type(gone).objects.filter(pk=gone.pk).update(decommissioned_at=JUNE_1 - timedelta(days=9))

    assert lanes(at_acme.get(URL, WEEK)) == ["use", "dev-1", "sit-1", "pre-1"]


def test_bars_are_what_stands_and_what_is_asked_for(at_acme, shared_sit):
    book(shared_sit, 0, 4)
    ask(shared_sit, 2, 6, is_exclusive=True)
    gone = book(shared_sit, 4, 8)
    Booking.objects.filter(pk=gone.pk).update(status="cancelled", holds=False)
    book(shared_sit, 24 * 30, 24 * 31)
    plan_outages(
        [Outage(environment=shared_sit, starts_at=hour(48), ends_at=hour(50), reason="Patch")],
        by=None,
        at=JUNE_1,
    )

    response = at_acme.get(URL, WEEK)

    page = response.content.decode()
    assert bars(response) == ["1", "2"]
    assert "k-booking approved" in page
    assert "k-booking requested" in page
    assert "k-outage" in page
    assert 'data-move="/o/acme/environments/bookings/1/move/"' in page


def test_a_viewer_sees_and_does_not_drag(client, vic, sit):
    book(sit)
    client.force_login(vic)

    page = client.get(URL, WEEK).content.decode()

    assert "bar-bkg-1" in page
    assert "data-move" not in page
    assert 'data-create=""' in page


def test_use_is_the_share_of_all_units(at_acme, shared_sit):
    book(shared_sit, -9, 15, units=3)  # the local day of 1 June is 22:00 to 22:00 UTC

    page = at_acme.get(URL, WEEK).content.decode()

    assert "14 % reserved" in page.replace("\u202f", " ").replace("\xa0", " ")


def test_only_free_means_free_all_the_time_shown(at_acme, sit, shared_sit):
    book(sit, 3, 4)
    book(shared_sit, 3, 4, units=2)

    assert lanes(at_acme.get(URL, {**WEEK, "free": "on"})) == ["use", "sit-3"]


def test_only_mine_means_with_my_bookings(at_acme, sit, shared_sit, rita):
    book(sit, by=rita)
    book(shared_sit)

    assert lanes(at_acme.get(URL, {**WEEK, "mine": "on"})) == ["use", "sit-1"]


def test_filters_live_in_the_url(at_acme, sit, shared_sit):
    assert lanes(at_acme.get(URL, {**WEEK, "text": "sit-3"})) == ["use", "sit-3"]
    assert lanes(at_acme.get(URL, {**WEEK, "type": "uat"})) == []


def test_sixty_lanes_come_first_and_the_rest_on_demand(at_acme, in_acme):
    for number in range(63):
        make_environment(f"sit-{number:03}")

    first = at_acme.get(URL, WEEK)
    assert len(lanes(first)) == 61
    more = re.search(r'hx-get="([^"]+lanes=60[^"]*)"', first.content.decode()).group(1).replace("&amp;", "&")
    rest = at_acme.get(more, HTTP_HX_REQUEST="true")
    assert lanes(rest) == ["sit-060", "sit-061", "sit-062"]
    assert b"<html" not in rest.content
    assert b"Show more lanes" not in rest.content


@pytest.mark.parametrize("rows", [1, 3])
def test_the_schedule_costs_the_same_for_any_number_of_rows(
    at_acme, shared_sit, rows, django_assert_num_queries
):
    for number in range(rows):
        book(shared_sit, number, number + 1)
        book(make_environment(f"uat-{number}", type="uat"), number, number + 1)

    with django_assert_num_queries(14):
        response = at_acme.get(URL, WEEK)

    assert len(bars(response)) == rows * 2


def test_blockouts_hatch_the_lanes_of_the_environments_they_reach(at_acme, in_acme, ledger, rita):
    bank = Portfolio.objects.create(name="Bank")
    cards = Portfolio.objects.create(name="Cards", parent=bank)
    make_environment("sit-ledger", application=ledger)
    make_environment("sit-shared")
    for name, scope in (
        ("Close", {"portfolio": bank}),
        ("Audit", {"application": ledger, "is_hard": False}),
        ("Sale", {"portfolio": cards}),
    ):
        veto = Blockout(name=name, starts_at=hour(0), ends_at=hour(24), **scope)
        plan_blockouts([veto], by=rita, at=JUNE_1)
    past = Blockout(name="Old", portfolio=bank, starts_at=hour(-400), ends_at=hour(-380))
    plan_blockouts([past], by=rita, at=JUNE_1)

    page = at_acme.get(URL, WEEK).content.decode()

    hatched = {
        key: re.findall(r'class="bd [^"]*"><span class="x">(\w+)', lane) for key, lane in sections(page)
    }
    assert hatched == {"use": [], "sit-ledger": ["Audit"], "sit-shared": ["Close"]}
    assert re.findall(r'href="/o/acme/calendar/blockouts/[^"]+">(\w+)<', page) == ["Audit", "Close"]


def sections(page):
    """``(key, html)`` of each lane."""
    return re.findall(r'<section class="lane[^>]* data-lane="([^"]+)"(.*?)</section>', page, re.DOTALL)


def test_the_table_lists_the_same_rows(at_acme, sit):
    book(sit, purpose="Load <test>")

    page = at_acme.get(URL, {**WEEK, "view": "table"}).content.decode()

    assert "Load &lt;test&gt;" in page
    assert "<table" in page


def test_today_is_this_week(at_acme, sit):
    assert at_acme.get(URL).context["timeline"].scale.today is not None
    assert timezone.get_current_timezone_name() == "UTC"
