"""The log of releases: raised, worked on, closed with an outcome, rolled up, counted in the matrix."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendar_app.log.items import close_items, raise_items
from calendar_app.log.queries import decisions_wanted, level_of, matrix, with_all_below
from calendar_app.models import LogItem, Release
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.models import next_numbers
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
MOUNT = "/o/acme/calendar"
TODAY = JUNE_1.date()


@pytest.fixture
def as_rita(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def vera(in_acme, vic):
    """Vic the viewer, as a person who may own something."""
    return Person.objects.create(name="Vic", user_id=vic.pk)


def item(row, by, *, kind="risk", title="Vendor is late", p=3, i=3, **more):
    return raise_items(
        [LogItem(release=row, kind=kind, title=title, probability=p, impact=i, **more)], by=by, at=JUNE_1
    ).rows[0]


def enterprise(rita, *children):
    """An enterprise release with these below it."""
    row = Release(
        number=next_numbers("release")[0], kind="enterprise", name="Autumn", target_date=date(2026, 12, 1)
    )
    row.save()
    for child in children:
        Release.objects.filter(pk=child.pk).update(parent=row)
    return row


def text_of(response):
    return response.content.decode()


def typed(**changes):
    return {"kind": "risk", "title": "Vendor is late", "probability": "4", "impact": "5"} | changes


def test_a_risk_is_raised_by_form_and_blocks_its_release(as_rita, world):
    answer = as_rita.post(f"{MOUNT}/releases/1/log/new/", typed(response="Ask the second vendor"))

    row = LogItem.objects.get()
    assert answer.url == f"{MOUNT}/log/1/"
    assert (row.score, row.raised_at is None, row.closed_at) == (20, False, None)
    page = text_of(as_rita.get(f"{MOUNT}/releases/1/"))
    assert "1 blocker" in page
    assert "Vendor is late" in page
    assert "blocker" not in text_of(as_rita.get(f"{MOUNT}/releases/2/"))


def test_an_issue_has_happened_whatever_was_typed(as_rita, world):
    as_rita.post(f"{MOUNT}/releases/1/log/new/", typed(kind="issue", probability="1", impact="3"))

    assert (LogItem.objects.get().probability, LogItem.objects.get().score) == (5, 15)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"kind": "wish"}, "kind"),
        ({"probability": "6"}, "probability"),
        ({"impact": "0"}, "impact"),
        ({"due_on": "31/12/2026"}, "due_on"),
        ({"owner": "019a0000-0000-7000-8000-000000000000"}, "owner"),
        ({"description": "x" * 5_000_000}, "description"),
        ({"response": "x" * 5_001}, "response"),
    ],
)
def test_a_wrong_entry_is_refused_at_the_field(as_rita, world, wrong, field):
    answer = as_rita.post(f"{MOUNT}/releases/1/log/new/", typed(**wrong))

    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in text_of(answer)
    assert LogItem.objects.count() == 0


def test_a_decision_is_closed_only_with_what_was_decided(as_rita, world, rita):
    item(world.september, rita, kind="decision", title="Which vendor?")

    refused = as_rita.post(f"{MOUNT}/log/1/closure/", {"version": 1, "outcome": " "})
    assert refused.status_code == 422
    assert 'id="id_outcome-error"' in text_of(refused)

    as_rita.post(f"{MOUNT}/log/1/closure/", {"version": 1, "outcome": "The second one, for its dates."})
    row = LogItem.objects.get()
    assert (row.closed_by_name, row.outcome) == ("Rita", "The second one, for its dates.")
    assert as_rita.post(f"{MOUNT}/log/1/edit/", typed(version=2)).status_code == 422

    as_rita.post(f"{MOUNT}/log/1/reopening/", {"version": 2})
    assert LogItem.objects.get().closed_at is None
    assert LogItem.objects.get().outcome == "The second one, for its dates."


def test_who_saves_second_sees_both_values(as_rita, world, rita):
    item(world.september, rita)
    as_rita.post(f"{MOUNT}/log/1/edit/", typed(title="Vendor is very late", version=1))

    second = as_rita.post(f"{MOUNT}/log/1/edit/", typed(title="Vendor is on time", version=1))

    assert second.status_code == 409
    assert "Vendor is very late" in text_of(second)
    assert "Vendor is on time" in text_of(second)
    assert LogItem.objects.get().title == "Vendor is very late"


def test_its_owner_may_close_it_whatever_the_role_and_other_viewers_may_not(client, world, rita, vic, vera):
    item(world.september, rita, kind="decision", owner=vera)
    item(world.september, rita)
    client.force_login(vic)

    assert client.post(f"{MOUNT}/log/1/closure/", {"version": 1, "outcome": "Yes"}).status_code == 302
    assert client.post(f"{MOUNT}/log/2/closure/", {"version": 1, "outcome": "Yes"}).status_code == 403
    assert client.post(f"{MOUNT}/releases/1/log/new/", typed()).status_code == 403
    assert LogItem.objects.filter(closed_at=None).count() == 1


def test_an_enterprise_release_shows_the_log_of_all_below_it(as_rita, world, rita):
    nested = enterprise(rita, world.october)
    top = enterprise(rita, world.september, nested)
    item(world.september, rita, title="Under the top")
    item(world.october, rita, title="Two levels down", p=5, i=5)
    item(top, rita, title="Its own")

    page = text_of(as_rita.get(f"{MOUNT}/releases/{top.number}/log/"))

    assert page.count('<tr id="logitem-') == 3
    assert page.index("Two levels down") < page.index("Its own")
    assert "Two levels down" in text_of(as_rita.get(f"{MOUNT}/releases/{top.number}/"))
    assert text_of(as_rita.get(f"{MOUNT}/releases/{nested.number}/log/")).count('<tr id="logitem-') == 1
    assert set(with_all_below(top)) == {top.pk, nested.pk, world.september.pk, world.october.pk}


def test_decisions_wanted_are_open_mine_and_high_or_due_soon(world, rita, vera):
    days = timedelta(days=1)
    item(world.september, rita, kind="decision", title="High", p=5, i=3, owner=vera)
    item(world.september, rita, kind="decision", title="Soon", owner=vera, due_on=TODAY + 7 * days)
    item(world.september, rita, kind="decision", title="Late", owner=vera, due_on=TODAY - days)
    item(world.september, rita, kind="decision", title="Later", owner=vera, due_on=TODAY + 8 * days)
    item(world.september, rita, kind="decision", title="Somebody's", p=5, i=5)
    item(world.september, rita, kind="risk", title="A risk", p=5, i=5, owner=vera)
    done = item(world.september, rita, kind="decision", title="Done", p=5, i=5, owner=vera)
    close_items([done], outcome="Yes", by=rita, at=JUNE_1)

    assert [one.title for one in decisions_wanted(vera, TODAY)] == ["Late", "Soon", "High"]
    assert list(decisions_wanted(None, TODAY)) == []


def test_the_release_asks_its_viewer_for_the_decision(client, world, rita, vic, vera):
    item(world.september, rita, kind="decision", title="Which vendor?", p=5, i=5, owner=vera)
    client.force_login(vic)
    assert "1 decision wanted from you" in text_of(client.get(f"{MOUNT}/releases/1/"))

    client.force_login(rita)
    assert "wanted from you" not in text_of(client.get(f"{MOUNT}/releases/1/"))


def test_each_cell_of_the_matrix_leads_to_the_rows_it_counts(as_rita, world, rita):
    for title in ("One", "Two"):
        item(world.september, rita, title=title, p=4, i=5)
    item(world.october, rita, title="Three", p=1, i=1)
    item(world.october, rita, kind="decision", title="No risk", p=4, i=5)
    close_items([item(world.october, rita, title="Over", p=4, i=5)], outcome="", by=rita, at=JUNE_1)

    page = text_of(as_rita.get(f"{MOUNT}/log/?kind=risk"))

    link = page.split('<td class="level-5"><a href="')[1].split('"')[0].replace("&amp;", "&")
    assert link == f"{MOUNT}/log/?kind=risk&probability=4&impact=5"
    assert text_of(as_rita.get(link)).count('<tr id="logitem-') == 2
    assert sum(cell.count for row in matrix(LogItem.objects.all()) for cell in row) == 3


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_higher_score_is_never_in_a_lower_class(probability, impact):
    score = probability * impact

    assert 1 <= level_of(score) <= 5
    assert (level_of(score) == 5) == (score >= LogItem.HIGH)
    assert all(level_of(less) <= level_of(score) for less in range(1, score))


def test_the_list_filters_sorts_and_exports_the_same_rows(as_rita, world, rita):
    item(world.september, rita, title="=HYPERLINK()", due_on=date(2026, 1, 1))
    item(world.october, rita, title="Beta", p=5, i=5)
    close_items([item(world.october, rita, title="Over")], outcome="Fine", by=rita, at=JUNE_1)
    count = lambda query: text_of(as_rita.get(f"{MOUNT}/log/?{query}")).count('<tr id="logitem-')  # noqa: E731

    assert [count(query) for query in ("", "state=all", "state=closed", "state=late", "q=bet", "q=log-2")] == [
        2, 3, 1, 1, 1, 1,
    ]  # fmt: skip
    assert [count(f"release={world.september.pk}"), count("level=5"), count("level=3"), count("owner=null")] == [
        1, 1, 1, 2,
    ]  # fmt: skip
    assert count("level=x&release=1&owner=2&state=3&probability=9&sort=drop") == 3
    page = text_of(as_rita.get(f"{MOUNT}/log/?sort=title"))
    assert page.index("HYPERLINK") < page.index("Beta")
    lines = b"".join(as_rita.get(f"{MOUNT}/log/export/?state=late").streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].split(",")[:3] == ["LOG-1", "risk", "'=HYPERLINK()"]


def test_another_organisation_finds_nothing(client, mallory, world, rita):
    item(world.september, rita)
    client.force_login(mallory)

    for path in ("log/1/", "log/1/edit/", "log/1/closure/", "releases/1/log/", "releases/1/log/new/"):
        assert client.get(f"{MOUNT}/{path}").status_code == 404


def test_every_page_opens_whole_and_as_a_fragment(as_rita, world, rita):
    item(world.september, rita)
    for path in ("log/", "log/1/", "log/1/edit/", "log/1/closure/", "releases/1/log/", "releases/1/log/new/"):
        whole = as_rita.get(f"{MOUNT}/{path}")
        part = as_rita.get(f"{MOUNT}/{path}", headers=HTMX)
        peek = as_rita.get(f"{MOUNT}/{path}", headers={**HTMX, "HX-Target": "peek-body"})
        assert (path, whole.status_code, part.status_code, peek.status_code) == (path, 200, 200, 200)
        assert "<html" not in text_of(part) + text_of(peek)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("path", "queries"), [("log/", 10), ("releases/1/log/", 13)])
def test_the_log_costs_the_same_for_any_number_of_rows(
    as_rita, world, rita, rows, path, queries, django_assert_num_queries
):
    for n in range(rows):
        person = Person.objects.create(name=f"Owner {n}")
        item(world.september, rita, title=f"Risk {n}", owner=person)

    with django_assert_num_queries(queries):
        response = as_rita.get(f"{MOUNT}/{path}")

    assert response.content.count(b'<tr id="logitem-') == rows


def test_the_log_of_a_closed_release_still_takes_lessons(as_rita, world, payments, rita):
    row = release(payments, "Past", date(2026, 8, 1), rita)
    Release.objects.filter(pk=row.pk).update(status="cancelled", cancelled_at=JUNE_1)

    assert as_rita.post(f"{MOUNT}/releases/{row.number}/log/new/", typed()).status_code == 302
