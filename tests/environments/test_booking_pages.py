"""The pages of bookings: asking, being refused, taking an alternative, deciding, losing to somebody faster."""

import json
import re
from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from calendar_app.models import Phase, Release
from environments import bookings as verbs
from environments.models import Booking
from environments.requests import Wish, request_booking
from releasemgr.changes.revisions import Revision
from tests.environments.conftest import make_environment, wish

BERLIN = ZoneInfo("Europe/Berlin")
NEW = "/o/acme/environments/bookings/new/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def tomorrow():
    return timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=1)


def local(instant):
    return instant.astimezone(BERLIN).strftime("%Y-%m-%dT%H:%M")


def typed(environment, start, end, **fields):
    """What somebody types into the request form."""
    return {
        "environment": str(environment.pk),
        "starts_at": local(start),
        "ends_at": local(end),
        "units": "1",
        "purpose": "Regression test",
        "request_key": str(uuid4()),
        **fields,
    }


def hours(start, first, last):
    return start + timedelta(hours=first), start + timedelta(hours=last)


def taken(environment, start, end, **fields):
    asked = Wish(environment, start, end, purpose="Load test", **fields)
    return request_booking(asked, request_key=uuid4(), by=None, at=timezone.now(), is_approved=True).rows[0]


def wanted(environment, start, end, **fields):
    asked = Wish(environment, start, end, purpose="Load test", **fields)
    return request_booking(asked, request_key=uuid4(), by=None, at=timezone.now(), may_wait=True).rows[0]


def test_a_project_lead_asks_and_an_environment_manager_approves(client, sit, pete, emma, tomorrow):
    client.force_login(pete)
    response = client.post(NEW, typed(sit, *hours(tomorrow, 0, 4)))
    asked = Booking.objects.get()
    assert (response.status_code, response.url) == (302, f"/o/acme/environments/bookings/{asked.number}/")
    assert (asked.status, asked.requested_by_name, asked.starts_at) == ("requested", "Pete", tomorrow)

    client.force_login(emma)
    client.post(f"{response.url}approval/", {"version": 1})
    asked.refresh_from_db()
    assert (asked.status, asked.decided_by_name) == ("approved", "Emma")


def test_a_form_sent_twice_is_one_booking(client, sit, pete, tomorrow):
    client.force_login(pete)
    data = typed(sit, *hours(tomorrow, 0, 4))

    first, second = client.post(NEW, data), client.post(NEW, data)

    assert first.url == second.url
    assert Booking.objects.count() == 1


def test_without_room_nothing_typed_is_lost_and_an_alternative_can_be_taken(client, sit, pete, tomorrow):
    taken(sit, *hours(tomorrow, 0, 4))
    client.force_login(pete)
    data = typed(sit, *hours(tomorrow, 2, 6), note="Bring the big data set.")

    refused = client.post(NEW, data)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "SIT-1 has no room for 1 unit" in page
    assert "Bring the big data set." in page
    assert "Ask anyway" in page
    offer = re.search(r'name="use" value="([^"]+)"', page).group(1)

    filled = client.post(NEW, {**data, "use": offer})
    assert filled.status_code == 200
    assert "There is room." in filled.content.decode()
    assert Booking.objects.count() == 1
    form = filled.context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    assert client.post(NEW, again).status_code == 302
    booking = Booking.objects.get(purpose="Regression test")
    assert booking.starts_at == tomorrow + timedelta(hours=4)
    assert booking.requested_starts_at == tomorrow + timedelta(hours=2)
    assert booking.note == "Bring the big data set."


def test_a_split_is_asked_for_as_one(client, sit, pete, tomorrow):
    taken(sit, *hours(tomorrow, 2, 3))
    client.force_login(pete)
    data = typed(sit, *hours(tomorrow, 0, 4))
    page = client.post(NEW, data).content.decode()
    offers = re.findall(r'name="use" value="([^"]+)"', page)
    split = next(offer for offer in offers if offer.count(";") == 2)

    form = client.post(NEW, {**data, "use": split}).context["form"]
    client.post(NEW, {name: form[name].value() or "" for name in form.fields})

    asked = Booking.objects.filter(purpose="Regression test").order_by("starts_at")
    assert [(b.starts_at, b.ends_at) for b in asked] == [
        hours(tomorrow, 0, 2),
        hours(tomorrow, 3, 5),
    ]


def test_the_further_parts_of_a_split_can_be_left_out(client, sit, pete, tomorrow):
    taken(sit, *hours(tomorrow, 2, 3))
    client.force_login(pete)
    data = typed(sit, *hours(tomorrow, 0, 4))
    offers = re.findall(r'name="use" value="([^"]+)"', client.post(NEW, data).content.decode())
    split = next(offer for offer in offers if offer.count(";") == 2)
    form = client.post(NEW, {**data, "use": split}).context["form"]
    filled = {name: form[name].value() or "" for name in form.fields}

    form = client.post(NEW, {**filled, "drop_parts": "1"}).context["form"]

    assert form.parts == ()
    assert Booking.objects.filter(purpose="Regression test").count() == 0


def test_a_booking_that_is_moved_is_not_offered_in_parts(client, sit, rita, tomorrow):
    moved = taken(sit, *hours(tomorrow, 8, 12))
    taken(sit, *hours(tomorrow, 2, 3))
    client.force_login(rita)
    data = typed(sit, *hours(tomorrow, 0, 4), version="1")

    page = client.post(f"/o/acme/environments/bookings/{moved.number}/move/", data).content.decode()

    assert page.count('name="use"') == 1
    check = client.get(f"{NEW}check/", {**data, "booking": str(moved.number)}, **HTMX).content.decode()
    assert check.count('name="use"') == 1


def test_who_cannot_have_it_may_wait_for_it(client, sit, pete, tomorrow):
    taken(sit, *hours(tomorrow, 0, 4))
    client.force_login(pete)

    response = client.post(NEW, typed(sit, *hours(tomorrow, 2, 6), may_wait="on"))

    assert response.status_code == 302
    assert Booking.objects.get(purpose="Regression test").status == "requested"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ends_at", "2020-01-01T00:00"),
        ("starts_at", "next week"),
        ("units", "0"),
        ("units", "99999999999999999999"),
        ("purpose", ""),
        ("environment", "nonsense"),
        ("environment", "0190a0c0-0000-7000-8000-000000000000"),
        ("release", "0190a0c0-0000-7000-8000-000000000000"),
        ("request_key", "7"),
    ],
)
def test_a_bad_value_is_named_at_its_field(client, sit, pete, tomorrow, field, value):
    client.force_login(pete)

    response = client.post(NEW, {**typed(sit, *hours(tomorrow, 0, 4)), field: value})

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert Booking.objects.count() == 0


def test_the_check_says_what_is_free_and_what_is_not(client, sit, pete, tomorrow):
    client.force_login(pete)
    data = typed(sit, *hours(tomorrow, 0, 4))
    assert b"There is room." in client.get(f"{NEW}check/", data, **HTMX).content

    taken(sit, *hours(tomorrow, 0, 1))
    page = client.get(f"{NEW}check/", data, **HTMX).content.decode()
    assert "There is no room for all of this time." in page
    assert "BKG-1 Load test" in page
    assert page.count('name="use"') == 1
    assert "<html" not in page


def test_the_check_is_silent_while_the_form_is_half_filled(client, sit, pete):
    client.force_login(pete)

    page = client.get(f"{NEW}check/", {"environment": str(sit.pk), "starts_at": "x"}, **HTMX)

    assert page.status_code == 200
    assert b"room" not in page.content


def test_dragging_fills_the_form(client, sit, pete, tomorrow):
    client.force_login(pete)
    start, end = (instant.astimezone(ZoneInfo("UTC")) for instant in hours(tomorrow, 0, 4))

    page = client.get(
        NEW, {"lane": "sit-1", "from": f"{start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{end:%Y-%m-%dT%H:%M:%SZ}"}
    )
    html = page.content.decode()
    assert f'value="{local(start)}"' in html
    assert "There is room." in html

    by_day = client.get(NEW, {"lane": "sit-1", "from": "2026-12-01", "to": "2026-12-03"}).content.decode()
    assert 'value="2026-12-01T00:00"' in by_day
    assert 'value="2026-12-03T00:00"' in by_day


def test_booking_in_the_drawer_closes_it_and_tells_the_page(client, sit, emma, tomorrow):
    client.force_login(emma)

    response = client.post(NEW, typed(sit, *hours(tomorrow, 0, 4), approve="on", drawer="1"), **HTMX)

    assert response.status_code == 204
    assert set(json.loads(response["HX-Trigger"])) == {
        "toast",
        "bookings:changed",
        "peek:close",
    }
    assert Booking.objects.get().status == "approved"


def test_a_viewer_may_look_and_not_touch(client, sit, vic, tomorrow):
    booking = taken(sit, *hours(tomorrow, 0, 4))
    client.force_login(vic)
    url = f"/o/acme/environments/bookings/{booking.number}/"

    page = client.get(url)
    assert page.status_code == 200
    assert b"Cancel booking" not in page.content
    for act in ("approval", "rejection", "cancellation", "move", "use", "undo"):
        assert client.post(f"{url}{act}/").status_code == 403
    assert client.get(NEW).status_code == 403


def test_an_approval_that_comes_too_late_shows_who_was_first(client, sit, rita, emma, tomorrow):
    asked = wanted(sit, *hours(tomorrow, 0, 4))
    verbs.reject([asked], refusal="policy", by=emma, at=timezone.now())
    client.force_login(rita)

    response = client.post(f"/o/acme/environments/bookings/{asked.number}/approval/", {"version": 1})

    assert response.status_code == 409
    page = response.content.decode()
    assert "Somebody was faster" in page
    assert "Emma set status to Rejected" in page


def test_an_approval_without_room_says_so_and_offers_another_time(client, sit, rita, tomorrow):
    asked = wanted(sit, *hours(tomorrow, 0, 4))
    taken(sit, *hours(tomorrow, 0, 4))
    client.force_login(rita)

    response = client.post(f"/o/acme/environments/bookings/{asked.number}/approval/", {"version": 1})

    assert response.status_code == 422
    assert "has no room" in response.content.decode()
    assert "Use this" in response.content.decode()


def test_rejecting_needs_a_reason(client, sit, rita, tomorrow):
    asked = wanted(sit, *hours(tomorrow, 0, 4))
    client.force_login(rita)
    url = f"/o/acme/environments/bookings/{asked.number}/rejection/"

    assert client.post(url, {"refusal": "mood"}).status_code == 422
    assert client.post(url, {"refusal": "policy", "note": "Freeze", "version": 1}).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.refusal, asked.note) == ("rejected", "policy", "Freeze")


def test_moving_by_form_and_losing_to_a_second_tab(client, shared_sit, rita, emma, tomorrow):
    booking = taken(shared_sit, *hours(tomorrow, 0, 4))
    url = f"/o/acme/environments/bookings/{booking.number}/move/"
    client.force_login(rita)
    mine = typed(shared_sit, *hours(tomorrow, 0, 6), purpose="Load test", version="1")
    verbs.move(
        [Revision(booking, 1, {"ends_at": tomorrow + timedelta(hours=8), "units": 2})],
        by=emma,
        at=timezone.now(),
    )

    lost = client.post(url, mine)
    page = lost.content.decode()
    assert lost.status_code == 409
    assert "Emma saved this first" in page
    assert {field["name"] for field in lost.context["conflict"]["fields"]} == {"ends_at", "units"}

    kept = {**mine, "version": "2", "keep-ends_at": "mine", "keep-units": "theirs"}
    assert client.post(url, kept).status_code == 302
    booking.refresh_from_db()
    assert (booking.ends_at, booking.units, booking.version) == (tomorrow + timedelta(hours=6), 2, 3)


def test_a_move_keeps_the_seconds_that_the_form_cannot_show(client, sit, rita, tomorrow):
    start, end = tomorrow.replace(second=7), tomorrow + timedelta(hours=1)
    booking = taken(sit, start, end)
    client.force_login(rita)
    url = f"/o/acme/environments/bookings/{booking.number}/move/"

    client.post(url, typed(sit, start, end, purpose="Load test, again", version="1"))

    booking.refresh_from_db()
    assert (booking.starts_at, booking.purpose) == (start, "Load test, again")


def test_the_last_change_can_be_undone_from_the_page(client, sit, rita, tomorrow):
    booking = taken(sit, *hours(tomorrow, 0, 4))
    client.force_login(rita)
    url = f"/o/acme/environments/bookings/{booking.number}/"
    client.post(f"{url}cancellation/", {"version": 1})
    assert b"Undo the last change" in client.get(url).content

    client.post(f"{url}undo/")

    booking.refresh_from_db()
    assert booking.status == "approved"
    assert b"Undo the last change" not in client.get(url).content


def test_several_requests_are_approved_at_once_or_not_at_all(client, shared_sit, rita, tomorrow):
    asked = [wanted(shared_sit, *hours(tomorrow, 0, 4), units=2) for _ in range(2)]
    client.force_login(rita)
    url = "/o/acme/environments/bookings/approvals/"

    assert client.post(url).status_code == 422
    refused = client.post(url, {"booking": [one.number for one in asked]})
    assert refused.status_code == 422
    assert Booking.objects.holding().count() == 0
    assert client.post(url, {"booking": [asked[0].number, "x", "9" * 30]}).status_code == 302
    assert Booking.objects.holding().count() == 1


def test_the_export_is_safe_to_open_in_a_spreadsheet(client, sit, rita, tomorrow):
    taken(sit, *hours(tomorrow, 0, 1))
    Booking.objects.update(purpose="=HYPERLINK(1)")
    client.force_login(rita)

    lines = (
        b"".join(client.get("/o/acme/environments/bookings/export/").streaming_content).decode().splitlines()
    )

    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number_of_rows(
    client, shared_sit, rita, tomorrow, rows, django_assert_num_queries
):
    for _ in range(rows):
        wanted(shared_sit, *hours(tomorrow, 0, 4))
    client.force_login(rita)
    with django_assert_num_queries(9):  # session, user, membership, scope; two drop-downs, count, page
        response = client.get("/o/acme/environments/bookings/")

    assert response.content.count(b'<tr id="booking-') == rows


def test_times_are_shown_in_the_readers_zone_and_at_home(client, sit, rita):
    rita.time_zone = "America/New_York"
    rita.save()
    summer = wish(sit).starts_at
    booking = taken(sit, *hours(summer, 0, 4))
    client.force_login(rita)

    page = client.get(f"/o/acme/environments/bookings/{booking.number}/").content.decode()

    assert "1 Jun 2026, 05:00 – 09:00 EDT" in page
    assert "1 Jun 2026, 11:00 – 15:00 CEST" in page


def test_another_organisations_booking_is_not_there(client, sit, mallory, tomorrow):
    booking = taken(sit, *hours(tomorrow, 0, 4))
    client.force_login(mallory)

    assert client.get(f"/o/acme/environments/bookings/{booking.number}/").status_code == 404


def test_phases_follow_the_release(client, pete, payments, in_acme):
    release = Release.objects.create(number=1, kind="project", name="Spring", project=payments)
    Phase.objects.create(
        release=release, kind="sit", name="SIT", starts_on="2026-11-01", ends_on="2026-11-05"
    )
    make_environment("x")
    client.force_login(pete)

    page = client.get(f"{NEW}phases/", {"release": str(release.pk)}, **HTMX).content.decode()

    assert page.count("<option") == 2
