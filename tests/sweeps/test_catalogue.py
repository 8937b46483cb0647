"""The schema is walled and ready to be distributed; each rule is proven by a planted fault that is rolled back."""

import psycopg
import pytest
from django.db import connection

from tests.database import owner_url
from tests.sweeps.catalogue import faults

pytestmark = pytest.mark.django_db


def test_the_schema_has_no_fault():
    with connection.cursor() as cursor:
        assert faults(cursor) == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("CREATE TABLE planted (org_id uuid)", "The table planted is in 0 lists: []."),
        (
            "ALTER TABLE calendar_app_gate NO FORCE ROW LEVEL SECURITY",
            "The tenant table calendar_app_gate has no forced row-level security.",
        ),
        (
            "ALTER TABLE calendar_app_gate DISABLE ROW LEVEL SECURITY",
            "The tenant table calendar_app_gate has no forced row-level security.",
        ),
        (
            "ALTER TABLE calendar_app_gate ALTER org_id DROP NOT NULL",
            "org_id of calendar_app_gate is not a required uuid: (False, 'uuid').",
        ),
        (
            "CREATE UNIQUE INDEX planted ON calendar_app_gate (name, org_id)",
            "The index planted of calendar_app_gate leads with name, not with org_id.",
        ),
        (
            "CREATE INDEX planted ON calendar_app_gate (lower(name))",
            "The index planted of calendar_app_gate leads with None, not with org_id.",
        ),
        (
            "ALTER TABLE calendar_app_gate ADD CONSTRAINT planted "
            "FOREIGN KEY (release_id) REFERENCES calendar_app_release (id)",
            "The key planted of calendar_app_gate refers to calendar_app_release by ['id'], "
            "not within the organisation.",
        ),
        (
            "ALTER TABLE calendar_app_gate DROP CONSTRAINT gate_release_same_org",
            "calendar_app_gate.release_id has no foreign key in the database.",
        ),
        (
            "CREATE POLICY planted ON calendar_app_gate USING (true)",
            "The policy planted of calendar_app_gate lets ['public'] through by true and None.",
        ),
        (
            "DROP POLICY gate_rls ON calendar_app_gate; DROP POLICY gate_rls_owner ON calendar_app_gate",
            "The tenant table calendar_app_gate has no policy.",
        ),
        (
            "CREATE VIEW planted AS SELECT * FROM calendar_app_gate",
            "There is the view planted without security_invoker.",
        ),
        (
            "CREATE MATERIALIZED VIEW planted AS SELECT 1 AS one",
            "There is the materialised view planted.",
        ),
        (
            "CREATE FUNCTION planted() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "There is the SECURITY DEFINER function planted.",
        ),
        (
            "CREATE TRIGGER planted BEFORE UPDATE ON calendar_app_gate FOR EACH ROW "
            "EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "There is the trigger planted.",
        ),
        (
            "GRANT TRUNCATE ON calendar_app_gate TO releasemgr_app",
            "There is the right of releasemgr_app to empty calendar_app_gate.",
        ),
    ],
)
def test_a_planted_fault_is_found(statement, sentence):
    with psycopg.connect(owner_url(connection.settings_dict["NAME"])) as database:
        database.execute(statement)
        with database.cursor() as cursor:
            found = faults(cursor)
        database.rollback()

    assert sentence in found
