"""A release is let through its gate in a real browser: evidence, board, a go with a condition, and what undoes it."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from calendar_app.gates.criteria import add_criteria
from calendar_app.gates.plans import plan_gates
from calendar_app.models import ApprovalRule, ApprovalSeat, Criterion, Gate, Release
from calendar_app.releases.plans import plan
from releasemgr.changes.revisions import create
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import org_scope

MOUNT = "/o/acme/calendar"


@pytest.fixture
def go(acme, rita, olga):
    """The go / no-go of an independent release: one criterion, and Olga must approve what Rita asks for."""
    with org_scope(acme):
        at, today = now(), local_date(now(), acme.zone)
        Person.objects.create(name="Rita", user_id=rita.pk)
        owner = Person.objects.create(name="Olga", user_id=olga.pk)
        row = Release(kind=Release.Kind.INDEPENDENT, name="Winter", target_date=today + timedelta(days=30))
        release = plan([row], by=rita, at=at).rows[0]
        gate = Gate(release=release, name="Go", kind=Gate.Kind.GO_NO_GO, planned_date=today)
        plan_gates([gate], by=rita, at=at)
        rule = ApprovalRule(gate=gate, name="Change board", needed=1)
        create([rule], by=rita, at=at)
        create([ApprovalSeat(rule=rule, person=owner)], by=rita, at=at)
        add_criteria([Criterion(gate=gate, name="Restore was tried")], by=rita, at=at)
        return gate


def press(eyes, role, name):
    """Reach a control by focus and use it with Enter, as somebody without a mouse does."""
    control = eyes.get_by_role(role, name=name, exact=True).first
    control.focus()
    expect(control).to_be_focused()
    eyes.keyboard.press("Enter")


def test_a_go_with_a_condition_falls_when_scope_is_added(open_browser, acme, rita, olga, go):
    manager, owner = open_browser(rita), open_browser(olga)
    gate = f"{MOUNT}/gates/{go.pk}/"

    manager.go(gate)
    press(manager, "link", "Restore was tried")
    press(manager, "link", "Judge…")
    manager.get_by_label("Met", exact=True).focus()
    manager.keyboard.press("Space")
    manager.get_by_label("Link to the evidence").fill("https://wiki.example/restore")
    press(manager, "button", "Save")
    expect(manager.locator("#criteria")).to_contain_text("1 of 1 met")
    press(manager, "button", "Ask for a decision")
    expect(manager.get_by_role("button", name="Withdraw the submission")).to_be_visible()

    manager.go(f"{MOUNT}/boards/new/")
    manager.get_by_label("Name").fill("Winter board")
    press(manager, "button", "Plan it")
    press(manager, "button", "Open the session")
    expect(manager.locator("#board")).to_contain_text("Olga")

    owner.go(f"{MOUNT}/decisions/")
    expect(owner.get_by_role("main")).to_contain_text("Go")
    owner.go(f"{gate}vote/")
    expect(owner.get_by_role("main")).to_contain_text("What your approval does")
    owner.get_by_label("Approve with conditions").check()
    owner.get_by_label(re.compile("^Condition 1")).fill("Second restore on Friday")
    owner.get_by_label("Owner of condition 1").select_option(label="Rita")
    owner.get_by_label("Due date of condition 1").fill(str(go.release.target_date - timedelta(days=3)))
    press(owner, "button", "Sign")
    expect(owner.get_by_text("What your approval does")).to_have_count(0)
    owner.go(f"{gate}approval/")
    expect(owner.locator("#approval")).to_contain_text("Frozen record")
    expect(owner.locator("#approval")).to_contain_text("Second restore on Friday")
    assert owner.findings() == []
    owner.emulate_media(media="print")
    expect(owner.locator("#navigation")).not_to_be_visible()
    assert owner.page.pdf(format="A4").startswith(b"%PDF")
    owner.emulate_media(media="screen")

    manager.go(f"{MOUNT}/releases/{go.release.number}/scope/new/")
    manager.get_by_label("Key").fill("WIN-1")
    manager.get_by_label("Title").fill("One more thing")
    press(manager, "button", "Add it")
    expect(manager.get_by_role("row", name="WIN-1")).to_be_visible()

    owner.go(f"{gate}approval/")
    expect(owner.locator(".stale-note")).to_contain_text("WIN-1")
    expect(owner.locator(".stale-note")).to_contain_text("Change board")
    owner.go(f"{MOUNT}/decisions/")
    expect(owner.get_by_role("main")).to_contain_text("Go")
