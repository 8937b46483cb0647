"""Two people at once: a blockout of a project while an application is handed over to it; two hand-overs."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from calendar_app.claims import verify_claims
from calendar_app.models import Blockout, Claim
from releasemgr.changes.revisions import Moved, create
from releasemgr.directory.ownership import hand_over
from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def cards(acme):
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        return Project.objects.create(key="cards", name="Cards", portfolio=bank)


@pytest.fixture
def ledger(acme):
    with org_scope(acme):
        return Application.objects.create(key="ledger", name="Ledger")


def freeze(cards):
    return Blockout(name="Freeze", project=cards, starts_at=JUNE_1 + DAY, ends_at=JUNE_1 + 9 * DAY)


def both(first, second):
    """Run two acts, each in its own thread and transaction: the second while the first has written and not committed."""
    written, finished, errors = threading.Event(), threading.Event(), []

    def run(act, before, after):
        try:
            before()
            act(after)
        except Exception as error:  # for the test's own thread
            errors.append(error)
        finally:
            written.set()
            connection.close()

    def pause():
        written.set()
        finished.wait(timeout=1)

    threads = [
        threading.Thread(target=run, args=(first, lambda: None, pause)),
        threading.Thread(target=run, args=(second, written.wait, finished.set)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.parametrize("blockout_first", [True, False])
def test_a_blockout_finds_the_application_that_is_being_handed_over(
    acme, cards, ledger, rita, blockout_first
):
    def hand(after):
        with org_scope(acme):
            hand_over(ledger, project=cards, starts_at=JUNE_1, seen=None, by=rita, at=JUNE_1)
            after()

    def block(after):
        with org_scope(acme):
            create([freeze(cards)], by=rita, at=JUNE_1)
            after()

    errors = both(block, hand) if blockout_first else both(hand, block)

    assert errors == []
    with org_scope(acme):
        assert verify_claims() == []
        assert Claim.objects.filter(resource_id=ledger.pk, kind="blockout").count() == 1


def test_of_two_hand_overs_the_second_is_told(acme, cards, ledger, rita, olga):
    def hand(after, *, by):
        with org_scope(acme):
            hand_over(ledger, project=cards, starts_at=JUNE_1 + DAY, seen=None, by=by, at=JUNE_1)
            after()

    errors = both(lambda after: hand(after, by=rita), lambda after: hand(after, by=olga))

    assert [type(error) for error in errors] == [Moved]
    with org_scope(acme):
        assert Ownership.objects.count() == 1
