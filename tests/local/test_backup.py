"""Backup and restore of the product's own schema: same rows, same rights, same walls."""

import os
from urllib.parse import urlsplit

import psycopg
import pytest

from releasemgr.local import backup, roles
from releasemgr.portfolio.models import Portfolio
from releasemgr.tenancy.scope import org_scope

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

    counts = backup.back_up(source, tmp_path / "dump")

    assert counts["portfolio_portfolio"] == 2
    assert backup.restore(restored_url, tmp_path / "dump") == counts
    with psycopg.connect(source) as before, psycopg.connect(restored_url) as after:
        assert after.execute(RIGHTS).fetchall() == before.execute(RIGHTS).fetchall()
        assert after.execute("SELECT count(*) FROM portfolio_portfolio").fetchone() == (0,)
