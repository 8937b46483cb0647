"""Backup and restore of the product's own schema: same rows, same rights, same walls."""

import os
import re
import subprocess
import tarfile
import textwrap
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from releasemgr.activity.attachments import attach, remove
from releasemgr.local import backup, roles
from releasemgr.local.console import LocalError
from releasemgr.local.postgres import programs
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1
from tests.local.conftest import CHECKOUT

RIGHTS = """
SELECT relname, relrowsecurity, relforcerowsecurity, array(SELECT unnest(relacl)::text ORDER BY 1),
       array(SELECT polname || pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = c.oid ORDER BY 1)
FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S') ORDER BY relname
"""


@pytest.fixture
def restored_url():
    """The owner's URL of an empty database, as `provision` makes it."""
    admin_url, owner_url, app_url = (os.environ[f"DATABASE_{name}URL"] for name in ("ADMIN_", "OWNER_", ""))
    name = urlsplit(owner_url).path.lstrip("/") + "_restored"
    roles.provision(
        admin_url,
        database=name,
        owner_password=urlsplit(owner_url).password,
        app_password=urlsplit(app_url).password,
    )
    yield urlsplit(owner_url)._replace(path=f"/{name}").geturl()
    with roles.connect(admin_url) as admin:
        roles.drop_databases(admin, prefix=name)


@pytest.mark.django_db(transaction=True)
def test_a_restore_has_the_rows_the_rights_and_the_walls(acme, globex, rita, restored_url, tmp_path):
    for org in (acme, globex):
        with org_scope(org):
            Portfolio.objects.create(name="Retail bank")
    source = os.environ["DATABASE_OWNER_URL"]

    counts = backup.back_up(source, tmp_path / "dump", files=tmp_path / "files")

    assert counts["portfolio_portfolio"] == 2
    assert backup.restore(restored_url, tmp_path / "dump", files=tmp_path / "restored") == counts
    with psycopg.connect(source) as before, psycopg.connect(restored_url) as after:
        assert after.execute(RIGHTS).fetchall() == before.execute(RIGHTS).fetchall()
        assert after.execute("SELECT count(*) FROM portfolio_portfolio").fetchone() == (0,)


def kept_file(acme, rita):
    """A file that Rita attached to a project of Acme, and the folder it is stored in."""
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        upload = ContentFile(b"All 312 cases passed.", name="evidence.txt")
        return attach(project, upload, by=rita, at=JUNE_1), Path(default_storage.location)


@pytest.mark.django_db(transaction=True)
def test_attached_files_come_back_and_removed_ones_do_not(acme, rita, restored_url, tmp_path):
    kept, files = kept_file(acme, rita)
    with org_scope(acme):
        gone = attach(kept, ContentFile(b"Wrong file", name="wrong.txt"), by=rita, at=JUNE_1)
    with org_scope(acme):
        remove([gone], by=rita, at=JUNE_1)
    source, restored = os.environ["DATABASE_OWNER_URL"], tmp_path / "restored"

    backup.back_up(source, tmp_path / "dump", files=files)
    backup.restore(restored_url, tmp_path / "dump", files=restored)

    assert (restored / kept.key).read_bytes() == b"All 312 cases passed."
    assert [path for path in restored.rglob("*") if path.is_file()] == [restored / kept.key]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("content", [None, b"forged"])
def test_a_file_that_is_missing_or_changed_fails_backup_and_restore(
    acme, rita, restored_url, tmp_path, content
):
    kept, files = kept_file(acme, rita)
    source = os.environ["DATABASE_OWNER_URL"]
    backup.back_up(source, tmp_path / "dump", files=files)
    with tarfile.open(tmp_path / "dump.files.tar", "w") as archive:
        if content:
            entry = tarfile.TarInfo(kept.key)
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))
        archive.addfile(tarfile.TarInfo("../escaped.txt"))
        (files / kept.key).write_bytes(content or b"")

    with pytest.raises(LocalError, match=kept.key):
        backup.restore(restored_url, tmp_path / "dump", files=tmp_path / "restored")
    with pytest.raises(LocalError, match=kept.key):
        backup.back_up(source, tmp_path / "dump", files=files)
    assert not (tmp_path / "escaped.txt").exists()


def by_hand(number):
    """The ``number``-th block of commands under "The same by hand" in the operations guide."""
    guide = (CHECKOUT / "docs" / "operations.md").read_text().partition("The same by hand")[2]
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", guide, re.MULTILINE)
    return textwrap.dedent(blocks[number])


@pytest.mark.django_db(transaction=True)
def test_a_dump_that_was_cut_restores_nothing(restored_url, tmp_path):
    dump = tmp_path / "dump"
    backup.back_up(os.environ["DATABASE_OWNER_URL"], dump, files=tmp_path / "files")
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 4])

    with pytest.raises(LocalError, match="could not be restored"):
        backup.restore(restored_url, dump, files=tmp_path / "files")

    with psycopg.connect(restored_url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert found.fetchone() == (0,)


def run_by_hand(commands, *, owner_url, folder):
    environment = {
        **os.environ,
        "DATABASE_OWNER_URL": owner_url,
        "PATH": f"{programs()}:{os.environ['PATH']}",
    }
    command = ["/bin/bash", "-euo", "pipefail", "-c", commands]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db(transaction=True)
def test_the_guides_commands_do_the_same_by_hand(acme, rita, restored_url, tmp_path):
    with org_scope(acme):
        Portfolio.objects.create(name="Retail bank")
    source = os.environ["DATABASE_OWNER_URL"]

    run_by_hand(by_hand(0), owner_url=source, folder=tmp_path)
    run_by_hand(by_hand(1), owner_url=restored_url, folder=tmp_path)

    before = (tmp_path / "today.rows").read_text()
    count = by_hand(0).partition("today.dump --dbname")[2].partition("\n")[2]
    run_by_hand(count, owner_url=restored_url, folder=tmp_path)
    assert "portfolio_portfolio|1\n" in before
    assert (tmp_path / "today.rows").read_text() == before
    with psycopg.connect(source) as ours, psycopg.connect(restored_url) as theirs:
        assert theirs.execute(RIGHTS).fetchall() == ours.execute(RIGHTS).fetchall()
