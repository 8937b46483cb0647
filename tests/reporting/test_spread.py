"""The values of many scopes at once are the ones their own pages show."""

from dataclasses import replace
from datetime import date

import pytest

from releasemgr.tenancy.scope import org_scope
from reporting.kpis import KPIS
from reporting.queries import figures as figures_of
from reporting.scopes import find_scope
from reporting.spread import STRIPS, parameters, spread
from reporting.touches import execute, fetch
from tests.reporting import facts
from tests.reporting.facts import figures

pytestmark = pytest.mark.django_db(transaction=True)

STARTS = [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)]


@pytest.fixture
def projects(acme):
    """One that deploys and releases every month, one with a pause, one that does nothing."""
    with org_scope(acme):
        node = facts.node("portfolio")
        busy, pausing, _idle = (facts.project(key, node) for key in ("busy", "pausing", "idle"))
        steady, rare = facts.application("steady", busy), facts.application("rare", pausing)
        for month in ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04"):
            facts.deployment(steady, "succeeded", f"{month}-02T10:00")
        for finished in ("01-02T10:00", "01-03T10:00", "03-02T10:00"):
            facts.deployment(rare, "succeeded", finished)
        for n in range(6):
            facts.release(busy, f"01-1{n}", f"01-1{n + 1}T10:00")
            facts.release(busy, f"03-1{n}", f"03-1{9 - n}T10:00")
        facts.release(pausing, "02-10", "02-20T10:00")
        facts.release(pausing, None, "03-20T10:00")


@pytest.mark.parametrize("key", ["F1", "K01", "K02"])
def test_strips_read_as_the_figures_of_each_scope(acme, projects, key):
    kpi = KPIS[key]
    with figures(acme):
        scopes = [find_scope(acme, f"project:{name}") for name in ("busy", "pausing", "idle")]
        expected = figures_of([kpi], scopes, "month", STARTS)

        strips = spread(kpi, [scope.id for scope in scopes], "month", STARTS)

    for scope in scopes:
        shown, strip = expected[kpi.key, scope.id], strips[scope.id]
        assert strip.values == [figure.value for figure in shown]
        known = [figure for figure in shown if figure.value is not None]
        assert {figure.start_on for figure in known if figure.is_hollow} == strip.hollow & {
            figure.start_on for figure in known
        }


def test_a_pause_is_zero_and_the_time_before_the_first_deployment_is_unknown(acme, projects):
    with figures(acme):
        pausing = find_scope(acme, "project:pausing").id
        strip = spread(KPIS["F1"], [pausing], "month", STARTS)[pausing]

    assert strip.values[0] is None
    assert strip.values[1] == pytest.approx(2 / 31)
    assert strip.values[2] == 0


def test_few_facts_are_drawn_hollow(acme, projects):
    with figures(acme):
        busy = find_scope(acme, "project:busy").id
        thin = spread(replace(KPIS["K01"], min_n=7), [busy], "month", STARTS)[busy]
        enough = spread(KPIS["K01"], [busy], "month", STARTS)[busy]

    january = date(2026, 1, 1)
    assert january in thin.hollow
    assert january not in enough.hollow


def test_without_gaps_one_query_is_enough(acme, projects, django_assert_num_queries):
    with figures(acme):
        busy = find_scope(acme, "project:busy").id
        with django_assert_num_queries(1):
            spread(KPIS["F1"], [busy], "month", STARTS)


def test_the_index_holds_all_that_strips_need(acme, projects):
    with figures(acme):
        busy = find_scope(acme, "project:busy").id
        execute("SET LOCAL enable_seqscan = off", {})  # a table this small would be read whole
        execute("SET LOCAL enable_bitmapscan = off", {})
        plan = fetch(f"EXPLAIN {STRIPS}", parameters(KPIS["F1"], [str(busy)], "month", STARTS))

    assert "Index Only Scan using cell_by_scope on reporting_cell a" in "\n".join(row[0] for row in plan)
