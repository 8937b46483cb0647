"""Comments: written by members, read by all of the organisation, withdrawn by who wrote them."""

import json

import pytest

from releasemgr.activity.comments import write
from releasemgr.activity.models import Comment, Entry
from releasemgr.activity.subjects import discussed
from releasemgr.activity.trail import record
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def said(payments, rita):
    """What Rita said about Payments."""
    with org_scope(payments.org):
        return write(payments, "Vendor is late, see https://vendor.example/42", by=rita, at=JUNE_1)


def test_a_comment_is_read_by_everybody_and_its_links_are_links(client, panel, rita, vic):
    client.force_login(rita)
    client.post(
        f"{panel}comments/", {"text": "See https://wiki.example/go?a=1&b=2\n<script>alert(1)</script>"}
    )
    client.force_login(vic)

    page = client.get(panel).content.decode()

    assert '<a href="https://wiki.example/go?a=1&amp;b=2" rel="nofollow">' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<strong>Rita</strong>" in page


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"]
)
def test_only_harmless_links_are_made(client, panel, rita, link):
    client.force_login(rita)
    client.post(f"{panel}comments/", {"text": f"Look at {link} now"})

    page = client.get(panel, headers=HTMX).content.decode()

    assert link.split(",")[0] in page
    assert 'rel="nofollow"' not in page


def test_htmx_gets_the_panel_with_the_comment_in_it(client, panel, rita):
    client.force_login(rita)

    answer = client.post(f"{panel}comments/", {"text": "Ready"}, headers=HTMX)

    assert answer.status_code == 200
    assert answer.content.count(b'<li id="comment-') == 1
    assert b"<html" not in answer.content


def test_a_viewer_reads_and_does_not_comment(client, panel, vic, said):
    client.force_login(vic)

    assert b"Vendor is late" in client.get(panel).content
    assert b"<textarea" not in client.get(panel).content
    assert client.post(f"{panel}comments/", {"text": "x"}).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "x" * 5_001, "y" * 5_000_000, "nul \x00 inside"])
def test_a_wrong_text_is_refused_at_the_field_and_kept(client, panel, rita, text):
    client.force_login(rita)

    answer = client.post(f"{panel}comments/", {"text": text}, headers=HTMX)

    assert answer.status_code == 422
    assert b'id="id_text-error"' in answer.content
    assert text.strip().encode()[:5_000] in answer.content
    with org_scope(rita.memberships.get().org):
        assert Comment.objects.count() == 0


def test_a_withdrawn_comment_keeps_its_place_but_its_text_is_nowhere(client, panel, rita, said, payments):
    client.force_login(rita)

    answer = client.post(f"/o/acme/activity/comments/{said.pk}/withdrawal/", headers=HTMX)

    assert answer.content.count(b'<li id="comment-') == 1
    assert b"Withdrawn by its author" in answer.content
    assert b"Vendor" not in answer.content
    with org_scope(payments.org):
        entries = Entry.objects.filter(noun="comment").order_by("at", "pk")
        assert [entry.verb for entry in entries] == ["commented", "withdrew"]
        kept = json.dumps(list(entries.values("subject_label", "changes")))
        assert "Vendor" not in kept
        assert Comment.objects.get().text == ""


def test_withdrawing_twice_is_said_and_changes_nothing(client, panel, rita, said):
    client.force_login(rita)
    client.post(f"/o/acme/activity/comments/{said.pk}/withdrawal/")

    again = client.post(f"/o/acme/activity/comments/{said.pk}/withdrawal/", headers=HTMX)

    assert b"withdrawn already" in again.content


def test_nobody_withdraws_what_another_wrote(client, said, olga, mallory):
    client.force_login(olga)
    assert client.post(f"/o/acme/activity/comments/{said.pk}/withdrawal/").status_code == 403

    client.force_login(mallory)
    assert client.post(f"/o/globex/activity/comments/{said.pk}/withdrawal/").status_code == 404


def test_a_comment_needs_an_object_of_this_organisation(client, panel, mallory, rita, payments):
    client.force_login(mallory)
    assert client.get(panel).status_code == 404
    foreign = panel.replace("/o/acme/", "/o/globex/")
    assert client.get(foreign).status_code == 404
    assert client.post(f"{foreign}comments/", {"text": "x"}).status_code == 404

    client.force_login(rita)
    nobody = panel.replace(str(payments.pk), "019a0000-0000-7000-8000-000000000000")
    assert client.get(nobody).status_code == 404
    assert client.get(panel.replace("/project/", "/entry/")).status_code == 200  # history alone
    assert client.post(f"{panel.replace('/project/', '/entry/')}comments/", {"text": "x"}).status_code == 404
    assert client.get(panel.replace("/project/", "/nonsense/")).status_code == 404


def test_a_long_talk_is_read_page_by_page(client, panel, payments, rita):
    with org_scope(payments.org):
        for number in range(25):
            write(payments, f"Line {number:02}", by=rita, at=JUNE_1)
    client.force_login(rita)

    first = client.get(panel, headers=HTMX).content
    second = client.get(panel, {"comments": "2"}, headers=HTMX).content

    assert (first.count(b'<li id="comment-'), second.count(b'<li id="comment-')) == (20, 5)
    assert b"Line 24" in first
    assert b"Line 00" in second


def test_a_long_history_is_read_page_by_page(client, panel, payments, rita):
    with org_scope(payments.org):
        for number in range(12):
            record(by=rita, verb=f"step {number:02}", subject=payments, at=JUNE_1)
    client.force_login(rita)
    first = client.get(panel, headers=HTMX).content.decode()
    before = first.split("?before=")[1].split('"')[0]

    second = client.get(panel, {"before": before}, headers=HTMX).content.decode()

    assert (first.count(" step "), second.count(" step ")) == (10, 2)
    assert "step 01" in second


def test_everything_with_a_page_of_its_own_can_be_discussed():
    expected = {
        "project",
        "application",
        "team",
        "person",
        "portfolio",
        "release",
        "phase",
        "gate",
        "milestone",
    }
    expected |= {
        "blockout",
        "conflict",
        "deployment",
        "booking",
        "environment",
        "outage",
        "action",
        "logitem",
    }

    assert expected - set(discussed()) == set()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_panel_costs_the_same_for_any_number_of_comments(
    client, panel, payments, rita, rows, django_assert_num_queries
):
    with org_scope(payments.org):
        for number in range(rows):
            write(payments, f"Line {number}", by=rita, at=JUNE_1)
    client.force_login(rita)

    with django_assert_num_queries(13):
        response = client.get(panel, headers=HTMX)

    assert response.content.count(b'<li id="comment-') == rows
