"""Booking in a real browser: by mouse, by keys, and after losing a race for the slot."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from environments import bookings as verbs
from environments.models import Booking
from releasemgr.changes.revisions import Revision
from releasemgr.tenancy.scope import org_scope
from tests.environments.conftest import ask, book, hour, make_environment

BERLIN = ZoneInfo("Europe/Berlin")
SCHEDULE = "/o/acme/environments/schedule/?zoom=week&date=2026-06-01"
MONDAY = datetime(2026, 6, 1, tzinfo=BERLIN)


@pytest.fixture
def two_environments(acme):
    """One of one unit and one of three, both SIT without an application: equals."""
    with org_scope(acme):
        return make_environment("sit-1"), make_environment("sit-3", units=3)


@pytest.fixture
def schedule(two_environments, eyes):
    eyes.go(SCHEDULE)
    return eyes


def local(hours):
    """What the form's field holds for so many hours after Monday, 1 June, midnight in Berlin."""
    return (MONDAY + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def stored(acme):
    with org_scope(acme):
        rows = Booking.objects.select_related("environment").order_by("number")
        return [(row.environment.key, row.starts_at, row.ends_at, row.status) for row in rows]


def at(hours):
    return MONDAY + timedelta(hours=hours)


def drag(eyes, lane, start, end):
    """Drag over the hours ``[start, end)`` of a lane."""
    box = eyes.locator(f".lane[data-lane={lane}] > ul").bounding_box()
    unit = eyes.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('rm-timeline')).getPropertyValue('--d'))"
    )
    y = box["y"] + box["height"] / 2
    eyes.mouse.move(box["x"] + (start + 0.5) * unit, y)
    eyes.mouse.down()
    eyes.mouse.move(box["x"] + (end - 0.5) * unit, y, steps=5)
    eyes.mouse.up()


def test_book_by_mouse(schedule, acme):
    drag(schedule, "sit-1", 10, 14)

    form = schedule.locator("#peek-body")
    expect(form.get_by_label("Environment", exact=True).locator("option:checked")).to_have_text("SIT-1 (SIT)")
    expect(form.get_by_label("From")).to_have_value(local(10))
    expect(form.get_by_label("Until")).to_have_value(local(14))
    expect(form).to_contain_text("There is room.")
    assert schedule.findings() == []
    form.get_by_label("Purpose").fill("Regression test")
    form.get_by_role("button", name="Book").click()

    expect(schedule.locator("#bar-bkg-1")).to_be_visible()
    expect(schedule.locator("#peek")).not_to_be_visible()
    expect(schedule.locator(".toast-line")).to_contain_text("BKG-1 is booked.")
    assert stored(acme) == [("sit-1", at(10), at(14), "approved")]


def test_a_booking_just_made_can_be_undone_from_the_toast(schedule, acme):
    drag(schedule, "sit-1", 10, 14)
    schedule.locator("#peek-body").get_by_label("Purpose").fill("By mistake")
    schedule.locator("#peek-body").get_by_role("button", name="Book").click()
    with schedule.expect_response("**/cancellation/"):
        schedule.get_by_role("button", name="Undo").click()

    expect(schedule.locator("#bar-bkg-1")).to_have_count(0)
    assert stored(acme) == [("sit-1", at(10), at(14), "cancelled")]


def test_book_by_keyboard(schedule, acme):
    schedule.get_by_role("button", name="Pick dates").press("Enter")
    for key in ["ArrowRight"] * 9 + ["Shift+ArrowRight"] * 3 + ["ArrowDown", "Enter"]:
        schedule.keyboard.press(key)

    form = schedule.locator("#peek-body")
    expect(form.get_by_label("From")).to_have_value(local(9))
    expect(form.get_by_label("Until")).to_have_value(local(13))
    expect(form.get_by_label("Environment", exact=True).locator("option:checked")).to_have_text("SIT-3 (SIT)")
    form.get_by_label("Purpose").focus()
    schedule.keyboard.type("Load test")
    schedule.keyboard.press("Enter")

    expect(schedule.locator("#bar-bkg-1")).to_be_visible()
    assert stored(acme) == [("sit-3", at(9), at(13), "approved")]


def test_lose_a_race_for_a_slot_and_take_an_alternative(schedule, acme, two_environments):
    drag(schedule, "sit-1", 10, 14)
    form = schedule.locator("#peek-body")
    expect(form).to_contain_text("There is room.")
    form.get_by_label("Purpose").fill("Regression test")
    with org_scope(acme):
        book(two_environments[0], 1, 2, purpose="Was faster")  # 12:00 to 13:00 in Berlin
    schedule.allowed_errors = ("422",)

    form.get_by_role("button", name="Book").click()
    expect(form.locator(".error-summary")).to_contain_text("SIT-1 has no room for 1 unit")
    expect(form.get_by_label("Purpose")).to_have_value("Regression test")
    expect(form).to_contain_text("Was faster")
    assert schedule.findings() == []

    form.get_by_role("button", name="Use this: Equal environment, same time").click()
    expect(form.get_by_label("Environment", exact=True).locator("option:checked")).to_have_text("SIT-3 (SIT)")
    expect(form).to_contain_text("There is room.")
    form.get_by_role("button", name="Book").click()

    expect(schedule.locator("#bar-bkg-2")).to_be_visible()
    assert stored(acme)[1] == ("sit-3", at(10), at(14), "approved")


def test_the_form_checks_while_it_is_filled_in(two_environments, acme, eyes):
    with org_scope(acme):
        book(two_environments[0], 0, 4, purpose="Load test")
    eyes.go("/o/acme/environments/bookings/new/")
    eyes.get_by_label("Environment", exact=True).select_option(label="SIT-1 (SIT)")
    eyes.get_by_label("From").fill(local(10))
    eyes.get_by_label("Until").fill(local(12))

    expect(eyes.locator("#booking-check")).to_contain_text("There is no room")
    expect(eyes.locator("#booking-check")).to_contain_text("Load test")
    eyes.get_by_label("From").fill(local(15))
    eyes.get_by_label("Until").fill(local(17))
    expect(eyes.locator("#booking-check")).to_contain_text("There is room.")


def test_move_by_dragging_a_bar(schedule, acme, two_environments):
    with org_scope(acme):
        book(two_environments[0], 0, 4)  # 11:00 to 15:00 in Berlin
    schedule.go(SCHEDULE)
    bar = schedule.locator("#bar-bkg-1").bounding_box()
    schedule.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + 8)
    schedule.mouse.down()
    schedule.mouse.move(bar["x"] + bar["width"] / 2 + 24 * 8, bar["y"] + 8, steps=6)
    schedule.mouse.up()

    form = schedule.locator("#peek-body")
    expect(form.get_by_label("From")).to_have_value(local(35))
    assert schedule.findings() == []
    form.get_by_role("button", name="Move").click()

    expect(schedule.locator(".toast-line")).to_contain_text("BKG-1 is moved.")
    assert stored(acme) == [("sit-1", at(35), at(39), "approved")]


def test_a_second_tab_that_saves_first_shows_both_values(acme, two_environments, eyes):
    with org_scope(acme):
        booking = book(two_environments[1], 0, 4)
    eyes.go("/o/acme/environments/bookings/1/move/")
    eyes.get_by_label("Until").fill(local(20))
    with org_scope(acme):
        verbs.move([Revision(booking, 1, {"ends_at": hour(6)})], by=None, at=hour(0))
    eyes.allowed_errors = ("409",)

    eyes.get_by_role("button", name="Move").click()
    expect(eyes.locator(".error-summary")).to_contain_text("saved this first")
    expect(eyes.locator(".both")).to_contain_text("1 Jun 2026, 20:00 CEST")
    expect(eyes.locator(".both")).to_contain_text("1 Jun 2026, 17:00 CEST")
    assert eyes.findings() == []
    eyes.get_by_label("1 Jun 2026, 17:00 CEST").check()
    eyes.get_by_role("button", name="Move").click()

    eyes.wait_for_url("**/bookings/1/")
    assert stored(acme) == [("sit-3", at(11), at(17), "approved")]


def test_approve_and_undo_on_the_page_of_a_booking(acme, two_environments, eyes):
    with org_scope(acme):
        ask(two_environments[0], 0, 4)
    eyes.go("/o/acme/environments/bookings/1/")
    expect(eyes.locator("#booking")).to_contain_text("There is room now")
    eyes.get_by_role("button", name="Approve").click()
    expect(eyes.locator(".status-pill").first).to_have_text("Approved")
    expect(eyes.locator(".toast-line")).to_contain_text("BKG-1 is approved.")

    eyes.locator(".toast-line").get_by_role("button", name="Undo").click()

    expect(eyes.locator(".status-pill").first).to_have_text("Requested")
    assert stored(acme)[0][3] == "requested"


def test_a_request_that_cannot_be_granted_reads_well_on_a_phone(acme, two_environments, open_browser, rita):
    with org_scope(acme):
        book(two_environments[1], 0, 4, is_exclusive=True)
        ask(two_environments[1], 2, 6)
    eyes = open_browser(rita, width=390)
    found = {}
    for path in ["2/", "2/rejection/", "new/?lane=sit-3&from=2026-06-01&to=2026-06-02"]:
        eyes.go(f"/o/acme/environments/bookings/{path}")
        eyes.picture(f"booking-{path.partition('?')[0].strip('/').replace('/', '-')}-390-light")
        wrong = eyes.findings() + (["scrolls sideways"] if eyes.scrolls_sideways() else [])
        if wrong:
            found[path] = wrong

    assert found == {}
