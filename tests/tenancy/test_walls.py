"""The four walls: context, manager and compiler, row-level security, composite keys."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from releasemgr.activity.models import Entry
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.readiness import database_failures
from releasemgr.tenancy.models import Organisation, next_numbers
from releasemgr.tenancy.scope import ScopeError, current_org_id, org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db


def setting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.org_id', true)")
        return cursor.fetchone()[0] or ""


def test_without_a_scope_the_manager_raises(acme):
    with pytest.raises(ScopeError):
        Project.objects.all()


@pytest.mark.parametrize(
    "ask", [lambda rows: rows.exists(), list, lambda rows: rows.count(), lambda rows: rows.delete()]
)
def test_a_queryset_that_left_its_scope_raises(acme, ask):
    with org_scope(acme):
        rows = Project.objects.all()

    with pytest.raises(ScopeError):
        ask(rows)


def test_a_queryset_of_another_scope_raises(acme, globex):
    with org_scope(acme):
        rows = Project.objects.all()

    with org_scope(globex), pytest.raises(ScopeError):
        rows.exists()


def test_a_join_from_a_control_table_needs_a_scope(acme):
    with pytest.raises(ScopeError):
        Organisation.objects.filter(projects__key="x").exists()


def test_two_organisations_do_not_nest(acme, globex):
    with org_scope(acme), pytest.raises(ScopeError), org_scope(globex):
        pass


def test_the_setting_ends_with_the_scope(acme):
    with org_scope(acme):
        assert setting() == str(acme.pk)
        with org_scope(acme):
            assert current_org_id() == acme.pk
        assert setting() == str(acme.pk)

    assert setting() == ""


def test_raw_sql_sees_only_the_scope(acme, globex):
    with org_scope(acme):
        Portfolio.objects.create(name="Retail bank")

    with org_scope(globex), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portfolio_portfolio")
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE portfolio_portfolio SET name = 'mine'")
        assert cursor.rowcount == 0
    with org_scope(acme):
        assert Portfolio.objects.get().name == "Retail bank"


def test_raw_sql_cannot_write_into_another_organisation(acme, globex):
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic(), org_scope(acme):
        Portfolio.objects.create(name="Ours", org=globex)


def test_rows_of_two_organisations_cannot_meet(acme, globex):
    with org_scope(globex):
        theirs = Portfolio.objects.create(name="Theirs")

    with pytest.raises(IntegrityError, match="same_org"), transaction.atomic(), org_scope(acme):
        Project.objects.create(key="ours", name="Ours", portfolio_id=theirs.pk)


def test_the_audit_trail_is_append_only(in_acme):
    Entry.objects.bulk_create(
        [Entry(act_id=in_acme.pk, at=JUNE_1, actor_name="Rita", verb="made", noun="x", subject_id=in_acme.pk)]
    )

    for statement in ("UPDATE activity_entry SET verb = 'unmade'", "DELETE FROM activity_entry"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)


def test_numbers_count_up_per_organisation(acme, globex):
    with org_scope(acme):
        assert list(next_numbers("release")) == [1]
        assert list(next_numbers("release", 3)) == [2, 3, 4]
    with org_scope(globex):
        assert list(next_numbers("release")) == [1]


def test_the_database_is_safe_to_serve_from(db):
    assert database_failures() == []
