"""Every tenant table in raw SQL as the application role: nothing without a scope, nothing in a wrong one."""

import pytest
from django.db import connection

from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from releasemgr.tenancy.tables import tenant_tables
from tests.sweeps.visible import counted, visible

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(db):
    return Organisation.objects.create(slug="elsewhere", name="Elsewhere")


def test_every_table_has_rows_to_protect(org):
    with org_scope(org):
        empty = [table for table, rows in counted(tenant_tables()).items() if not rows]

    assert empty == []  # fill it in tests/sweeps/scene.py, or the two tests below prove nothing for it


def test_without_a_scope_nothing_is_visible(org):
    assert visible(tenant_tables()) == []


def test_in_a_wrong_scope_nothing_is_visible(org, elsewhere):
    with org_scope(elsewhere):
        assert visible(tenant_tables()) == []


def test_in_a_wrong_scope_nothing_can_be_changed(org, elsewhere):
    with org_scope(elsewhere), connection.cursor() as cursor:
        for table in sorted(tenant_tables()):
            cursor.execute("SELECT has_table_privilege(%s, 'UPDATE')", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f'UPDATE "{table}" SET org_id = %s', [elsewhere.pk])  # noqa: S608
                assert cursor.rowcount == 0, table
