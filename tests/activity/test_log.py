"""The activity log, its export, and the history panel of one object."""

import csv
import io

import pytest

from releasemgr.activity.models import Entry
from releasemgr.activity.trail import record
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

LOG = "/o/acme/activity/"


def rename(project, by, *, to, at=JUNE_1):
    """Record a new name of a project."""
    with org_scope(project.org):
        record(by=by, verb="renamed", subject=project, at=at, changes={"name": [project.name, to]})


def test_the_log_says_who_changed_what_from_what_to_what(client, payments, rita):
    rename(payments, rita, to="Pay")
    client.force_login(rita)

    page = client.get(LOG).content.decode()

    assert "Rita" in page
    assert "renamed" in page
    assert "Payments" in page
    assert ">Pay" in page.replace("> ", ">").replace("</span> Pay", ">Pay")


def test_filters_narrow_the_log_and_its_export(client, payments, rita, olga):
    rename(payments, rita, to="Pay")
    rename(payments, olga, to="Settle")
    client.force_login(rita)

    rows = list(csv.DictReader(io.StringIO(_text(client.get(f"{LOG}export/", {"actor": "olga"})))))

    assert [(row["actor"], row["verb"], row["object"]) for row in rows] == [("Olga", "renamed", "Payments")]
    assert client.get(LOG, {"actor": "olga"}).content.count(b'<tr id="entry-') == 1


def test_a_name_that_looks_like_a_formula_is_exported_as_text(client, payments, rita):
    payments.name = "=HYPERLINK(1)"
    rename(payments, rita, to="Pay")
    client.force_login(rita)

    rows = list(csv.DictReader(io.StringIO(_text(client.get(f"{LOG}export/")))))

    assert rows[0]["object"] == "'=HYPERLINK(1)"


def test_a_long_log_is_read_page_by_page_without_gap_or_repetition(client, payments, rita):
    with org_scope(payments.org):
        for number in range(60):
            record(by=rita, verb=f"step {number}", subject=payments, at=JUNE_1)
        last_of_page = Entry.objects.newest_first()[49]
    client.force_login(rita)

    first = client.get(LOG).content
    second = client.get(LOG, {"before": str(last_of_page.pk)}, headers={"HX-Request": "true"}).content

    assert first.count(b'<tr id="entry-') == 50
    assert second.count(b'<tr id="entry-') == 10


def test_nonsense_in_the_address_is_no_error(client, payments, rita):
    client.force_login(rita)

    assert client.get(LOG, {"before": "'--", "since": "31/31/31", "noun": "x"}).status_code == 200


def test_a_viewer_reads_history_but_not_the_log(client, payments, vic, rita):
    rename(payments, rita, to="Pay")
    client.force_login(vic)

    assert client.get(LOG).status_code == 403
    history = client.get(f"{LOG}history/project/{payments.pk}/", headers={"HX-Request": "true"})
    assert b"renamed" in history.content


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_costs_the_same_for_any_number_of_rows(
    client, payments, rita, rows, django_assert_num_queries
):
    for number in range(rows):
        rename(payments, rita, to=f"Pay {number}")
    client.force_login(rita)

    with django_assert_num_queries(9):
        response = client.get(LOG)

    assert response.content.count(b'<tr id="entry-') == rows


def _text(response):
    return b"".join(response.streaming_content).decode()
