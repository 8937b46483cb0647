"""The reporting pages as people use them."""

import csv
import io
import re

import pytest

from releasemgr.activity.models import FactMark
from releasemgr.tenancy.scope import org_scope
from reporting.draining import drain
from reporting.kpis import KPIS
from reporting.models import Quarantine, ScopeView
from reporting.periods import PeriodType
from reporting.rows import Rows
from tests.reporting import facts
from tests.reporting.facts import APRIL_15, MARCH, cell

pytestmark = pytest.mark.django_db(transaction=True)
DASHBOARD = "/o/acme/reporting/?period=month&until=2026-03-01"
FREQUENCY = "/o/acme/reporting/kpis/deployment_frequency/"


@pytest.fixture
def bank(acme):
    """A node with two projects, an application each."""
    with org_scope(acme):
        node = facts.node("Bank")
        projects = [facts.project(key, node) for key in ("cards", "loans")]
        return {project.key: facts.application(f"{project.key}-core", project) for project in projects}


def deploy(acme, application, *when):
    with org_scope(acme):
        made = [facts.deployment(application, "succeeded", at) for at in when]
    drain(acme, as_of=APRIL_15)
    return made


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_vic_reads_a_figure_and_drills_down_to_its_rows(client, acme, bank, vic):
    deploy(acme, bank["cards"], "03-02T10:00", "03-05T10:00", "04-01T10:00")
    client.force_login(vic)

    tile = text_of(client.get(f"{DASHBOARD}&scope=project:cards")).split('id="tile-deployment_frequency"')[1]
    assert "<b>0.06 a day</b>" in tile
    assert "higher is better" in tile
    assert "<dt>n</dt><dd>2</dd>" in tile
    link = re.search(r'href="(/o/acme/reporting/kpis/deployment_frequency/rows/[^"]+)"', tile).group(1)

    rows = text_of(client.get(link.replace("&amp;", "&")))
    assert rows.count('<tr id="row-') == 2
    assert "0.06 a day" in rows


def test_a_figure_without_facts_is_a_gap_and_says_so(client, acme, bank, vic):
    deploy(acme, bank["cards"], "03-02T10:00")
    client.force_login(vic)

    page = text_of(client.get(f"{DASHBOARD}&scope=project:cards"))
    gates = page.split('id="tile-gate_first_pass_rate"')[1].split("</article>")[0]

    assert "<b>–</b>" in gates
    assert "Not computed yet" in gates


def test_the_url_chooses_scope_period_and_comparison(client, acme, bank, vic):
    deploy(acme, bank["cards"], "03-02T10:00", "02-05T10:00", "02-06T10:00")
    client.force_login(vic)

    page = text_of(client.get(f"{DASHBOARD}&scope=project:cards"))
    assert "−0.04 a day, worse" in page
    assert "against</span> Feb 2026" in page or "against Feb 2026" in page
    weeks = text_of(
        client.get("/o/acme/reporting/?period=week&until=2026-03-02&scope=application:cards-core")
    )
    assert "W10 2026" in weeks
    assert "Application: cards-core" in weeks
    none = text_of(client.get(f"{DASHBOARD}&scope=project:cards&compare=none"))
    assert "worse" not in none


@pytest.mark.parametrize(
    "query",
    ["period=fortnight", "until=soon", "compare=them", "until=9999-12-31", "until=0001-01-01", "page=x"],
)
def test_nonsense_in_the_url_reads_as_the_default(client, acme, vic, query):
    client.force_login(vic)

    assert client.get(f"/o/acme/reporting/?{query}").status_code == 200
    assert client.get(f"{FREQUENCY}rows/?{query}").status_code == 200


@pytest.mark.parametrize("scope", ["project:nowhere", "release:x", "portfolio:1", "planet:mars", "project"])
def test_a_scope_that_is_not_there_is_not_found(client, acme, vic, scope):
    client.force_login(vic)

    assert client.get(f"/o/acme/reporting/?scope={scope}").status_code == 404


def test_mallory_sees_no_scope_of_acme_in_her_organisation(client, acme, globex, bank, mallory):
    client.force_login(mallory)

    assert client.get("/o/globex/reporting/?scope=project:cards").status_code == 404
    assert client.get(DASHBOARD).status_code == 404


def test_the_rows_add_up_to_the_figure(acme, bank):
    deploy(acme, bank["cards"], "03-02T10:00", "03-05T10:00")
    with org_scope(acme):
        project = bank["cards"].ownerships.get().project
        facts.release(project, "03-10", "03-10T22:30")
        facts.release(project, "03-10", "03-12T22:30")
        facts.release(project, "03-25")
        of = facts.release(project, None, "03-15T10:00")
        facts.gate(of, "03-04", ("03-03T09:00", "03-04T09:00", "passed"))
        facts.gate(of, "03-05", ("03-03T09:00", "03-05T09:00", "rejected"))
        facts.exception(of, "baseline", "03-02T10:00", "03-03T10:00", "granted")
        facts.exception(of, "baseline", "03-03T10:00", "03-04T10:00", "refused")
        facts.exception(of, "baseline", "03-05T10:00")
        env = facts.environment("SIT1", (facts.utc("03-01T00:00"), 2), app=bank["cards"])
        facts.booking(env, ("03-10T12:00", "03-10T20:00"), ("03-10T16:00", "03-11T00:00"), owner=project)
        facts.booking(env, ("03-20T12:00", "03-20T20:00"), owner=project, used=("03-20T12:00", "03-20T20:00"))
        facts.booking(
            env, ("03-20T12:00", "03-20T20:00"), owner=project, status="rejected", refusal="capacity"
        )
    drain(acme, as_of=APRIL_15)

    with org_scope(acme):
        counted = {"counted", "on_time", "late", "passed", "not_passed", "granted"}
        for kpi in KPIS.values():
            figure = cell(kpi.key, project)
            rows = Rows(acme, kpi, project.pk, PeriodType.MONTH, MARCH, as_of=APRIL_15)
            states = [row.state for row in rows[:100]]
            assert len(rows) == len(states)
            if kpi.key != "E1":
                assert sum(state in counted for state in states) == figure.n, kpi.key
                assert states.count("invalid") == figure.n_invalid, kpi.key
            else:
                used = sum(row.value for row in rows[:100] if row.state == "use")
                assert used == figure.numerator


def test_rita_exports_rows_that_no_spreadsheet_will_run(client, acme, bank, rita):
    with org_scope(acme):
        deployment = facts.deployment(bank["cards"], "succeeded", "03-02T10:00")
        facts.change(bank["cards"], name="=cmd|' /C calc'!A1")
    drain(acme, as_of=APRIL_15)
    client.force_login(rita)

    response = client.get(f"{FREQUENCY}rows.csv?until=2026-03-01")

    lines = list(csv.reader(io.StringIO(response.content.decode())))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert lines[0] == ["fact", "kind", "state", "at", "value", "unit", "id"]
    assert lines[1][0].startswith("'=cmd")
    assert lines[1][1:4] == ["deployment", "counted", "2026-03-02T10:00:00+00:00"]
    assert lines[1][6] == str(deployment.pk)


def test_the_kpi_page_defines_itself(client, acme, bank, vic):
    deploy(acme, bank["cards"], "03-02T10:00")
    client.force_login(vic)

    page = text_of(client.get(f"{FREQUENCY}?until=2026-03-01"))

    assert "How often do changes reach users?" in page
    assert "divided by complete local calendar days" in page
    assert 'role="img"' in page
    assert '<tr id="row-' in page


def test_members_show_where_a_roll_up_comes_from(client, acme, bank, vic):
    deploy(acme, bank["cards"], "03-02T10:00")
    deploy(acme, bank["loans"], "03-03T10:00", "03-04T10:00")
    client.force_login(vic)

    panel = text_of(client.get(f"{FREQUENCY}members/?until=2026-03-01", headers={"HX-Request": "true"}))

    assert panel.count('<th scope="row">') == 2
    assert ">0.06<" in panel
    assert 'class="num shade-5' in panel
    assert "<html" not in panel


def test_looking_at_a_scope_keeps_its_running_figures_fresh(client, acme, bank, vic):
    client.force_login(vic)

    for _ in range(2):
        assert client.post("/o/acme/reporting/views/?scope=project:cards").status_code == 204

    with org_scope(acme):
        assert ScopeView.objects.get().scope_id == bank["cards"].ownerships.get().project_id


def test_figures_that_wait_for_changes_say_so(client, acme, bank, vic):
    deploy(acme, bank["cards"], "03-02T10:00")
    with org_scope(acme):
        facts.deployment(bank["cards"], "succeeded", "03-03T10:00")
        FactMark.objects.filter(org_id=acme.pk).update(at=APRIL_15)
    client.force_login(vic)

    assert "newer facts are waiting" in text_of(client.get(DASHBOARD))


def test_only_administrators_see_and_replay_the_quarantine(client, acme, olga, rita):
    with org_scope(acme):
        Quarantine.objects.create(kind="cell", row_id=acme.pk, label="F1 of cards", error="boom")
    client.force_login(rita)
    assert client.get("/o/acme/reporting/quarantine/").status_code == 403
    assert "quarantine" not in text_of(client.get("/o/acme/reporting/"))

    client.force_login(olga)
    assert "waits in quarantine" in text_of(client.get("/o/acme/reporting/"))
    assert "boom" in text_of(client.get("/o/acme/reporting/quarantine/"))
    client.post("/o/acme/reporting/quarantine/")
    with org_scope(acme):
        assert not Quarantine.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("url", "queries", "shown"),
    [
        ("/o/acme/reporting/?until=2026-03-01", 13, None),
        ("/o/acme/reporting/kpis/?until=2026-03-01", 11, None),
        (f"{FREQUENCY}rows/?until=2026-03-01", 13, '<tr id="row-'),
        (f"{FREQUENCY}?until=2026-03-01", 20, '<tr id="row-'),
        (f"{FREQUENCY}members/?until=2026-03-01", 13, None),
    ],
)
def test_pages_cost_the_same_for_any_number_of_rows(
    client, acme, bank, vic, count, url, queries, shown, django_assert_num_queries
):
    deploy(acme, bank["cards"], *[f"03-0{n + 1}T10:00" for n in range(count)])
    client.force_login(vic)

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert response.status_code == 200
    if shown:
        assert response.content.decode().count(shown) == count
