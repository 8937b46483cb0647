"""The test database: made and migrated by the owner role, used by the application role, as in production.

`DATABASE_URL` names the application role's database server, `DATABASE_OWNER_URL` the owner's; the database of a test
run is called `test_<name>` with the number of the pytest-xdist worker behind it.
"""

import os
import subprocess
import sys
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def owner_url(name=None):
    """The owner's URL, of the database ``name`` when given."""
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    return parts._replace(path=f"/{name}").geturl() if name else parts.geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, request):
    """Create, migrate and at the end drop the database of this run."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    name = f"test_{connection.settings_dict['NAME']}{'_' + worker if worker else ''}"
    with psycopg.connect(owner_url(), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    _prepare(name)
    connection.close()
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    yield
    connection.close()
    with psycopg.connect(owner_url(), autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _prepare(name):
    with psycopg.connect(owner_url(name), autocommit=True) as database:
        database.execute("GRANT USAGE ON SCHEMA public TO releasemgr_app")
        database.execute(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO releasemgr_app"
        )
        database.execute(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO releasemgr_app"
        )
    environment = {**os.environ, "DATABASE_URL": owner_url(name)}
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity=0"], env=environment, check=True)


def flush_as_owner():
    """Empty every table but the migration records; the application role may not truncate."""
    with psycopg.connect(owner_url(connection.settings_dict["NAME"]), autocommit=True) as database:
        tables = [
            row[0]
            for row in database.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            if row[0] not in KEPT
        ]
        database.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in tables) + " CASCADE")


@pytest.fixture(scope="session", autouse=True)
def _transactional_tests_flush_as_owner():
    patched = pytest.MonkeyPatch()
    patched.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: flush_as_owner())
    yield
    patched.undo()
