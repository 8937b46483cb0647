"""The populated organisation of the sweeps, made once a module inside a transaction that is rolled back."""

import pytest
from django.db import transaction

from tests.sweeps.scene import populated


@pytest.fixture(scope="module")
def planted_org(django_db_setup, django_db_blocker):
    """Tests run in savepoints of this transaction; a transactional test in the same module would wait for it for ever."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield populated()
        transaction.set_rollback(True)


@pytest.fixture
def org(planted_org, db):
    return planted_org
