"""Roles, privileges, backup and restore on a cluster of their own."""

import json

import psycopg
import pytest

from releasemgr.local import backup, roles
from releasemgr.local.console import LocalError
from releasemgr.local.folder import DataFolder
from releasemgr.local.postgres import Postgres

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("roles")]

PASSWORDS = {"owner_password": "owner's", "app_password": "app@ps"}
# One table of each kind, with the walls of the tenancy kit in plain SQL.
SCHEMA = """
CREATE TABLE organisation (id int PRIMARY KEY);
CREATE TABLE booking (org_id int NOT NULL, id int, PRIMARY KEY (org_id, id));
ALTER TABLE booking ENABLE ROW LEVEL SECURITY;
ALTER TABLE booking FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON booking USING (org_id = nullif(current_setting('app.org_id', true), '')::int);
CREATE POLICY upkeep ON booking TO releasemgr_owner USING (current_setting('app.maintenance', true) = 'on');
REVOKE DELETE ON booking FROM releasemgr_app;
INSERT INTO organisation VALUES (1), (2);
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A new server; its administrator's URL."""
    path = tmp_path_factory.mktemp("cluster")
    server = Postgres(DataFolder(path).prepare(), is_expendable=True)
    process = server.start(output=lambda: (path / "log").open("wb"))
    yield server.url
    server.stop(process)


def urls(admin_url, database):
    return {
        "owner": roles.url_for(admin_url, role=roles.OWNER, password="owner's", database=database),
        "app": roles.url_for(admin_url, role=roles.APP, password="app@ps", database=database),
    }


@pytest.fixture
def shop(cluster):
    """A database with two organisations and three bookings."""
    roles.provision(cluster, database="shop", **PASSWORDS)
    links = urls(cluster, "shop")
    with psycopg.connect(links["owner"], options=backup.MAINTENANCE) as owner:
        owner.execute(SCHEMA)
        owner.execute("INSERT INTO booking VALUES (1, 1), (1, 2), (2, 1)")
    yield links
    with roles.connect(cluster) as admin:
        roles.drop_databases(admin, prefix="shop")


def test_provisioning_twice_changes_nothing_more(cluster, shop):
    roles.provision(cluster, database="shop", **PASSWORDS)

    with psycopg.connect(shop["app"]) as app:
        assert app.execute("SELECT current_user").fetchone() == ("releasemgr_app",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DELETE FROM booking")


def test_an_administrator_without_superuser_is_enough(cluster):
    with roles.connect(cluster) as admin:
        for role in (roles.APP, roles.OWNER):
            admin.execute(f"DROP ROLE IF EXISTS {role}")
        admin.execute("CREATE ROLE dba LOGIN CREATEROLE CREATEDB PASSWORD 'dba'")
    dba = roles.url_for(cluster, role="dba", password="dba", database="postgres")

    roles.provision(dba, database="shop_of_dba", **PASSWORDS)
    roles.provision(dba, database="shop_of_dba", **PASSWORDS)

    with psycopg.connect(urls(cluster, "shop_of_dba")["owner"]) as owner:
        owner.execute("CREATE TABLE made (id int)")
    with psycopg.connect(urls(cluster, "shop_of_dba")["app"]) as app:
        assert app.execute("SELECT count(*) FROM made").fetchone() == (0,)
    with roles.connect(cluster) as admin:
        roles.drop_databases(admin, prefix="shop_of_dba")


def test_a_role_that_walks_through_walls_is_refused(cluster, shop):
    with roles.connect(cluster) as admin:
        admin.execute("ALTER ROLE releasemgr_app BYPASSRLS")
        with pytest.raises(LocalError, match="may go round row-level security"):
            roles.provision(cluster, database="shop", **PASSWORDS)
        admin.execute("ALTER ROLE releasemgr_app NOBYPASSRLS")


@pytest.mark.parametrize(
    ("owner", "app", "message"),
    [
        ("postgresql://boss:x@h/d", "postgresql://releasemgr_app:x@h/d", "must name that role"),
        ("postgresql://releasemgr_owner@h/d", "postgresql://releasemgr_app:x@h/d", "must name that role"),
        ("postgresql://releasemgr_owner:x@h/a", "postgresql://releasemgr_app:x@h/b", "the same database"),
    ],
)
def test_urls_of_production_are_checked_before_anything_is_made(owner, app, message):
    with pytest.raises(LocalError, match=message):
        roles.provision_from_urls("postgresql://nobody@127.0.0.1:1/x", owner_url=owner, app_url=app)


def test_a_backup_restores_every_organisations_rows_and_rights(cluster, shop, tmp_path):
    file = tmp_path / "shop.dump"

    assert backup.back_up(shop["owner"], file, files=tmp_path / "files") == {"booking": 3, "organisation": 2}
    assert file.stat().st_mode & 0o777 == 0o600

    roles.provision(cluster, database="shop_again", **PASSWORDS)
    again = urls(cluster, "shop_again")
    assert backup.restore(again["owner"], file, files=tmp_path / "files") == {"booking": 3, "organisation": 2}
    with psycopg.connect(again["app"]) as app:
        assert app.execute("SELECT count(*) FROM booking").fetchone() == (0,)
        app.execute("SET LOCAL app.org_id = '1'")
        assert app.execute("SELECT count(*) FROM booking").fetchone() == (2,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("DELETE FROM booking")
    with psycopg.connect(again["owner"]) as owner:
        owner.execute("CREATE TABLE later (id int)")
    with psycopg.connect(again["app"]) as app:
        app.execute("INSERT INTO later VALUES (1)")


def test_a_dump_without_the_flag_is_noticed(cluster, shop, tmp_path, monkeypatch):
    file = tmp_path / "empty.dump"
    backup.back_up(shop["owner"], file, files=tmp_path / "files")
    monkeypatch.setattr(backup, "MAINTENANCE", "-c app.maintenance=off")
    counts = backup.back_up(shop["owner"], tmp_path / "blind.dump", files=tmp_path / "files")
    monkeypatch.undo()
    assert counts["booking"] == 0
    (tmp_path / "blind.dump").replace(file)
    roles.provision(cluster, database="shop_blind", **PASSWORDS)

    with pytest.raises(LocalError, match="booking: 3 in the backup, 0 restored"):
        backup.restore(urls(cluster, "shop_blind")["owner"], file, files=tmp_path / "files")


def test_a_restore_needs_an_empty_database(shop, tmp_path):
    (tmp_path / "x.dump.counts").write_text(json.dumps({}))

    with pytest.raises(LocalError, match="not empty"):
        backup.restore(shop["owner"], tmp_path / "x.dump", files=tmp_path / "files")
