"""A table without walls is found by the sweep of tables. Alone in its module: it needs no open transaction."""

from contextlib import closing

import psycopg
import pytest
from django.db import connection

from releasemgr.tenancy.tables import tenant_tables
from tests.database import owner_url
from tests.sweeps.visible import visible


@pytest.mark.django_db(transaction=True)
def test_a_table_that_leaks_is_found():
    with closing(psycopg.connect(owner_url(connection.settings_dict["NAME"]), autocommit=True)) as database:
        database.execute("CREATE TABLE planted (org_id uuid); INSERT INTO planted VALUES (gen_random_uuid())")
        try:
            assert visible({*tenant_tables(), "planted"}) == ["planted"]
        finally:
            database.execute("DROP TABLE planted")
