"""Projects: the list, its filters and its spreadsheet, the page, and two people at one form."""

import pytest

from releasemgr.activity.models import Entry, FactMark
from releasemgr.portfolio.models import Application, Person, Portfolio, Project, Team
from releasemgr.tenancy.scope import org_scope

pytestmark = pytest.mark.django_db

LIST = "/o/acme/portfolio/projects/"


@pytest.fixture
def shop(acme):
    """Retail bank › Cards, with three projects."""
    with org_scope(acme):
        bank = Portfolio.objects.create(name="Retail bank")
        cards = Portfolio.objects.create(name="Cards", parent=bank)
        other = Portfolio.objects.create(name="Markets")
        team = Team.objects.create(name="Ledger")
        Project.objects.create(key="cards", name="Cards core", portfolio=cards, team=team)
        Project.objects.create(key="retail", name="Branches", portfolio=bank, status="closed")
        Project.objects.create(key="fx", name="=Trading", portfolio=other)
    return bank


def asked(project, **changes):
    """What a browser sends from the form of a project."""
    sent = {
        "key": project.key,
        "name": project.name,
        "portfolio": str(project.portfolio_id),
        "team": "",
        "lead": "",
        "status": project.status,
        "tracking_started_on": "",
        "version": project.version,
    }
    return sent | changes


def keys(response):
    return [project.key for project in response.context["page"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["retail", "cards", "fx"]),
        ("?q=CARDS", ["cards"]),
        ("?status=closed", ["retail"]),
        ("?sort=-key", ["retail", "fx", "cards"]),
        ("?sort=password", ["retail", "cards", "fx"]),
        ("?portfolio=not-a-node", ["retail", "cards", "fx"]),
        ("?q=%25", []),
    ],
)
def test_the_list_narrows_and_orders(client, shop, vic, query, found):
    client.force_login(vic)

    response = client.get(LIST + query)

    assert response.status_code == 200
    assert sorted(keys(response)) == sorted(found)
    if "sort=-key" in query:
        assert keys(response) == found


def test_a_node_means_everything_below_it(client, shop, vic):
    client.force_login(vic)

    response = client.get(LIST, {"portfolio": str(shop.pk)})

    assert keys(response) == ["retail", "cards"]


def test_the_spreadsheet_holds_what_the_list_shows_and_runs_no_formula(client, shop, vic):
    client.force_login(vic)

    response = client.get("/o/acme/portfolio/projects.csv?sort=key&status=active")

    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines == [
        "key,name,portfolio,team,lead,status,tracked_since",
        "cards,Cards core,Cards,Ledger,,active,",
        "fx,'=Trading,Markets,,,active,",
    ]
    assert response["Content-Disposition"] == 'attachment; filename="projects-acme.csv"'


def test_rita_adds_a_project_and_the_trail_and_reporting_learn_of_it(client, shop, rita, acme):
    client.force_login(rita)

    response = client.post(
        "/o/acme/portfolio/new-project/",
        {"key": "loans", "name": "Loans", "portfolio": str(shop.pk), "status": "active"},
    )

    assert response.status_code == 302
    assert response.url == "/o/acme/portfolio/projects/loans/"
    with org_scope(acme):
        project = Project.objects.get(key="loans")
        entry = Entry.objects.of(project).get()
        assert (entry.actor_name, entry.verb, entry.subject_label) == ("Rita", "created", "Loans")
    assert FactMark.objects.filter(entity="project", entity_id=project.pk).count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"key": "cards"}, "key", "This is taken already in your organisation."),
        ({"key": "a b"}, "key", "begin and end with a letter or digit"),
        ({"key": "a\nb"}, "key", "begin and end with a letter or digit"),
        ({"key": ""}, "key", "This field is required."),
        ({"key": "x" * 61}, "key", "at most 60 characters"),
        ({"portfolio": "0190"}, "portfolio", "not a valid UUID"),
        ({"portfolio": ""}, "portfolio", "This field is required."),
        ({"status": "gone"}, "status", "not one of the available choices"),
        ({"tracking_started_on": "31/02/2026"}, "tracking_started_on", "Enter a valid date."),
        ({"name": "a\x00b"}, "name", "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    client, shop, rita, acme, changes, field, said
):
    client.force_login(rita)
    sent = {"key": "loans", "name": "Loans <b>", "portfolio": str(shop.pk), "status": "active"} | changes

    response = client.post("/o/acme/portfolio/new-project/", sent)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert said in " ".join(response.context["form"].errors[field])
    if field != "name":
        assert b'value="Loans &lt;b&gt;"' in response.content
    with org_scope(acme):
        assert Project.objects.count() == 3


def test_a_second_tab_is_shown_both_values_and_chooses(client, shop, rita, olga, acme):
    with org_scope(acme):
        project = Project.objects.get(key="cards")
    client.force_login(olga)
    client.post(f"{LIST}cards/edit/", asked(project, name="Cards platform"))
    client.force_login(rita)

    late = client.post(f"{LIST}cards/edit/", asked(project, name="Card core", status="closed"))

    assert late.status_code == 409
    conflict = late.context["form"].conflict
    assert conflict["by"] == "Olga"
    assert conflict["fields"] == [
        {"label": "Name", "name": "name", "mine": "Card core", "theirs": "Cards platform"}
    ]
    assert b'name="version" value="2"' in late.content

    again = asked(project, name="Card core", status="closed", version=2) | {"keep-name": "theirs"}
    assert client.post(f"{LIST}cards/edit/", again).status_code == 302
    with org_scope(acme):
        project.refresh_from_db()
    assert (project.name, project.status, project.version) == ("Cards platform", "closed", 3)


def test_another_organisations_project_is_not_found(client, shop, mallory):
    client.force_login(mallory)

    assert client.get("/o/globex/portfolio/projects/cards/").status_code == 404
    assert client.get("/o/acme/portfolio/projects/cards/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(client, acme, vic, rows, django_assert_num_queries):
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        for n in range(rows):
            team = Team.objects.create(name=f"Team {n}")
            Project.objects.create(key=f"p{n}", name=f"Project {n}", portfolio=node, team=team)
    client.force_login(vic)

    with django_assert_num_queries(11):  # session, user, member, scope (4), count, rows, nodes, teams
        response = client.get(LIST)

    assert response.content.count(b'<tr id="project-') == rows


def test_fifty_rows_a_page_then_show_more(client, acme, vic):
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        Project.objects.bulk_create(
            Project(key=f"p{n:02}", name=f"Project {n:02}", portfolio=node) for n in range(53)
        )
    client.force_login(vic)

    first, more = client.get(LIST), client.get(LIST + "?page=2", headers={"HX-Request": "true"})

    assert first.content.count(b'<tr id="project-') == 50
    assert b"50 of 53" in first.content
    assert more.content.count(b'<tr id="project-') == 3
    assert b"<html" not in more.content


def test_rita_takes_her_last_change_back_and_finds_the_project_at_its_old_address(
    client, shop, rita, olga, acme
):
    client.force_login(rita)
    with org_scope(acme):
        project = Project.objects.get(key="fx")
    edit = f"{LIST}fx/edit/"
    assert client.post(edit, asked(project, key="forex", name="Forex")).status_code == 302

    page = client.get(f"{LIST}forex/")
    undo_url = f"/o/acme/changes/{page.context['undo_id']}/reversal/"
    assert f'action="{undo_url}"' in page.content.decode()
    client.force_login(olga)
    assert "/reversal/" not in client.get(f"{LIST}forex/").content.decode()
    client.force_login(rita)
    undone = client.post(undo_url, {"next": f"{LIST}forex/"})

    assert undone.url == f"{LIST}fx/"
    assert "/reversal/" not in client.get(undone.url).content.decode()
    with org_scope(acme):
        assert (Project.objects.get(key="fx").name, Project.objects.filter(key="forex").count()) == (
            "=Trading",
            0,
        )


@pytest.mark.parametrize(
    ("page", "edit", "changes"),
    [
        ("teams/{team}/", "teams/{team}/edit/", {"name": "Ledger and cards"}),
        ("people/{person}/", "people/{person}/edit/", {"name": "Ada", "email": "", "time_zone": ""}),
        (
            "applications/ledger/",
            "applications/ledger/edit/",
            {"key": "ledger", "name": "Books", "criticality": "low"},
        ),
        ("nodes/{node}/edit/", "nodes/{node}/edit/", {"name": "Market", "parent": ""}),
    ],
)
def test_every_page_of_the_portfolio_offers_to_take_ones_last_change_back(
    client, shop, rita, acme, page, edit, changes
):
    with org_scope(acme):
        ids = {
            "team": Team.objects.get().pk,
            "person": Person.objects.create(name="Ada L").pk,
            "node": Portfolio.objects.get(name="Markets").pk,
        }
        Application.objects.create(key="ledger", name="Ledger")
    client.force_login(rita)
    path = f"/o/acme/portfolio/{page.format(**ids)}"
    assert client.get(path).context["undo_id"] is None

    answer = client.post(f"/o/acme/portfolio/{edit.format(**ids)}", changes | {"version": 1})
    undo_id = client.get(path).context["undo_id"]

    assert answer.status_code == 302
    assert client.post(f"/o/acme/changes/{undo_id}/reversal/", {"next": path}).url == path
    assert client.get(path).context["undo_id"] is None
