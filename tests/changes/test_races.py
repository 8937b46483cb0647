"""Two people at once, with real threads and real commits: no deadlock, one winner, nothing in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import close_old_connections, connection

from calendar_app.models import Claim, Phase, Release
from releasemgr.changes.revisions import Moved, Revision, create, revise
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.changes.conftest import planned
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def together(*works):
    """Run the functions at the same moment, each on a connection of its own; their results or exceptions."""
    barrier = Barrier(len(works))

    def run(work):
        try:
            barrier.wait(timeout=10)
            return work()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        results = list(pool.map(run, works))
    close_old_connections()
    return results


@pytest.fixture
def releases(acme, rita):
    """Ten releases of one project, committed."""
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        return planned(project, rita, *[date(2026, 9, 1)] * 10)


def test_overlapping_sets_in_opposite_order_do_not_deadlock(acme, rita, olga, releases):
    def rename(rows, by, word):
        def work():
            with org_scope(acme):
                revisions = [Revision(row, None, {"name": f"{word} {row.number}"}) for row in rows]
                return revise(revisions, by=by, at=JUNE_1)

        return work

    for turn in range(ROUNDS):
        results = together(
            rename(releases[:8], rita, f"Rita {turn}"), rename(releases[:1:-1], olga, f"Olga {turn}")
        )
        assert [type(result).__name__ for result in results] == ["Outcome", "Outcome"]

    with org_scope(acme):
        middle = Release.objects.filter(number__in=range(3, 9)).values_list("name", flat=True)
        assert len({name.split()[0] for name in middle}) == 1  # one act after the other, never mixed
        assert set(Release.objects.filter(number__in=range(3, 9)).values_list("version", flat=True)) == {
            1 + 2 * ROUNDS
        }


def test_of_two_who_saw_the_same_version_one_wins(acme, rita, olga, releases):
    def move(by, day):
        def work():
            with org_scope(acme):
                return revise([Revision(releases[0], 1, {"target_date": day})], by=by, at=JUNE_1)

        return work

    results = together(move(rita, date(2026, 9, 8)), move(olga, date(2026, 9, 15)))

    (lost,) = [result for result in results if isinstance(result, Moved)]
    with org_scope(acme):
        row = Release.objects.get(number=1)
        assert row.version == 2
        assert [one.theirs for one in lost.collisions] == [row.target_date]


def test_a_phase_and_its_release_changed_at_once_leave_right_claims(acme, rita, olga, releases):
    with org_scope(acme):
        phase = create(
            [
                Phase(
                    release=releases[0],
                    kind="sit",
                    name="SIT",
                    starts_on=date(2026, 6, 8),
                    ends_on=date(2026, 6, 9),
                )
            ],
            by=rita,
            at=JUNE_1,
        ).rows[0]

    def on_hold(status):
        def work():
            with org_scope(acme):
                return revise([Revision(releases[0], None, {"status": status})], by=rita, at=JUNE_1)

        return work

    def shift(days):
        def work():
            with org_scope(acme):
                day = date(2026, 6, 9) + timedelta(days=days)
                return revise([Revision(phase, None, {"ends_on": day})], by=olga, at=JUNE_1)

        return work

    for turn in range(ROUNDS):
        results = together(on_hold(["on_hold", "active"][turn % 2]), shift(turn + 1))
        assert [type(result).__name__ for result in results] == ["Outcome", "Outcome"]
        with org_scope(acme):
            row, drawn = Phase.objects.get(), Claim.objects.get(kind="phase")
            assert (drawn.ends_at.date(), drawn.title) == (row.ends_on, "SIT")
