"""The hash chain: what was sealed cannot be changed unnoticed, not even by the owner of the database."""

import psycopg
import pytest

from releasemgr.activity.models import Entry, Seal
from releasemgr.activity.seals import seal_entries, verify_seals
from releasemgr.activity.trail import record
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1
from tests.database import owner_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sealed(acme, rita):
    """Acme's trail with two seals of two and one entries; returns the first entry."""
    with org_scope(acme):
        record(by=rita, verb="opened", subject=acme, at=JUNE_1)
        record(by=rita, verb="named", subject=acme, at=JUNE_1, changes={"name": ["A", "Acme"]})
        assert seal_entries() == 2
        record(by=None, verb="closed", subject=acme, at=JUNE_1)
        assert seal_entries() == 1
        return Entry.objects.get(verb="opened")


def as_owner(statement, *values):
    """Run a statement behind the product's back."""
    from django.db import connection  # noqa: PLC0415

    with psycopg.connect(owner_url(connection.settings_dict["NAME"])) as database:
        database.execute("SET app.maintenance = 'on'")
        assert database.execute(statement, values).rowcount > 0


def faults(acme):
    with org_scope(acme):
        return [str(fault) for fault in verify_seals()]


def test_an_untouched_trail_has_no_fault(acme, sealed):
    assert faults(acme) == []
    with org_scope(acme):
        assert seal_entries() == 0
        assert list(Seal.objects.order_by("number").values_list("number", "entries")) == [(1, 2), (2, 1)]


def test_an_edited_entry_is_found(acme, sealed):
    as_owner("UPDATE activity_entry SET actor_name = 'Nobody' WHERE id = %s", sealed.pk)

    assert faults(acme) == ["Seal 1: an entry it covers, or the seal itself, was changed"]


def test_a_deleted_entry_is_found(acme, sealed):
    as_owner("DELETE FROM activity_sealedentry WHERE entry_id = %s", sealed.pk)
    as_owner("DELETE FROM activity_entry WHERE id = %s", sealed.pk)

    assert faults(acme) == ["Seal 1: 1 of its 2 entries are missing"]


def test_a_seal_cut_out_is_found(acme, sealed):
    as_owner(
        "DELETE FROM activity_sealedentry WHERE seal_id IN (SELECT id FROM activity_seal WHERE number = 1)"
    )
    as_owner("DELETE FROM activity_seal WHERE number = 1")

    assert faults(acme) == ["Seal 2: seal 1 is missing before it"]


def test_a_rewritten_seal_breaks_the_chain(acme, sealed):
    as_owner("UPDATE activity_seal SET hash = repeat('a', 64) WHERE number = 1")

    assert faults(acme) == [
        "Seal 1: an entry it covers, or the seal itself, was changed",
        "Seal 2: it does not continue the seal before it",
    ]
