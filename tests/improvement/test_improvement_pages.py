"""Control charts, decisions on baselines and improvement actions as people use them."""

import re
from datetime import date, timedelta

import pytest

from improvement.models import Action, Baseline
from releasemgr.activity.models import Entry
from releasemgr.tenancy.scope import org_scope
from reporting.models import Cell
from reporting.periods import first_day, next_start
from tests.reporting.facts import APRIL_15

pytestmark = pytest.mark.django_db
CHART = "/o/acme/improvement/charts/booking_wait_hours/"
W14 = [30, 34, 28, 36, 32, 38, 30, 34, 31, 37, 33, 35]
RUN = [30, 31, 29, 32, 30, 28, 31, 29]


def measured(acme, values, *, metric="E6", first=date(2024, 1, 1), n=9):
    """Stored monthly figures of the organisation, as workers leave them."""
    start, made = first, []
    with org_scope(acme):
        for value in values:
            made.append(
                Cell.objects.create(
                    metric=metric,
                    scope_id=acme.pk,
                    period_type="month",
                    start_on=start,
                    value=value,
                    n=n,
                    is_partial=False,
                    as_of=APRIL_15,
                )
            )
            start = next_start("month", start)
    return made


def page_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


def test_vic_sees_limits_signals_and_both_charts(client, acme, vic):
    measured(acme, [*W14, 48])
    client.force_login(vic)

    page = page_of(client.get(CHART))

    assert "Expect 19.9 h to 46.5 h around 33.2 h unless the process changes." in page
    assert "limits locked on the first 12 points" in page
    assert '<span class="seen concern">concern</span>' in page
    assert page.count('role="img"') == 2
    assert "Accept or refuse" not in page


def test_thin_and_partial_figures_stay_out_of_the_limits(client, acme, vic):
    cells = measured(acme, [*W14, 900, 950])
    with org_scope(acme):
        Cell.objects.filter(pk=cells[12].pk).update(n=2)
        Cell.objects.filter(pk=cells[13].pk).update(is_partial=True)
    client.force_login(vic)

    page = page_of(client.get(CHART))

    assert "None: the process does what it always did." in page
    assert "fewer than 5" in page


def test_rita_accepts_a_proposed_baseline_with_a_reason(client, acme, rita):
    measured(acme, [*W14, *RUN])
    client.force_login(rita)
    page = page_of(client.get(CHART))
    assert "began in Jan 2025" in page
    new = (
        re.search(rf'href="({CHART}baselines/new/[^"]+start_on=2025-01-01)"', page)
        .group(1)
        .replace("&amp;", "&")
    )
    assert 'value="2025-01-01"' in page_of(client.get(new))

    refused = client.post(new, {"start_on": "2025-01-01", "is_accepted": "yes", "reason": " "})
    assert refused.status_code == 422
    answer = client.post(new, {"start_on": "2025-01-01", "is_accepted": "yes", "reason": "New booking rule"})

    assert answer.status_code == 302
    page = page_of(client.get(CHART))
    assert "New booking rule" in page
    assert "trial limits" in page
    assert "began in Jan 2025" not in page
    with org_scope(acme):
        baseline = Baseline.objects.get()
        assert (baseline.is_accepted, baseline.decided_by_name) == (True, "Rita")
        assert Entry.objects.of(baseline).get().verb == "created"


def test_a_refused_baseline_is_not_proposed_again(client, acme, rita):
    measured(acme, [*W14, *RUN])
    client.force_login(rita)

    client.post(
        f"{CHART}baselines/new/", {"start_on": "2025-01-01", "is_accepted": "no", "reason": "A quiet season"}
    )

    page = page_of(client.get(CHART))
    assert "began in Jan 2025" not in page
    assert "limits locked" in page


def test_a_baseline_begins_with_a_period_and_once(client, acme, rita):
    measured(acme, W14)
    client.force_login(rita)
    asked = {"is_accepted": "yes", "reason": "because"}

    middle = client.post(f"{CHART}baselines/new/", asked | {"start_on": "2024-06-15"})
    assert "choose its first day" in page_of(middle)
    client.post(f"{CHART}baselines/new/", asked | {"start_on": "2024-06-01"})
    twice = client.post(f"{CHART}baselines/new/", asked | {"start_on": "2024-06-01"})

    assert (middle.status_code, twice.status_code) == (422, 422)
    with org_scope(acme):
        assert Baseline.objects.count() == 1


def test_an_action_marks_its_effect_on_the_chart(client, acme, rita):
    measured(acme, [*W14, *RUN])
    client.force_login(rita)

    answer = client.post(
        f"{CHART}actions/new/?period=month",
        {
            "title": "Daily booking desk",
            "state": "measuring",
            "effective_on": "2025-01-10",
            "expected": "-5 h",
        },
    )

    assert answer.status_code == 302
    page = page_of(client.get(answer.url))
    assert "IMP-1 Daily booking desk" in page
    assert 'class="chart-event-label"' in page
    assert ">IMP-1</text>" in page_of(client.get(CHART))
    assert "IMP-1 Daily booking desk" in page_of(client.get("/o/acme/improvement/actions/?state=measuring"))


def test_an_action_in_effect_needs_its_day(client, acme, rita):
    client.force_login(rita)

    answer = client.post(f"{CHART}actions/new/", {"title": "Desk", "state": "measuring"})

    assert answer.status_code == 422
    assert "Say from which day it is in effect." in page_of(answer)
    with org_scope(acme):
        assert not Action.objects.exists()


def test_a_second_tab_that_saves_later_sees_both_values(client, acme, rita):
    client.force_login(rita)
    client.post(f"{CHART}actions/new/", {"title": "Desk", "state": "proposed"})
    edit = "/o/acme/improvement/actions/1/edit/"
    client.post(edit, {"title": "Booking desk", "state": "running", "version": 1})

    lost = client.post(edit, {"title": "Help desk", "state": "proposed", "version": 1})

    assert lost.status_code == 409
    page = page_of(lost)
    assert "Rita saved this first" in page
    assert "Booking desk" in page
    assert "Help desk" in page
    with org_scope(acme):
        assert Action.objects.get().title == "Booking desk"


@pytest.mark.parametrize(
    "url", [f"{CHART}baselines/new/", f"{CHART}actions/new/", "/o/acme/improvement/actions/1/edit/"]
)
def test_viewers_decide_nothing(client, acme, vic, rita, url):
    client.force_login(rita)
    client.post(f"{CHART}actions/new/", {"title": "Desk", "state": "proposed"})
    client.force_login(vic)

    assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)
    assert client.get("/o/acme/improvement/actions/1/").status_code == 200


def test_mallory_finds_nothing_of_acme(client, acme, globex, rita, mallory):
    client.force_login(rita)
    client.post(f"{CHART}actions/new/", {"title": "Desk", "state": "proposed"})
    client.force_login(mallory)

    assert client.get("/o/globex/improvement/actions/1/").status_code == 404
    assert client.get("/o/acme/improvement/actions/1/").status_code == 404


def test_a_process_without_figures_says_so(client, acme, vic):
    client.force_login(vic)

    assert "No figures yet" in page_of(client.get(CHART)) or "no figures yet" in page_of(client.get(CHART))
    assert client.get("/o/acme/improvement/charts/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("url", "queries", "shown"),
    [
        ("/o/acme/improvement/actions/", 9, '<tr id="action-'),
        ("/o/acme/improvement/charts/", 16, None),
        (CHART, 16, None),
        ("/o/acme/improvement/actions/1/", 16, None),
    ],
)
def test_pages_cost_the_same_for_any_number_of_rows(
    client, acme, rita, count, url, queries, shown, django_assert_num_queries
):
    measured(acme, W14[: 4 * count])
    client.force_login(rita)
    for n in range(count):
        day = first_day("month", date(2024, 1, 1) + timedelta(days=40 * n))
        client.post(
            f"{CHART}actions/new/", {"title": f"A{n}", "state": "measuring", "effective_on": day.isoformat()}
        )
        client.post(
            f"{CHART}baselines/new/", {"start_on": day.isoformat(), "is_accepted": "yes", "reason": "because"}
        )
    client.get(url)

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert response.status_code == 200
    if shown:
        assert response.content.decode().count(shown) == count
