"""Files: taken only when name, extension and content agree, kept apart by organisation, served only as downloads."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.timezone import now

from releasemgr.activity.attachments import attach, sweep_files
from releasemgr.activity.models import Attachment, Entry
from releasemgr.activity.uploads import clean_name
from releasemgr.tenancy.scope import org_scope
from tests.activity.conftest import PNG, office, upload
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def kept(payments, rita):
    """A file of Payments that Rita attached."""
    with org_scope(payments.org):
        return attach(payments, upload(), by=rita, at=JUNE_1)


def send(client, panel, name, content):
    return client.post(f"{panel}files/", {"file": upload(name, content)}, headers=HTMX)


def stored(org):
    """Names of the contents that stand in the storage for an organisation."""
    folder = str(org.pk)
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("result.txt", "Größe: 3 µs\n".encode(), "text/plain"),
        ("build.log", b"\x1b[32mok\x1b[0m\n", "text/plain"),
        ("cases.csv", b"id;state\r\n1;passed\r\n", "text/csv"),
        ("old.csv", "Müller;1\n".encode("cp1252"), "text/csv"),
        ("page.PNG", PNG, "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg"),
        ("moving.gif", b"GIF89a" + bytes(20), "image/gif"),
        ("small.webp", b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        ("minutes.pdf", b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        ("plan v1.2.docx", office("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)  # fmt: skip
def test_evidence_is_kept_and_comes_back_as_it_was(as_rita, panel, acme, name, content, media_type):
    answer = send(as_rita, panel, name, content)

    assert answer.status_code == 200
    with org_scope(acme):
        row = Attachment.objects.get()
    assert (row.name, row.media_type, row.size) == (name, media_type, len(content))
    assert row.sha256 == sha256(content).hexdigest()
    assert row.key.startswith(f"{acme.pk}/")
    back = as_rita.get(f"/o/acme/activity/files/{row.pk}/")
    assert b"".join(back.streaming_content) == content
    assert back["Content-Disposition"].startswith("attachment; ")
    assert back["Content-Type"] == media_type
    assert back["X-Content-Type-Options"] == "nosniff"
    assert back["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert back["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html>"),
        ("drawing.svg", b"<svg onload=alert(1)>"),
        ("run.js", b"alert(1)"),
        ("setup.exe", b"MZ\x90"),
        ("all.zip", b"PK\x03\x04"),
        ("noextension", b"text"),
        (".htaccess", b"text"),
        (".txt", b"text"),
        ("invoice.exe.pdf", b"%PDF-1.7"),
        ("invoice.pdf.exe", b"%PDF-1.7"),
        ("run.sh .txt", b"text"),
        ("notes.php5.txt", b"text"),
        ("CON.txt", b"text"),
        ("aux.pdf", b"%PDF-1.7"),
        ("fdp\u202etxt.exe.txt", b"text"),
        ("gnp.\u202eexe.txt", b"text"),
        ("x" * 250 + ".txt", b"text"),
        ("program.pdf", b"MZ\x90\x00\x03"),
        ("page.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("page.txt", b" \n<!DOCTYPE html><script>alert(1)</script>"),
        ("page.csv", b"\xef\xbb\xbf<svg onload=alert(1)>"),
        ("script.log", b"#!/bin/sh\nrm -rf /\n"),
        ("binary.txt", b"text \x00\x01 text"),
        ("photo.png", b"GIF89a" + bytes(20)),
        ("photo.jpg", PNG),
        ("plan.docx", b"PK\x03\x04 not a document"),
        ("plan.docx", office("xl/workbook.xml")),
        ("plan.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin")),
        ("empty.txt", b""),
    ],
)
def test_what_is_no_evidence_is_refused_at_the_field(as_rita, panel, acme, name, content):
    answer = send(as_rita, panel, name, content)

    assert answer.status_code == 422
    assert b'id="id_file-error"' in answer.content
    with org_scope(acme):
        assert Attachment.objects.count() == 0
    assert stored(acme) == []


@pytest.mark.parametrize(
    ("sent", "kept_as"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\fakepath\\result.txt", "result.txt"),
        ("..\\..\\result.txt", "result.txt"),
        ("  two   words .txt. ", "two words .txt"),
        ("Cafe\u0301.txt", "Café.txt"),
        ("archive.2026.10.txt", "archive.2026.10.txt"),
    ],
)
def test_a_name_is_kept_without_its_path(sent, kept_as):
    assert clean_name(sent) == kept_as


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\x07", "\x00", "\n", "\x7f", "\ue000"])
def test_signs_that_cannot_be_seen_never_reach_the_list(as_rita, panel, acme, sign):
    with pytest.raises(ValidationError, match="can't be seen"):
        clean_name(f"re{sign}sult.txt")

    send(as_rita, panel, f"re{sign}sult.txt", b"text")

    with org_scope(acme):
        assert set(Attachment.objects.values_list("name", flat=True)) <= {"result.txt"}


def test_a_forgotten_file_is_asked_for(as_rita, panel):
    answer = as_rita.post(f"{panel}files/", {}, headers=HTMX)

    assert answer.status_code == 422
    assert b'id="id_file-error"' in answer.content


def test_a_file_beyond_the_limit_is_refused_at_the_field(as_rita, panel, acme, settings):
    settings.ATTACHMENT_MAX_BYTES = 1000

    answer = send(as_rita, panel, "long.txt", b"x" * 1001)

    assert answer.status_code == 422
    assert "larger than 1000" in answer.content.decode().replace("\xa0", " ")
    assert stored(acme) == []


def test_a_request_far_beyond_the_limit_is_answered_in_words(as_rita, panel, acme):
    answer = as_rita.post(f"{panel}files/", {"file": upload("big.txt", b"x" * 12_000_000)})

    assert answer.status_code == 413
    assert "at most 10.0" in answer.content.decode()
    assert stored(acme) == []


def test_a_form_beyond_any_text_is_answered_in_words(as_rita, panel, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = as_rita.post(f"{panel}comments/", {"text": "x" * 2000})

    assert answer.status_code == 413
    assert "Nothing was stored" in answer.content.decode()


def test_a_viewer_reads_files_and_adds_none(client, panel, kept, vic):
    client.force_login(vic)

    assert client.get(f"/o/acme/activity/files/{kept.pk}/").status_code == 200
    assert client.post(f"{panel}files/", {"file": upload()}).status_code == 403
    assert client.post(f"/o/acme/activity/files/{kept.pk}/removal/").status_code == 403


def test_a_file_of_another_organisation_is_not_found(client, kept, mallory, globex):
    client.force_login(mallory)

    for address in (f"/o/acme/activity/files/{kept.pk}/", f"/o/globex/activity/files/{kept.pk}/"):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}removal/").status_code == 404
    assert stored(globex) == []


def test_a_file_goes_with_the_right_to_read_its_object(client, kept, rita, payments):
    with org_scope(payments.org):
        payments.delete()
    client.force_login(rita)

    assert client.get(f"/o/acme/activity/files/{kept.pk}/").status_code == 404


def test_removing_takes_the_content_and_keeps_the_row(
    as_rita, panel, kept, acme, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_rita.post(f"/o/acme/activity/files/{kept.pk}/removal/", headers=HTMX)

    assert b"evidence.txt" not in answer.content
    assert as_rita.get(f"/o/acme/activity/files/{kept.pk}/").status_code == 404
    assert stored(acme) == []
    with org_scope(acme):
        row = Attachment.objects.get()
        assert (row.removed_at is None, row.sha256) == (False, kept.sha256)
        assert [entry.verb for entry in Entry.objects.of(row).newest_first()] == ["removed", "attached"]
    again = as_rita.post(f"/o/acme/activity/files/{kept.pk}/removal/", headers=HTMX)
    assert b"removed already" in again.content


def test_an_administrator_may_remove_what_another_added_and_others_may_not(client, kept, olga, emma):
    client.force_login(emma)
    assert client.post(f"/o/acme/activity/files/{kept.pk}/removal/").status_code == 403

    client.force_login(olga)
    assert client.post(f"/o/acme/activity/files/{kept.pk}/removal/").status_code == 302


def test_the_sweep_takes_files_of_what_is_gone_and_content_without_a_row(
    payments, kept, acme, rita, django_capture_on_commit_callbacks
):
    with org_scope(acme):
        default_storage.save(f"{acme.pk}/left-by-a-crash", upload())
        assert sweep_files(at=now()) == (0, 0)  # young: its row may be about to be committed
        payments.delete()

        with django_capture_on_commit_callbacks(execute=True):
            assert sweep_files(at=now() + timedelta(days=2)) == (1, 1)

        assert Attachment.objects.get().removed_at is not None
    assert stored(acme) == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_panel_costs_the_same_for_any_number_of_files(
    as_rita, panel, payments, rita, rows, django_assert_num_queries
):
    with org_scope(payments.org):
        for number in range(rows):
            attach(payments, upload(f"evidence {number}.txt"), by=rita, at=JUNE_1)

    with django_assert_num_queries(12):
        response = as_rita.get(panel, headers=HTMX)

    assert response.content.count(b'<li id="file-') == rows


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_leaves_no_content(acme, payments, rita):
    with org_scope(acme):
        attach(payments, upload(), by=rita, at=JUNE_1)
        assert len(stored(acme)) == 1
        transaction.set_rollback(True)  # as the middleware does when a view failed

    assert stored(acme) == []


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_that_is_taken_back_leaves_no_content(acme, payments, rita):
    with org_scope(acme):
        attach(payments, upload("kept.txt"), by=rita, at=JUNE_1)
        with transaction.atomic():
            attach(payments, upload("taken back.txt"), by=rita, at=JUNE_1)
            transaction.set_rollback(True)

    assert len(stored(acme)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_keeps_its_content(acme, payments, rita):
    with org_scope(acme):
        attach(payments, upload(), by=rita, at=JUNE_1)

    assert len(stored(acme)) == 1
