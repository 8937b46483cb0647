"""The calendar in Chromium, with a demo organisation around today: keys, filters, panels."""

import re
from datetime import date

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from releasemgr.accounts.models import User
from releasemgr.demo.carrier import CARRIER
from releasemgr.demo.seed import seed

CALENDAR = "/o/quillhaven-parcels/calendar/"


@pytest.fixture
def rita(transactional_db):
    """The release manager of a small carrier with a year of history."""
    seed(CARRIER, seed=1, today=now().date(), password="a demo password")
    return User.objects.get(email="release.manager@quillhaven-parcels.example")


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


def test_what_is_shown_is_chosen_by_portfolio_and_kind_and_stays_in_the_url(eyes):
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

    assert eyes.locator(".k-booking").count() == 0
    eyes.locator(".fold summary").click()
    eyes.get_by_label("Booking", exact=True).check()
    eyes.wait_for_url("**kind=booking**")
    expect(eyes.locator("a.k-booking").first).to_be_attached()
    assert eyes.locator("a.k-phase").count() == 0

    eyes.go(f"{CALENDAR}?kind=deployment")
    eyes.locator("a.b.k-deployment").first.focus()
    eyes.keyboard.press("Enter")
    expect(eyes.locator("#peek-title")).to_contain_text(" to ")
    expect(eyes.locator("#peek-body")).to_contain_text("Application")
    assert eyes.findings() == []
