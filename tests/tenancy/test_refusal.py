"""Web and workers refuse to start on an unsafe database, and a running web says so at /readyz."""

import psycopg
import pytest
from django.db import connection
from django.test import Client

from releasemgr.readiness import UnsafeDatabase, database_failures, insist_on_walls
from tests.database import owner_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def as_owner():
    """Runs statements as the owner and the ones given for afterwards at the end of the test."""
    undo = []

    def run(statement, *, afterwards):
        undo.append(afterwards)
        with psycopg.connect(owner_url(), autocommit=True) as database:
            database.execute(statement)

    yield run
    for statement in undo:
        with psycopg.connect(owner_url(), autocommit=True) as database:
            database.execute(statement)


@pytest.mark.parametrize(
    ("fault", "repair", "complaint"),
    [
        (
            "ALTER TABLE environments_booking DISABLE ROW LEVEL SECURITY",
            "ALTER TABLE environments_booking ENABLE ROW LEVEL SECURITY",
            "The table environments_booking has no forced row-level security.",
        ),
        (
            "ALTER TABLE environments_booking NO FORCE ROW LEVEL SECURITY",
            "ALTER TABLE environments_booking FORCE ROW LEVEL SECURITY",
            "The table environments_booking has no forced row-level security.",
        ),
        (
            "CREATE TABLE stray (id int)",
            "DROP TABLE stray",
            "The table stray is neither a tenant table nor listed as a control table.",
        ),
    ],
)
def test_a_planted_fault_stops_the_start(as_owner, fault, repair, complaint):
    as_owner(fault, afterwards=repair)

    assert database_failures() == [complaint]
    with pytest.raises(UnsafeDatabase, match=complaint):
        insist_on_walls()
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["failures"] == [complaint]


def test_a_policy_that_shows_rows_without_a_scope_is_found(as_owner, acme):
    with psycopg.connect(owner_url(), autocommit=True) as database:
        database.execute("SET app.maintenance = 'on'")
        database.execute(
            "INSERT INTO portfolio_team (id, org_id, name, version) VALUES (gen_random_uuid(), %s, 'Leak', 1)",
            [acme.pk],
        )
    as_owner(
        "CREATE POLICY leak ON portfolio_team USING (true)", afterwards="DROP POLICY leak ON portfolio_team"
    )

    assert database_failures() == ["The table portfolio_team shows rows without a scope."]


def test_the_owner_role_may_not_serve():
    settings = connection.settings_dict
    app, password = settings["USER"], settings["PASSWORD"]
    owner = psycopg.conninfo.conninfo_to_dict(owner_url())
    connection.close()
    settings["USER"], settings["PASSWORD"] = owner["user"], owner.get("password", "")
    try:
        assert any("owns" in failure for failure in database_failures())
    finally:
        connection.close()
        settings["USER"], settings["PASSWORD"] = app, password


def test_a_safe_database_is_ready(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["failures"]) == (200, [])
