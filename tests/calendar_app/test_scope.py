"""The scope of a release: what is in it, what may still come in, and what of it was tested."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendar_app.models import ExceptionRequest, Release, TestRun, WorkItem
from calendar_app.releases.plans import edit, plan
from calendar_app.scope.items import add_items, edit_item, remove_items
from calendar_app.scope.lock import lock_of, lock_scope, unlock_scope
from calendar_app.scope.paste import read_items
from releasemgr.portfolio.models import Person
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db
SCOPE = "/o/acme/calendar/releases/1/scope/"
HOUR = timedelta(hours=1)


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


def text_of(response):
    return response.content.decode()


def item(key, **values):
    return WorkItem(key=key, title=f"What {key} says", **values)


def granted(release, *, until=None):
    """An exception for late scope that was granted, at work until an instant."""
    return ExceptionRequest.objects.create(
        number=7, kind="late_scope", release=release, subject="PAY-9", reason="Law", risk_if_granted="Low",
        risk_if_refused="Fine", approver=Person.objects.create(name="Ida"), state="granted", requested_at=JUNE_1,
        decided_at=JUNE_1, expires_at=until,
    )  # fmt: skip


def lock(release, rita, at=JUNE_1):
    lock_scope([Release.objects.get(pk=release.pk)], by=rita, at=at)


def test_an_item_is_added_changed_and_taken_out_by_page(as_rita, world):
    form = {"key": "PAY-1", "title": "Refunds", "kind": "defect", "severity": "1", "status": "open"}
    as_rita.post(
        f"{SCOPE}new/", form | {"application": world.ledger.pk, "url": "https://tracker.example/PAY-1"}
    )
    row = WorkItem.objects.get()
    assert (row.release, row.severity, row.application) == (world.september, 1, world.ledger)

    as_rita.post(f"/o/acme/calendar/items/{row.pk}/", form | {"status": "tested", "version": 1})
    row.refresh_from_db()
    assert row.tested_at is not None
    lost = as_rita.post(f"/o/acme/calendar/items/{row.pk}/", form | {"status": "done", "version": 1})
    assert lost.status_code == 409

    as_rita.post(f"/o/acme/calendar/items/{row.pk}/removal/", {"version": 2})
    assert "PAY-1" not in text_of(as_rita.get(SCOPE)).partition("toast")[0]
    assert 'id="item-' in text_of(as_rita.get(f"{SCOPE}?status=removed"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "defect"}, "severity"),
        ({"title": "x" * 5_000_000}, "title"),
        ({"key": ""}, "key"),
        ({"application": "019a0000-0000-7000-8000-000000000000"}, "application"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"status": "lost"}, "status"),
    ],
)
def test_a_wrong_item_is_refused_at_the_field(as_rita, world, wrong, field):
    right = {"key": "PAY-1", "title": "Refunds", "kind": "feature", "status": "open"}

    answer = as_rita.post(f"{SCOPE}new/", right | wrong)

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in text_of(answer)
    assert WorkItem.objects.count() == 0


def test_many_are_pasted_in_the_order_of_the_first_line(as_rita, world):
    text = "title;key;type;severity\nRefunds;PAY-1;defect;2\n\nReceipts;PAY-2;feature;\n"
    as_rita.post(f"{SCOPE}paste/", {"text": text})

    rows = WorkItem.objects.order_by("key").values_list("key", "title", "kind", "severity")
    assert list(rows) == [("PAY-1", "Refunds", "defect", 2), ("PAY-2", "Receipts", "feature", None)]


def test_a_bad_line_is_named_and_nothing_is_lost(as_rita, world):
    text = "PAY-1\tRefunds\tdefect\nPAY-2\tReceipts\nPAY-2\tAgain\nPAY-3\tX\tfeature\topen\t\tnowhere"

    answer = as_rita.post(f"{SCOPE}paste/", {"text": text})

    words = text_of(answer)
    assert answer.status_code == 422
    assert WorkItem.objects.count() == 0
    assert "3 lines need a correction" in words
    assert "a defect has a severity from 1" in words
    assert "the key is in line 2 already" in words
    assert "“nowhere” is not known" in words
    assert "PAY-2\tReceipts" in words


def test_a_file_takes_the_place_of_the_text(as_rita, world):
    file = SimpleUploadedFile("scope.csv", '\ufeffkey,title\nPAY-1,"Refunds, all"\n'.encode())
    as_rita.post(f"{SCOPE}paste/", {"text": "", "file": file})
    assert WorkItem.objects.get().title == "Refunds, all"

    binary = SimpleUploadedFile("scope.csv", b"\xff\xfe\x00")
    refused = as_rita.post(f"{SCOPE}paste/", {"text": "", "file": binary})
    assert 'id="id_file-error"' in text_of(refused)


def test_items_that_are_there_are_refused_or_updated(as_rita, world, rita):
    add_items(world.september, [item("PAY-1")], by=rita, at=JUNE_1)

    refused = as_rita.post(f"{SCOPE}paste/", {"text": "PAY-1,New title"})
    assert "In the scope already: PAY-1" in text_of(refused)

    as_rita.post(f"{SCOPE}paste/", {"text": "PAY-1,New title,feature,done", "updates": "on"})
    row = WorkItem.objects.get()
    assert (row.title, row.status) == ("New title", "done")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_pasted_text_brings_it_down(in_acme, text):
    items, faults = read_items(text)

    assert all(one.key and one.title for one in items)
    assert all(fault.reason for fault in faults)


def test_after_the_lock_a_new_item_needs_an_exception_in_force(world, rita):
    lock(world.september, rita)
    at = JUNE_1 + HOUR
    with pytest.raises(ValidationError, match="Ask for an exception first"):
        add_items(world.september, [item("PAY-9")], by=rita, at=at)

    granted(world.september, until=at + HOUR)
    add_items(world.september, [item("PAY-9")], by=rita, at=at)
    with pytest.raises(ValidationError, match="Ask for an exception first"):
        add_items(world.september, [item("PAY-10")], by=rita, at=at + 2 * HOUR)
    assert list(WorkItem.objects.values_list("key", flat=True)) == ["PAY-9"]


def test_an_exception_of_another_release_opens_nothing(world, rita):
    lock(world.september, rita)
    granted(world.october)

    with pytest.raises(ValidationError, match="Ask for an exception first"):
        add_items(world.september, [item("PAY-9")], by=rita, at=JUNE_1 + HOUR)


def test_what_was_taken_out_comes_back_only_with_an_exception(world, rita):
    (row,) = add_items(world.september, [item("PAY-1")], by=rita, at=JUNE_1 - HOUR).rows
    lock(world.september, rita)
    (row,) = remove_items([row], by=rita, at=JUNE_1 + HOUR).rows

    with pytest.raises(ValidationError, match="Ask for an exception first"):
        edit_item(row, {"status": "open"}, by=rita, at=JUNE_1 + HOUR)
    with pytest.raises(ValidationError, match="Ask for an exception first"):
        add_items(world.september, [item("PAY-1")], by=rita, at=JUNE_1 + HOUR, updates=True)


def test_the_lock_of_an_enterprise_release_holds_below_it(as_rita, world, rita):
    autumn = plan(
        [Release(kind="enterprise", name="Autumn", target_date=date(2026, 12, 1))], by=rita, at=JUNE_1
    ).rows[0]
    edit(world.september, {"parent": autumn}, by=rita, at=JUNE_1)
    add_items(world.september, [item("PAY-1")], by=rita, at=JUNE_1)
    lock(autumn, rita)

    with pytest.raises(ValidationError, match="The scope of Autumn is locked"):
        add_items(world.september, [item("PAY-9")], by=rita, at=JUNE_1 + HOUR)
    assert lock_of(Release.objects.get(pk=world.september.pk)).release == autumn
    page = text_of(as_rita.get(f"/o/acme/calendar/releases/{autumn.number}/scope/"))
    assert page.count('<tr id="item-') == 1
    with pytest.raises(ValidationError, match="carries no changes itself"):
        add_items(autumn, [item("PAY-9")], by=rita, at=JUNE_1)


def test_the_tab_compares_what_came_late_with_what_was_tested(as_rita, world, rita):
    add_items(world.september, [item("PAY-1")], by=rita, at=JUNE_1 - HOUR)
    lock(world.september, rita)
    granted(world.september)
    add_items(world.september, [item("PAY-7", status="tested")], by=rita, at=JUNE_1 + HOUR)
    add_items(world.september, [item("PAY-8")], by=rita, at=JUNE_1 + HOUR)
    add_items(world.september, [item("PAY-9", application=world.portal)], by=rita, at=JUNE_1 + 3 * HOUR)
    TestRun.objects.create(
        release=world.september, name="Regression", executed_at=JUNE_1 + 2 * HOUR, total=10, passed=9
    )

    words = text_of(as_rita.get(f"{SCOPE}?late=yes"))

    assert "3 items added after the lock" in words
    assert "1 tested, 1 covered by a later test run, 1 not tested." in words
    assert words.count('<tr id="item-') == 3
    assert "EXC-7" in words


def test_only_who_decides_gates_unlocks_and_says_why(client, pete, rita, world):
    lock(world.september, rita)
    client.force_login(pete)
    assert client.post(f"{SCOPE}unlocking/", {"reason": "I want to"}).status_code == 403

    client.force_login(rita)
    assert client.post(f"{SCOPE}unlocking/", {"reason": "", "version": 2}).status_code == 422
    client.post(f"{SCOPE}unlocking/", {"reason": "The law changed", "version": 2})

    row = Release.objects.get(pk=world.september.pk)
    assert (row.scope_locked_at, row.scope_unlock_reason) == (None, "The law changed")
    assert "Opened again: The law changed" in text_of(client.get(SCOPE))
    client.post(f"{SCOPE}lock/", {"version": 3})
    assert Release.objects.get(pk=row.pk).scope_unlock_reason == ""
    with pytest.raises(ValidationError, match="not locked"):
        unlock_scope(world.october, "Why not", by=rita, at=JUNE_1)


def test_the_list_is_narrowed_sorted_and_exported(as_rita, world, rita):
    rows = [
        item("PAY-1", application=world.ledger),
        item("PAY-2", kind="task"),
        item("=PAY-3", status="done"),
    ]
    add_items(world.september, rows, by=rita, at=timezone.now())

    assert text_of(as_rita.get(f"{SCOPE}?kind=task&sort=-key")).count('<tr id="item-') == 1
    assert text_of(as_rita.get(f"{SCOPE}?application={world.ledger.pk}&q=pay")).count('<tr id="item-') == 1
    assert "No work item fits" in text_of(as_rita.get(f"{SCOPE}?status=active"))
    lines = b"".join(as_rita.get(f"{SCOPE}export/?status=done").streaming_content).decode().splitlines()
    assert [line.split(",")[1] for line in lines] == ["key", "'=PAY-3"]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_tab_costs_the_same_for_any_number_of_items(
    as_rita, world, rita, rows, django_assert_num_queries
):
    lock(world.september, rita)
    granted(world.september)
    made = [item(f"PAY-{n}", application=world.ledger) for n in range(rows)]
    add_items(world.september, made, by=rita, at=JUNE_1 + HOUR)

    with django_assert_num_queries(16):
        response = as_rita.get(SCOPE)

    assert response.content.count(b'<tr id="item-') == rows
