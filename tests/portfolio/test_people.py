"""Teams and people: their pages, and the member who signs in as a person."""

import pytest

from releasemgr.portfolio.models import Person, Team
from releasemgr.tenancy.scope import org_scope

pytestmark = pytest.mark.django_db

TEAMS, PEOPLE = "/o/acme/portfolio/teams/", "/o/acme/portfolio/people/"


def test_rita_makes_a_team_and_puts_a_person_with_an_account_into_it(client, acme, rita, vic):
    client.force_login(rita)

    team_url = client.post(f"{TEAMS}new/", {"name": "Ledger"}).url
    with org_scope(acme):
        team = Team.objects.get()
    sent = {"name": "Victor", "email": "", "team": str(team.pk), "time_zone": "", "user_id": str(vic.pk)}
    person_url = client.post(f"{PEOPLE}new/", sent).url

    assert b"Victor" in client.get(team_url).content
    assert vic.email.encode() in client.get(person_url).content
    with org_scope(acme):
        assert Person.objects.get().user_id == vic.pk


def test_an_account_belongs_to_one_person_and_to_a_member(client, acme, rita, vic, mallory):
    with org_scope(acme):
        Person.objects.create(name="Victor", user_id=vic.pk)
    client.force_login(rita)

    taken = client.post(f"{PEOPLE}new/", {"name": "Twin", "user_id": str(vic.pk)})
    foreign = client.post(f"{PEOPLE}new/", {"name": "Mallory", "user_id": str(mallory.pk)})

    assert taken.context["form"].errors == {"user_id": ["This account belongs to another person already."]}
    assert list(foreign.context["form"].errors) == ["user_id"]
    assert taken.status_code == foreign.status_code == 422


def test_a_person_is_unlinked_and_keeps_the_rest(client, acme, rita, vic):
    with org_scope(acme):
        person = Person.objects.create(name="Victor", email="v@acme.example", user_id=vic.pk)
    client.force_login(rita)
    url = f"{PEOPLE}{person.pk}/edit/"
    shown = client.get(url).context["form"]

    sent = {name: shown[name].value() or "" for name in shown.fields} | {"user_id": ""}
    response = client.post(url, sent)

    assert shown["user_id"].value() == str(vic.pk)
    assert response.status_code == 302
    with org_scope(acme):
        person.refresh_from_db()
    assert (person.user_id, person.email, person.version) == (None, "v@acme.example", 2)
    history = client.get(f"/o/acme/activity/history/person/{person.pk}/").content.decode()
    assert "Account:</span> Vic " in history


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "europe/berlin"])
def test_a_zone_that_does_not_exist_is_refused(client, acme, rita, zone):
    client.force_login(rita)

    response = client.post(f"{PEOPLE}new/", {"name": "Ann", "time_zone": zone})

    assert response.context["form"].errors == {"time_zone": [f"{zone} is not a known time zone."]}


@pytest.mark.parametrize(
    ("url", "queries", "rows"),
    [(TEAMS, 9, 1), (TEAMS, 9, 3), (PEOPLE, 10, 1), (PEOPLE, 10, 3)],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    client, acme, vic, url, queries, rows, django_assert_num_queries
):
    with org_scope(acme):
        for n in range(rows):
            team = Team.objects.create(name=f"Team {n}")
            Person.objects.create(name=f"Person {n}", team=team)
    client.force_login(vic)

    with django_assert_num_queries(queries):
        response = client.get(url)

    assert len(response.context["page"]) == rows


def test_the_spreadsheets_name_their_columns(client, acme, vic):
    with org_scope(acme):
        team = Team.objects.create(name="@Ledger")
        Person.objects.create(name="Ann", team=team, email="ann@acme.example")
    client.force_login(vic)

    teams = b"".join(client.get("/o/acme/portfolio/teams.csv").streaming_content).decode().splitlines()
    people = b"".join(client.get("/o/acme/portfolio/people.csv").streaming_content).decode().splitlines()

    assert teams == ["name,people,active_projects", "'@Ledger,1,0"]
    assert people == ["name,email,team,time_zone,has_account", "Ann,ann@acme.example,'@Ledger,,no"]
