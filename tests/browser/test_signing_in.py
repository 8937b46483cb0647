"""From the sign-in page to an organisation and out again; and the pages that stand outside."""

import pytest
from playwright.sync_api import expect

from releasemgr.accounts.models import Membership
from releasemgr.accounts.roles import Role
from tests.browser.test_specimen import specimens  # noqa: F401

LOOKS = [(1440, "light"), (390, "dark")]
PASSWORD = "a long enough pass phrase"


@pytest.fixture
def pauline(rita, globex):
    """Rita with a password and a second organisation."""
    rita.set_password(PASSWORD)
    rita.save()
    Membership.objects.create(org=globex, user=rita, role=Role.VIEWER)
    return rita


def test_sign_in_choose_an_organisation_and_sign_out(pauline, open_browser):
    eyes = open_browser()
    eyes.go("/o/acme/activity/")
    expect(eyes.get_by_role("heading", level=1)).to_have_text("Sign in")

    eyes.get_by_label("Email").fill(pauline.email)
    eyes.get_by_label("Password").fill(PASSWORD)
    eyes.get_by_role("button", name="Sign in").click()
    eyes.wait_for_url("**/o/acme/activity/")

    eyes.get_by_role("link", name="Organisation, change: Acme").click()
    expect(eyes.get_by_role("link", name="Globex")).to_be_visible()
    eyes.get_by_role("button", name="Rita").click()
    eyes.get_by_role("button", name="Sign out").click()
    eyes.wait_for_url("**/accounts/login/")


def test_a_wrong_password_is_said_and_the_address_kept(pauline, open_browser):
    eyes = open_browser(allowed_errors=("400", "422"))
    eyes.go("/accounts/login/")

    eyes.get_by_label("Email").fill(pauline.email)
    eyes.get_by_label("Password").fill("not this one")
    eyes.get_by_role("button", name="Sign in").click()

    expect(eyes.locator(".error-summary")).to_be_visible()
    expect(eyes.get_by_label("Email")).to_have_value(pauline.email)
    assert eyes.findings() == []


def test_the_theme_changes_at_once_and_stays(pauline, open_browser):
    eyes = open_browser(pauline)
    eyes.go("/o/acme/activity/")
    eyes.get_by_role("button", name="Rita").click()
    assert eyes.findings() == []
    with eyes.expect_response("**/preferences/appearance/"):
        eyes.get_by_role("button", name="Dark").click()

    assert eyes.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    eyes.picture("user-menu-1440-dark", whole=False)
    assert eyes.findings() == []
    eyes.go("/o/acme/activity/")
    assert eyes.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_menu_opens_on_a_phone(pauline, open_browser):
    eyes = open_browser(pauline, width=390)
    eyes.go("/o/acme/activity/")
    log = eyes.get_by_role("navigation", name="Main").get_by_role("link", name="Activity log")
    expect(log).not_to_be_visible()

    eyes.get_by_text("Menu").click()

    expect(log).to_be_visible()
    eyes.picture("menu-390-light", whole=False)
    assert eyes.findings() == []


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_outside_have_no_finding(db, open_browser, width, theme):
    eyes = open_browser(width=width, theme=theme, allowed_errors=("404",))  # nobody signs up alone
    wrong = {}
    for name in ["login", "password/reset", "signup", "inactive", "password/reset/key/done"]:
        eyes.go(f"/accounts/{name}/")
        eyes.picture(f"account-{name.replace('/', '-')}-{width}-{theme}")
        wrong[name] = eyes.findings()

    assert {name: found for name, found in wrong.items() if found} == {}


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_of_a_person_have_no_finding(pauline, open_browser, width, theme):
    eyes = open_browser(pauline, width=width, theme=theme, allowed_errors=("404",))
    wrong = {}
    for name in [
        "/",
        "/accounts/password/change/",
        "/accounts/logout/",
        "/nowhere/",
        "/o/acme/nowhere/",
    ]:
        eyes.go(name)
        eyes.picture(f"person{name.rstrip('/').replace('/', '-')}-{width}-{theme}")
        wrong[name] = eyes.findings()

    assert {name: found for name, found in wrong.items() if found} == {}


def test_a_failure_of_ours_is_said_in_plain_words(specimens, rita, open_browser):  # noqa: F811
    eyes = open_browser(rita, allowed_errors=("500",))

    assert eyes.go("/o/acme/specimen/broken/").status == 500

    expect(eyes.get_by_role("heading", level=1)).to_have_text("Something went wrong on our side")
    eyes.picture("error-500-1440-light", whole=False)
    assert eyes.findings() == []
