"""The calendar in Chromium, with a demo organisation around today: looks, keys, filters, panels, paper."""

import re
from datetime import date

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from releasemgr.accounts.models import User
from releasemgr.demo.carrier import CARRIER
from releasemgr.demo.seed import seed
from tests.browser.eyes import PICTURES

CALENDAR = "/o/quillhaven-parcels/calendar/"
PAGES = {
    "quarter": "",
    "half-year": "?view=half-year&group=portfolio",
    "year": "?view=year&group=project",
    "applications": "?group=application",
    "everything": "?kind=booking&kind=outage&kind=phase&kind=gate&q=e",
    "table": "?as=table",
    "month": "?view=month",
    "agenda": "?view=list",
    "empty": "?date=2039-01-01",
    "nothing": "?q=zzz",
}


@pytest.fixture
def rita(transactional_db):
    """The release manager of a small carrier with a year of history."""
    seed(CARRIER, seed=1, today=now().date(), password="a demo password")
    return User.objects.get(email="release.manager@quillhaven-parcels.example")


LOOKS = [
    (1440, "light"),
    (390, "dark"),
    pytest.param(1440, "dark", marks=pytest.mark.slow),
    pytest.param(390, "light", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_the_calendar_has_no_finding(open_browser, rita, width, theme):
    eyes = open_browser(rita, width=width, theme=theme)

    for name, query in PAGES.items():
        eyes.go(CALENDAR + query)
        eyes.picture(f"calendar-{name}-{width}-{theme}")
        assert (name, eyes.findings(), eyes.scrolls_sideways()) == (name, [], False)


def test_the_calendar_by_keys_alone(eyes):
    eyes.go(CALENDAR)
    eyes.locator("a.b[tabindex='0']").focus()

    eyes.keyboard.press("ArrowRight")
    eyes.keyboard.press("ArrowDown")
    bar = eyes.evaluate("document.activeElement.getAttribute('href')")
    eyes.keyboard.press("Enter")

    expect(eyes.locator("#peek")).to_be_visible()
    expect(eyes.locator("#peek-title")).to_be_focused()
    assert eyes.locator("#peek-open").get_attribute("href") == bar
    eyes.keyboard.press("Escape")
    expect(eyes.locator("#peek")).not_to_be_visible()
    assert eyes.evaluate("document.activeElement.getAttribute('href')") == bar

    eyes.keyboard.press("]")
    eyes.wait_for_url("**/calendar/?date=*")
    following = re.search(r"date=([\d-]+)", eyes.url).group(1)
    expect(eyes.locator("a.b:focus")).to_have_count(1)
    eyes.keyboard.press("[")
    eyes.wait_for_url(lambda url: following not in url)
    expect(eyes.locator("a.b:focus")).to_have_count(1)
    eyes.keyboard.press("]")
    eyes.wait_for_url(f"**/calendar/?date={following}")
    expect(eyes.locator("a.b:focus")).to_have_count(1)
    eyes.keyboard.press("t")
    eyes.wait_for_url(lambda url: "date=" not in url)
    assert date.fromisoformat(following) > date.today()  # noqa: DTZ011  a quarter further on, whatever the zone


def test_filtering_by_portfolio_replaces_the_timeline_and_stays_in_the_url(eyes):
    eyes.go(CALENDAR)
    before = eyes.locator(".lane").count()
    node = eyes.locator("#id_portfolio option").nth(2)

    eyes.locator("#id_portfolio").select_option(node.get_attribute("value"))
    eyes.wait_for_url(f"**portfolio={node.get_attribute('value')}**")

    chip = eyes.locator(".chips li").first
    expect(chip).to_contain_text(f"Portfolio: {node.inner_text().strip()}")
    assert 0 < eyes.locator(".lane").count() < before
    eyes.keyboard.press("Escape")
    eyes.locator("a.b").first.focus()
    eyes.keyboard.press("Enter")
    expect(eyes.locator("#peek")).to_be_visible()  # keys still work in what was swapped in
    eyes.keyboard.press("Escape")
    chip.locator("a").click()
    expect(eyes.locator(".lane")).to_have_count(before)


def test_kinds_are_chosen_in_one_control(eyes):
    eyes.go(CALENDAR)
    assert eyes.locator(".k-booking").count() == 0

    eyes.locator(".fold summary").click()
    eyes.get_by_label("Booking", exact=True).check()

    eyes.wait_for_url("**kind=booking**")
    expect(eyes.locator("a.k-booking").first).to_be_attached()
    assert eyes.locator("a.k-phase").count() == 0
    assert eyes.findings() == []


def test_a_deployment_opens_beside_the_calendar(eyes):
    eyes.go(f"{CALENDAR}?kind=deployment")
    eyes.locator("a.b.k-deployment").first.focus()
    eyes.keyboard.press("Enter")

    expect(eyes.locator("#peek-title")).to_contain_text(" to ")
    expect(eyes.locator("#peek-body")).to_contain_text("Application")
    assert eyes.findings() == []


@pytest.mark.parametrize(("paper", "width"), [("A4", 1123), ("A3", 1587)])
def test_paper_holds_the_quarter_side_by_side(eyes, paper, width):
    eyes.go(CALENDAR)
    eyes.page.set_viewport_size(
        {"width": width - 91, "height": 700}
    )  # the sheet without its margins of 12 mm

    eyes.emulate_media(media="print")

    assert eyes.locator(".filter-bar").is_visible() is False
    assert eyes.locator(".side").is_visible() is False
    canvas = eyes.locator(".tl-canvas").bounding_box()
    assert width - 91 - 60 < canvas["width"] <= width - 91, "all of the sheet and not more"
    eyes.page.pdf(
        path=PICTURES / f"calendar-{paper}.pdf", format=paper, landscape=True, print_background=True
    )
