"""The timeline by mouse and by keys: it opens forms and panels, and never writes."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_specimen import specimens  # noqa: F401

CALENDAR = "/o/acme/specimen/calendar/"


@pytest.fixture
def calendar(specimens, eyes):  # noqa: F811
    eyes.go(CALENDAR)
    return eyes


def focused(eyes):
    return eyes.evaluate(
        "document.activeElement.className + '|' + document.activeElement.closest('.lane')?.dataset.lane"
    )


def test_all_bars_are_one_tab_stop_and_arrows_move_inside(calendar):
    assert calendar.locator("a.b[tabindex='0']").count() == 1

    calendar.locator("a.b[tabindex='0']").focus()
    first = focused(calendar)
    calendar.keyboard.press("ArrowRight")
    second = focused(calendar)
    calendar.keyboard.press("ArrowLeft")
    back = focused(calendar)
    calendar.keyboard.press("ArrowDown")
    below = focused(calendar)

    assert first == back != second
    assert (first.split("|")[1], below.split("|")[1]) == ("p0", "p1")
    assert calendar.locator("a.b[tabindex='0']").count() == 1


def test_enter_opens_the_panel_and_escape_returns_to_the_bar(calendar):
    calendar.locator(".lane[data-lane=p3] a.b").first.focus()
    calendar.keyboard.press("Enter")

    expect(calendar.locator("#peek-title")).to_have_text("Release 3")
    expect(calendar.locator("#peek-title")).to_be_focused()
    calendar.keyboard.press("Escape")

    expect(calendar.locator("#peek")).not_to_be_visible()
    assert focused(calendar).endswith("|p3")


def test_a_click_opens_the_panel_and_the_page_stays(calendar):
    calendar.locator(".lane[data-lane=p2] a.b", has_text="Performance").click()

    expect(calendar.locator("#peek-body")).to_contain_text("Shown beside the timeline.")
    assert calendar.url.endswith(CALENDAR)
    assert calendar.locator("#peek-open").get_attribute("href") == "/o/acme/specimen/2/"


def test_picking_by_keys_says_what_it_does_and_opens_the_form(calendar):
    live = calendar.locator("[data-live]")
    calendar.get_by_role("button", name="Pick dates").click()
    expect(live).to_contain_text("Picking dates")

    calendar.keyboard.press("Control+ArrowRight")
    calendar.keyboard.press("Shift+ArrowRight")
    calendar.keyboard.press("ArrowDown")

    expect(live).to_have_text("Mobile banking, Mon 30 Nov – Tue 1 Dec, 2 days, free")
    calendar.keyboard.press("Enter")
    expect(calendar.locator("#chosen")).to_have_text("from=2026-11-30 to=2026-12-02 lane=p1")


def test_picking_names_what_is_in_the_way_and_escape_ends_it(calendar):
    bar = calendar.locator(".lane[data-lane=p0] a.b", has_text="Performance")
    bar.focus()
    calendar.keyboard.press("b")
    calendar.keyboard.press("ArrowRight")

    expect(calendar.locator("[data-live]")).to_contain_text("overlaps")
    expect(calendar.locator("[data-live]")).to_contain_text("Performance")
    assert calendar.locator(".pick.taken").count() == 1
    calendar.keyboard.press("Escape")

    assert calendar.locator(".pick").count() == 0
    expect(bar).to_be_focused()


def drag(eyes, start, by, *, release=True):
    eyes.mouse.move(*start)
    eyes.mouse.down()
    eyes.mouse.move(start[0] + by[0] / 2, start[1] + by[1] / 2)
    eyes.mouse.move(start[0] + by[0], start[1] + by[1])
    if release:
        eyes.mouse.up()


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_dragging_an_empty_stretch_opens_the_form_with_its_days(calendar):
    lane = calendar.locator(".lane[data-lane=p2] > ul")
    lane.scroll_into_view_if_needed()
    box = lane.bounding_box()
    start = (box["x"] + 64 * 18 + 9, box["y"] + 10)

    drag(calendar, start, (3 * 18, 0))

    expect(calendar.locator("#chosen")).to_have_text("from=2026-12-04 to=2026-12-08 lane=p2")


def test_dragging_a_bar_moves_it_by_whole_days_into_another_lane(calendar):
    bar = calendar.locator("#bar-0-6")
    calendar.evaluate(
        "document.querySelector('#bar-0-6').scrollIntoView({block: 'center', inline: 'center'})"
    )
    start = middle(bar)
    below = middle(calendar.locator(".lane[data-lane=p1]"))

    drag(calendar, start, (2 * 18, below[1] - start[1]))

    days = [
        int(text)
        for text in bar.evaluate(
            "bar => [bar.className.match(/s(\\d+)/)[1], bar.className.match(/w(\\d+)/)[1]]"
        )
    ]
    first = 1 + days[0] + 2
    wanted = calendar.evaluate(
        "([first, length]) => [first, first + length].map(day => new Date(Date.UTC(2026, 9, day)).toISOString().slice(0, 10))",
        [first, days[1]],
    )
    expect(calendar.locator("#chosen")).to_have_text(f"from={wanted[0]} to={wanted[1]} lane=p1")


def test_pulling_the_end_of_a_bar_makes_it_longer(calendar):
    bar = calendar.locator("#bar-0-6")
    calendar.evaluate(
        "document.querySelector('#bar-0-6').scrollIntoView({block: 'center', inline: 'center'})"
    )
    box = bar.bounding_box()

    drag(calendar, (box["x"] + box["width"] - 3, box["y"] + 12), (3 * 18, 0))

    chosen = calendar.locator("#chosen").inner_text()
    days = [
        int(text)
        for text in bar.evaluate(
            "bar => [bar.className.match(/s(\\d+)/)[1], bar.className.match(/w(\\d+)/)[1]]"
        )
    ]
    length = calendar.evaluate(
        "text => (Date.parse(text.match(/to=(\\S+)/)[1]) - Date.parse(text.match(/from=(\\S+)/)[1])) / 86400000",
        chosen,
    )
    assert length == days[1] + 3


def test_escape_cancels_a_drag(calendar):
    calendar.evaluate(
        "document.querySelector('#bar-0-6').scrollIntoView({block: 'center', inline: 'center'})"
    )

    drag(calendar, middle(calendar.locator("#bar-0-6")), (60, 0), release=False)
    assert calendar.locator(".pick").count() == 1
    calendar.keyboard.press("Escape")
    calendar.mouse.up()

    assert calendar.locator(".pick").count() == 0
    expect(calendar.locator("#peek")).not_to_be_visible()


def test_brackets_and_t_change_the_period(calendar):
    calendar.locator("a.b[tabindex='0']").focus()
    calendar.keyboard.press("]")

    calendar.wait_for_url("**/?at=2027-Q1")


def test_an_hour_scale_opens_the_form_with_instants(specimens, eyes):  # noqa: F811
    eyes.go("/o/acme/specimen/schedule/")
    eyes.get_by_role("button", name="Pick dates").click()
    for key in ["ArrowDown", "ArrowRight", "ArrowRight", "Shift+ArrowRight"]:
        eyes.keyboard.press(key)

    expect(eyes.locator("[data-live]")).to_have_text("UAT-1, 23 Oct, 02:00–04:00, 2 hours, free")
    eyes.keyboard.press("Enter")

    expect(eyes.locator("#chosen")).to_have_text(
        "from=2026-10-23T00:00:00Z to=2026-10-23T02:00:00Z lane=uat-1"
    )


def test_without_scripts_bars_are_plain_links(specimens, chromium, live_server, rita):  # noqa: F811
    from tests.browser.conftest import session_cookie  # noqa: PLC0415

    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    context.add_cookies([session_cookie(rita, live_server.url)])
    page = context.new_page()
    page.goto(CALENDAR)

    assert page.locator("a.b").first.get_attribute("href") == "/o/acme/specimen/0/"
    assert page.locator("a.b[tabindex]").count() == 0
    context.close()


def test_a_form_that_is_refused_leads_to_its_first_error(specimens, eyes):  # noqa: F811
    eyes.allowed_errors = ("422",)
    eyes.go("/o/acme/specimen/pieces/")
    eyes.get_by_role("button", name="Request booking").click()

    expect(eyes.locator(".error-summary")).to_be_visible()
    expect(eyes.locator("#id_units")).to_be_focused()
    assert eyes.locator("#id_units").get_attribute("aria-describedby") == "id_units-help id_units-error"
    eyes.picture("specimen-refused-1440-light")
    assert eyes.findings() == []


def test_undo_is_offered_in_the_toast(specimens, eyes):  # noqa: F811
    eyes.go("/o/acme/specimen/pieces/")
    eyes.locator("#toaster").click()

    expect(eyes.get_by_role("status")).to_contain_text("Booking cancelled")
    expect(eyes.get_by_role("button", name="Undo")).to_be_visible()
    assert eyes.findings() == []


def test_what_cannot_be_undone_asks_for_the_name(specimens, eyes):  # noqa: F811
    eyes.go("/o/acme/specimen/pieces/")
    eyes.get_by_role("button", name="Remove…").click()
    act = eyes.get_by_role("button", name="Remove", exact=True)

    expect(act).to_be_disabled()
    eyes.get_by_label("Type SIT-2 to confirm").fill("SIT-2")
    expect(act).to_be_enabled()
    eyes.picture("specimen-confirm-1440-light", whole=False)
    assert eyes.findings() == []
