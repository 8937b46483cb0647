"""Getting into a release in a real browser: three projects nominate themselves by keys, two are let in."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from calendar_app.models import Nomination, Release
from calendar_app.releases.plans import plan
from releasemgr.portfolio.models import Application, Portfolio, Project
from releasemgr.tenancy.scope import org_scope

PROJECTS = ("Cards", "Loans", "Payments")


@pytest.fixture
def autumn(acme, rita):
    """An enterprise release a good year ahead whose entry is open, three projects and one application."""
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        for name in PROJECTS:
            Project.objects.create(key=name.lower(), name=name, portfolio=bank)
        Application.objects.create(key="ledger", name="Ledger")
        day = date(now().year + 1, 10, 1)
        row = Release(
            kind=Release.Kind.ENTERPRISE,
            name="Autumn",
            target_date=day,
            entry_deadline=day - timedelta(days=90),
        )
        return plan([row], by=rita, at=now()).rows[0]


def nominate(eyes, name, weeks):
    """Fill the form in with the keyboard alone, from the button on."""
    eyes.get_by_role("link", name="Nominate a project").focus()
    eyes.keyboard.press("Enter")
    eyes.get_by_label("Project", exact=True).focus()
    eyes.keyboard.type(name)
    eyes.get_by_label("Test weeks").focus()
    eyes.keyboard.press("Control+A")
    eyes.keyboard.type(weeks)
    eyes.get_by_label("Touches the systems").focus()
    eyes.keyboard.press("Space")
    eyes.get_by_role("button", name="Nominate it").focus()
    eyes.keyboard.press("Enter")
    expect(eyes.get_by_role("heading", name=f"{name} for Autumn")).to_be_visible()


def test_three_projects_nominate_themselves_and_two_are_let_in_by_keys(open_browser, acme, rita, autumn):
    eyes = open_browser(rita)
    url = f"/o/acme/calendar/releases/{autumn.number}/nominations/"
    for name, weeks in zip(PROJECTS, "234", strict=True):
        eyes.go(url)
        nominate(eyes, name, weeks)

    eyes.go(url)
    summary = eyes.get_by_role("row", name="With all to decide")
    expect(summary).to_contain_text("9")
    assert eyes.findings() == []
    for name in ("Cards", "Payments"):
        eyes.get_by_label(f"Choose {name}").focus()
        eyes.keyboard.press("Space")
    eyes.get_by_role("button", name="Accept the chosen").focus()
    eyes.keyboard.press("Enter")

    expect(eyes.get_by_role("row", name="Accepted").first).to_contain_text("6")
    with org_scope(acme):
        states = dict(Nomination.objects.values_list("project__name", "state"))
        assert states == {"Cards": "accepted", "Loans": "submitted", "Payments": "accepted"}
        assert {child.project.name for child in autumn.children.all()} == {"Cards", "Payments"}


def test_a_project_is_declined_with_its_reason_in_the_panel(open_browser, acme, rita, autumn):
    with org_scope(acme):
        loans = Project.objects.get(key="loans")
        Nomination.objects.create(release=autumn, project=loans, submitted_at=now())
    eyes = open_browser(rita)
    eyes.go(f"/o/acme/calendar/releases/{autumn.number}/nominations/")

    eyes.get_by_role("link", name="Loans").click()
    eyes.locator("#peek-body").get_by_role("link", name="Decline…").click()
    eyes.locator("#peek-body").get_by_label("Reason").fill("No room in UAT")
    eyes.locator("#peek-body").get_by_role("button", name="Decline").click()

    expect(eyes.get_by_role("row", name="Loans")).to_contain_text("Declined")
