"""The calendar as Rita and Vic see it: lanes, marks, filters, periods."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from calendar_app.calendar.links import Links
from calendar_app.models import Blockout, Deployment, Phase, Release
from environments.models import Booking
from releasemgr.changes.revisions import create
from releasemgr.portfolio.models import Environment, Portfolio, Project
from releasemgr.tenancy.days import day_bounds
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.models import next_numbers
from releasemgr.tenancy.scope import current_org
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

SUMMER = "/o/acme/calendar/?date=2026-07-10"


@pytest.fixture
def look(client, vic):
    """The calendar's answer as text; Vic looks."""
    client.force_login(vic)

    def get(url=SUMMER, **headers):
        response = client.get(url, headers=headers)
        assert response.status_code == 200
        return response.content.decode()

    return get


def lanes(html):
    """``{lane key: [name of bar, …]}``"""
    sections = re.findall(r'<section class="lane[^>]*data-lane="([^"]*)"(.*?)</section>', html, re.DOTALL)
    bar = r'<li><a class="b [^>]*>(?:<span class="n">)?([^<]*)'
    return {key: re.findall(bar, body) for key, body in sections}


def blockout(rita, name, first, last, **scope):
    starts_at, ends_at = day_bounds(first, last, scope_zone())
    made = Blockout(name=name, starts_at=starts_at, ends_at=ends_at, **scope)
    create([made], by=rita, at=JUNE_1)
    return made


def scope_zone():
    return current_org().zone


def test_a_quarter_shows_each_project_with_its_release_phases_and_gates(world, look):
    html = look()

    assert lanes(html) == {
        "p-cards": ["October"],
        "p-payments": ["September", "SIT", "SIT exit", "Summit", "Go-live"],
    }
    assert "1 Jul – 30 Sep 2026" in html
    assert "6 – 17 Jul 2026" in html, "the days of the phase in words"


def test_bars_lead_to_their_objects(world, look):
    html = look()

    assert f'href="/o/acme/calendar/releases/{world.september.number}/"' in html
    assert f'href="/o/acme/calendar/releases/{world.september.number}/phases/1/"' in html
    assert f'href="/o/acme/calendar/gates/{world.gate.pk}/"' in html
    assert 'href="/o/acme/portfolio/projects/payments/"' in html, "the lane"


def test_links_made_without_the_resolver_lead_to_the_same_pages(world):
    links = Links()
    at = {
        "calendar:release-detail": (links.release(7), [7]),
        "calendar:blockout-detail": (links.blockout(world.gate.pk), [world.gate.pk]),
        "calendar:conflict-detail": (links.conflict(world.gate.pk), [world.gate.pk]),
        "portfolio:project-detail": (links.project("payments"), ["payments"]),
        "portfolio:application-detail": (links.application("ledger"), ["ledger"]),
        "environments:environment-detail": (links.environment("sit-1"), ["sit-1"]),
    }

    resolved = {name: reverse(name, "releasemgr.org_urls", args) for name, (_url, args) in at.items()}

    assert resolved == {name: url for name, (url, _args) in at.items()}


def test_an_enterprise_release_has_a_lane_of_its_own_above_its_projects(world, look, rita):
    train = Release(number=next_numbers("release")[0], kind="enterprise", name="Autumn", portfolio=world.bank,
                    starts_on=date(2026, 7, 1), target_date=date(2026, 9, 20))  # fmt: skip
    create([train], by=rita, at=JUNE_1)
    create(
        [
            Phase(
                release=train,
                kind="uat",
                name="Joint UAT",
                starts_on=date(2026, 8, 3),
                ends_on=date(2026, 8, 14),
            )
        ],
        by=rita,
        at=JUNE_1,
    )
    joined = release(world.payments, "Payments 9", date(2026, 9, 18), rita, parent=train)

    found = lanes(look())

    assert list(found) == [f"r-{train.number}", f"r-{train.number}-p-payments", "p-cards", "p-payments"]
    assert found[f"r-{train.number}"] == ["Autumn", "Joint UAT", "Go-live"]
    assert found[f"r-{train.number}-p-payments"] == ["Payments 9", "Go-live"]
    assert "Autumn · 1 project release" in look()
    assert joined.name in look(f"{SUMMER}&group=project")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (
            "project",
            {"p-cards": ["October"], "p-payments": ["September", "SIT", "SIT exit", "Summit", "Go-live"]},
        ),
        ("application", {"a-ledger": ["September"]}),
    ],
)
def test_lanes_follow_the_grouping(world, look, group, expected):
    assert lanes(look(f"{SUMMER}&group={group}")) == expected


def test_lanes_by_portfolio_show_releases_and_not_their_phases(world, look):
    (found,) = lanes(look(f"{SUMMER}&group=portfolio")).values()

    assert sorted(found) == ["Go-live", "October", "September", "Summit"]


def test_a_blockout_lies_over_the_lanes_in_its_scope_and_stands_in_words_in_the_head(world, look, rita):
    blockout(rita, "Audit", date(2026, 8, 3), date(2026, 8, 7), project=world.cards, is_hard=True)
    blockout(rita, "Holidays", date(2026, 8, 10), date(2026, 8, 21), portfolio=world.bank, is_hard=False)

    html = look()

    assert "hard blockout, 3 – 7 Aug 2026, Cards" in html
    assert "blockout, 10 – 21 Aug 2026, Retail bank" in html
    cards, payments = re.findall(r'<section class="lane.*?</section>', html, re.DOTALL)
    assert ("bd " in cards, "bd " in payments) == (True, False), "only the lane of the project is hatched"
    assert re.search(r'<i class="gb [^"]*k-blockout"', html), "the one over all lanes lies behind the grid"


def test_what_is_in_conflict_says_so(world, look, rita):
    blockout(rita, "Freeze", date(2026, 8, 31), date(2026, 9, 4), project=world.payments)

    html = look()

    assert re.search(r'class="b [^"]*k-milestone[^"]*clash[^>]*>.*?1 conflict<', html)
    assert lanes(look(f"{SUMMER}&status=conflicts")) == {"p-payments": ["September", "Go-live"]}


def test_a_portfolio_includes_what_is_below_it(world, look, rita):
    cards_unit = Portfolio.objects.create(name="Cards unit", parent=world.bank)
    other = Portfolio.objects.create(name="Other bank")
    Project.objects.filter(pk=world.cards.pk).update(portfolio=cards_unit)

    assert list(lanes(look(f"{SUMMER}&portfolio={world.bank.pk}"))) == ["p-cards", "p-payments"]
    assert list(lanes(look(f"{SUMMER}&portfolio={cards_unit.pk}"))) == ["p-cards"]
    assert "Nothing fits these filters" in look(f"{SUMMER}&portfolio={other.pk}")


@pytest.mark.parametrize(
    ("query", "bars"),
    [
        ("project=cards", ["October"]),
        ("application=ledger", ["September", "SIT", "SIT exit", "Summit", "Go-live"]),
        ("kind=gate&kind=milestone", ["SIT exit", "Summit"]),
        ("q=exit", ["SIT exit"]),
        ("status=finished", []),
        ("status=open&q=sep", ["September", "Go-live"]),
        ("project=no-such-project", ["October", "September", "SIT", "SIT exit", "Summit", "Go-live"]),
    ],
)
def test_filters_narrow_the_bars(world, look, query, bars):
    assert [bar for found in lanes(look(f"{SUMMER}&{query}")).values() for bar in found] == bars


def test_a_filter_in_force_is_a_chip_that_takes_it_away(world, look):
    html = look(f"{SUMMER}&project=cards&group=project")

    assert "Project: Cards" in html
    assert 'href="/o/acme/calendar/?date=2026-07-10&amp;project=cards"' not in html
    assert '<a class="clear" href="/o/acme/calendar/?date=2026-07-10&amp;group=project">' in html


def test_choices_are_those_of_the_organisation(world, look):
    select = look().split('id="id_project"')[1].split("</select>")[0]

    assert re.findall(r'<option value="([^"]*)"', select) == ["", "cards", "payments"]


def test_bookings_are_shown_on_request(world, look, rita):
    sit = Environment.objects.create(key="sit-1", name="SIT 1", type="sit")
    starts_at, ends_at = day_bounds(date(2026, 7, 6), date(2026, 7, 17), scope_zone())
    create(
        [
            Booking(environment=sit, project=world.payments, starts_at=starts_at, ends_at=ends_at, units=1,
                    number=next_numbers("booking")[0], request_key=uuid7(),
                requested_at=JUNE_1,
                requested_starts_at=starts_at, requested_environment=sit,
                requested_ends_at=ends_at)
        ],
        by=rita,
        at=JUNE_1,
    )  # fmt: skip

    assert "k-booking" not in look()
    assert list(lanes(look(f"{SUMMER}&kind=booking"))) == ["p-payments"]


def deploy(world, at, rita, *, many=1):
    numbers = next_numbers("deployment", many)
    rows = [
        Deployment(number=number, application=world.ledger, stage="prd", version_label=f"1.{number}",
                   planned_start=at, planned_end=at + timedelta(hours=2))
        for number in numbers
    ]  # fmt: skip
    create(rows, by=rita, at=JUNE_1)
    return rows


def test_a_deployment_without_a_release_stands_with_the_owner_of_its_application(world, look, rita):
    (deployment,) = deploy(world, JUNE_1 + timedelta(days=40), rita)

    assert str(deployment) in lanes(look())["p-payments"]


def test_a_month_is_a_table_of_weeks_with_the_rest_of_a_crowded_day_one_click_away(world, look, rita):
    deploy(world, JUNE_1 + timedelta(days=40), rita, many=9)

    html = look("/o/acme/calendar/?view=month&date=2026-07-10")

    assert html.count("<tr>") == 6, "the head and five weeks"
    assert "+5 more" in html
    assert 'href="?view=day&amp;date=2026-07-11"' in html
    day = look("/o/acme/calendar/?view=day&date=2026-07-11")
    assert day.count("<li>") - day.count("k-") >= 9


def test_the_agenda_is_sorted_and_paged(world, look, rita):
    deploy(world, JUNE_1 + timedelta(days=40), rita, many=60)
    url = "/o/acme/calendar/?view=list&date=2026-07-01"

    html, more = look(url), look(f"{url}&page=2", **{"HX-Request": "true"})

    days = re.findall(r'<h3><time datetime="([^"]*)"', html)
    assert days == sorted(days) == ["2026-07-01", "2026-07-06", "2026-07-11"]
    assert "Show more" in html
    assert "<html" not in more
    assert re.findall(r'<h3><time datetime="([^"]*)"', more) == [
        "2026-07-11",
        "2026-07-17",
        "2026-07-20",
        "2026-07-21",
    ]


def test_periods_are_links_and_an_odd_day_is_today(world, look):
    html = look()

    assert 'data-step="previous" href="?date=2026-04-01"' in html
    assert 'data-step="next" href="?date=2026-10-01"' in html
    odd = look("/o/acme/calendar/?date=nobody&view=nobody&group=nobody&open=nobody&lanes=nobody&sort=nobody")
    assert re.findall(r'aria-current="true">([^<]*)', odd) == ["Quarter", "Timeline"]


def test_htmx_gets_the_calendar_alone_and_caches_know(world, client, vic):
    client.force_login(vic)

    response = client.get(SUMMER, headers={"HX-Request": "true"})

    assert response.content.decode().strip().startswith('<div id="calendar">')
    assert "HX-Request" in response.headers["Vary"]


def test_as_a_table_the_same_rows_sort(world, look):
    html = look(f"{SUMMER}&as=table&sort=-name")

    names = re.findall(r'<th scope="row"><a[^>]*>([^<]*)', html)
    assert names == sorted(names, key=str.casefold, reverse=True)
    assert len(names) == 6


def test_an_empty_period_helps_those_who_can_plan(in_acme, client, rita, vic, look):
    html = look()

    assert "Nothing is planned in this period" in html


def test_further_lanes_come_on_request(world, look, rita):
    projects = [Project(key=f"p{n:03}", name=f"Project {n:03}", portfolio=world.bank) for n in range(70)]
    Project.objects.bulk_create(projects)
    numbers = next_numbers("release", 70)
    create(
        [
            Release(number=number, kind="project", name=f"R {number}", project=project,
                    starts_on=date(2026, 7, 1), target_date=date(2026, 8, 1))
            for number, project in zip(numbers, projects, strict=True)
        ],
        by=rita,
        at=JUNE_1,
    )  # fmt: skip

    first, rest = look(), look(f"{SUMMER}&lanes=60", **{"HX-Request": "true"})

    assert len(lanes(first)) == 60
    assert "12 left" in first
    assert (len(lanes(rest)), "<html" in rest) == (12, False)
    assert lanes(first).keys().isdisjoint(lanes(rest))
    assert len(lanes(look(f"{SUMMER}&lanes=60"))) == 72, "a browser gets all of them"


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "view", ["quarter", "month", "list", "quarter&as=table", "quarter&group=application"]
)
def test_the_page_costs_the_same_for_any_number_of_rows(
    world, client, vic, rita, rows, view, django_assert_num_queries
):
    deploy(world, JUNE_1 + timedelta(days=40), rita, many=rows)
    for n in range(rows):
        blockout(rita, f"Freeze {n}", date(2026, 8, 30), date(2026, 9, 4), project=world.payments)
    client.force_login(vic)
    url = f"{SUMMER}&view={view}"
    client.get(url)

    with django_assert_num_queries(COST[view]):
        html = client.get(url).content.decode()

    assert html.count("to PRD") >= rows


COST = dict.fromkeys(["quarter", "month", "list", "quarter&as=table"], 13) | {"quarter&group=application": 12}


def test_a_deployment_has_a_page_and_a_panel(world, client, vic, rita):
    (deployment,) = deploy(world, JUNE_1 + timedelta(days=40), rita)
    client.force_login(vic)
    url = f"/o/acme/calendar/deployments/{deployment.number}/"

    page = client.get(url).content.decode()
    panel = client.get(url, headers={"HX-Request": "true", "HX-Target": "peek-body"}).content.decode()

    assert f"<h1>{deployment}</h1>" in page
    assert "11 Jul 2026, 11:00 CEST" in page
    assert ("data-peek-title" in panel, "<html" in panel, "data-peek-title" in page) == (True, False, False)
    assert client.get("/o/acme/calendar/deployments/999/").status_code == 404


def test_strangers_learn_nothing(world, client, mallory):
    client.force_login(mallory)

    assert client.get(SUMMER).status_code == 404
