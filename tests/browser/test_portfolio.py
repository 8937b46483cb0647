"""The portfolio, members and settings in a browser: a search, a lost race, a new colleague, a theme."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from releasemgr.accounts.models import Membership
from releasemgr.accounts.roles import Role
from releasemgr.directory.dependencies import add_dependency
from releasemgr.directory.ownership import hand_over
from releasemgr.portfolio.models import Application, Environment, Person, Portfolio, Project, Team
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1, member


@pytest.fixture
def otto(acme, vic):
    """An owner of an organisation with a tree, projects, applications, a team and people."""
    otto = member(acme, Role.OWNER, "Otto")
    now = timezone.now()
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        cards = Portfolio.objects.create(name="Cards and payments", parent=bank)
        Portfolio.objects.create(name="Credit cards for small companies and the self-employed", parent=cards)
        Portfolio.objects.create(name="Markets")
        team = Team.objects.create(name="Ledger team")
        ann = Person.objects.create(name="Ann Archer", email="ann@acme.example", team=team, user_id=vic.pk)
        payments = Project.objects.create(
            key="payments", name="Payments", portfolio=cards, team=team, lead=ann
        )
        mobile = Project.objects.create(
            key="mobile-banking-2027", name="Mobile banking for everyone", portfolio=bank, team=team
        )
        ledger = Application.objects.create(key="ledger", name="General ledger", owner=ann)
        gateway = Application.objects.create(key="gateway", name="Payment gateway", criticality="high")
        Environment.objects.create(key="sit-1", name="Ledger SIT", type="sit", application=ledger)
        add_dependency(gateway, needs=ledger, by=otto, at=JUNE_1)
        add_dependency(ledger, needs=gateway, by=otto, at=JUNE_1)
        first = hand_over(ledger, project=payments, starts_at=JUNE_1, seen=None, by=otto, at=JUNE_1)
        planned = now + timedelta(days=30)
        hand_over(ledger, project=mobile, starts_at=planned, seen=first, by=otto, at=now)
    return otto


def test_filters_stay_in_the_address_and_the_list_follows_while_typing(otto, open_browser):
    eyes = open_browser(otto)
    eyes.go("/o/acme/portfolio/projects/")
    eyes.get_by_label("Search").press_sequentially("mobile")
    expect(eyes.locator('tr[id^="project-"]')).to_have_count(1)

    eyes.wait_for_url("**/projects/?*q=mobile*")
    eyes.page.reload()
    expect(eyes.locator('tr[id^="project-"]')).to_have_count(1)
    eyes.get_by_role("link", name="Clear all").click()
    expect(eyes.locator('tr[id^="project-"]')).to_have_count(2)


def test_a_lost_race_shows_both_values_and_lets_one_choose(otto, acme, open_browser):
    eyes = open_browser(otto, allowed_errors=("409",))
    eyes.go("/o/acme/portfolio/projects/payments/edit/")
    with org_scope(acme):
        Project.objects.filter(key="payments").update(name="Payments platform", version=2)

    eyes.get_by_label("Name", exact=True).fill("Payments core")
    eyes.get_by_role("button", name="Save").click()
    expect(eyes.get_by_role("radio", name="Payments platform")).to_be_visible()
    eyes.picture("portfolio-conflict-1440-light")
    assert eyes.findings() == []
    eyes.get_by_role("radio", name="Payments platform").check()
    eyes.get_by_role("button", name="Save").click()

    expect(eyes.get_by_role("heading", level=1)).to_have_text("Payments platform")


def test_a_new_colleague_joins_by_a_link_and_uses_the_product(otto, acme, open_browser):
    desk = open_browser(otto)
    desk.go("/o/acme/settings/members/")
    desk.get_by_label("E-mail").fill("nina@new.example")
    desk.get_by_label("Name").fill("Nina")
    desk.get_by_label("Role").select_option("release_manager")
    desk.get_by_role("button", name="Make the link").click()
    link = desk.get_by_label("Link").input_value()
    desk.picture("members-link-1440-light")
    assert desk.findings() == []

    phone = open_browser(width=390, theme="dark")
    phone.go(link)
    phone.picture("members-joining-390-dark")
    assert phone.findings() == []
    phone.get_by_label("Password").fill("correct horse battery staple")
    phone.get_by_role("button", name="Join").click()
    phone.wait_for_url("**/o/acme/**")
    phone.go("/o/acme/portfolio/")
    expect(phone.get_by_role("link", name="Add node")).to_be_visible()
    assert Membership.objects.get(user__email="nina@new.example").role == Role.RELEASE_MANAGER


def test_a_theme_chosen_in_the_preferences_holds_at_once(otto, open_browser):
    eyes = open_browser(otto)
    eyes.go("/o/acme/preferences/")
    eyes.locator("form#form").get_by_label("Theme").select_option("dark")
    eyes.get_by_role("button", name="Save").click()
    expect(eyes.get_by_text("Your preferences were saved.")).to_be_visible()

    assert eyes.evaluate("document.documentElement.dataset.bsTheme") == "dark"
