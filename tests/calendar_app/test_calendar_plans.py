"""How Postgres reads the calendar as the application's role: by the two indexes of what is drawn, never all history."""

import gzip
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction

from calendar_app.models import Claim
from releasemgr.accounts.roles import Role
from releasemgr.bench.claimed import QUARTER, claimed_organisation
from releasemgr.tenancy.scope import org_scope
from tests.conftest import member
from tests.database import owner_url

WINDOW = QUARTER, QUARTER + timedelta(days=92)
FIELDS = ("kind", "source_id", "starts_at", "ends_at", "title")


def plan(claims):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("releasemgr_app",)
    return claims.values_list(*FIELDS).explain(analyze=True, buffers=False, timing=False)


def analyse():
    """Statistics of this moment: without them the plan depends on which tests ran before."""
    with psycopg.connect(owner_url(), autocommit=True) as owner:
        owner.execute("VACUUM ANALYZE calendar_app_claim")


def test_the_window_uses_both_indexes_of_what_is_drawn(transactional_db):
    org = claimed_organisation("planned", claims=4_000)
    analyse()

    with org_scope(org), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a table this small would be read whole
        found = plan(Claim.objects.window(*WINDOW))

    assert ("claim_drawn_short" in found, "claim_drawn_long" in found) == (True, True), found


def test_a_page_of_2000_bars_stays_under_60_kb(client, db):
    org = claimed_organisation("planned", claims=6_000)
    client.force_login(member(org, Role.VIEWER, "Vic"))

    url = f"/o/planned/calendar/?date={QUARTER:%Y-%m-%d}"
    first = client.get(url).content
    whole = client.get(f"{url}&lanes=60").content

    assert first.count(b'class="b ') <= 1_750 < 1_900 < whole.count(b'class="b ') < 2_100
    assert first.count(b"<") / 2 < 6_500, "elements, those of the shell with them"
    assert len(gzip.compress(whole)) < 60 * 1024


@pytest.mark.slow
def test_of_100_000_claims_the_window_reads_only_its_own(transactional_db):
    org = claimed_organisation("planned", claims=100_000)
    analyse()

    with org_scope(org):
        found = plan(Claim.objects.window(*WINDOW))
        rows = Claim.objects.window(*WINDOW).count()

    assert ("claim_drawn_short" in found, "claim_drawn_long" in found) == (True, True), found
    assert "Seq Scan" not in found
    assert 1_900 < rows < 2_100
    assert removed(found) < rows, found


def removed(found):
    """Rows that an index brought and a filter threw away."""
    return sum(int(line.split(":")[1]) for line in found.splitlines() if "Rows Removed by" in line)
