"""The test database: made and migrated by the owner role, used by the application role, as in production.

`manage.py test` has the owner migrate one database and names three roles in the environment: `DATABASE_URL`
(releasemgr_app), `DATABASE_OWNER_URL` and `DATABASE_ADMIN_URL`. Each worker of pytest-xdist clones that database, so
the migrations run once; the clones go when the workers end, and all of it when `manage.py test` ends.
"""

import os
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from django.test import TransactionTestCase

from releasemgr.local import roles

KEPT = {"django_migrations", "django_content_type", "auth_permission"}


def pytest_configure(config):
    """Refuse a bare `pytest`, which has neither servers nor roles."""
    if "DATABASE_ADMIN_URL" not in os.environ:
        raise pytest.UsageError("start the tests with `python3 manage.py test [pytest arguments]`")


def owner_url(name=None):
    """The owner's URL, of the database ``name`` when given."""
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    return parts._replace(path=f"/{name}").geturl() if name else parts.geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker):
    """Clone the migrated database for this worker and drop the clone at the end."""
    template = connection.settings_dict["NAME"]
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with roles.connect(os.environ["DATABASE_ADMIN_URL"]) as admin:
        roles.ensure_database(admin, name, template=template)
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    os.environ["DATABASE_OWNER_URL"] = owner_url(name)
    yield
    with django_db_blocker.unblock():
        connection.close()
    with roles.connect(os.environ["DATABASE_ADMIN_URL"]) as admin:
        roles.drop_databases(admin, prefix=name)


def flush_as_owner():
    """Empty every table but the migration records; the application role may not truncate."""
    with psycopg.connect(owner_url(), autocommit=True) as database:
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
