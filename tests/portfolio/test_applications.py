"""Applications: what the pages show of owners and dependencies, and how an application is handed over in two tabs."""

import pytest

from releasemgr.activity.models import Entry
from releasemgr.portfolio.models import Application, Ownership, Portfolio, Project
from releasemgr.tenancy.scope import org_scope

pytestmark = pytest.mark.django_db

LIST = "/o/acme/portfolio/applications/"


@pytest.fixture
def systems(acme):
    """Ledger and Gateway, and the project Payments."""
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        Project.objects.create(key="payments", name="Payments", portfolio=node)
        Project.objects.create(key="cards", name="Cards", portfolio=node)
        gateway = Application.objects.create(key="gateway", name="Gateway")
        return Application.objects.create(key="ledger", name="Ledger"), gateway


def form_of(client):
    return client.get(f"{LIST}ledger/hand-over/").context["form"]


def hand(client, project, when, **more):
    """Fill in the form as shown and send it."""
    form = form_of(client)
    seen = {name: form[name].value() or "" for name in ("seen", "version")}
    with_project = {"project": str(project.pk) if project else "", "starts_at": when}
    return client.post(f"{LIST}ledger/hand-over/", {**seen, **with_project, **more})


def test_rita_hands_the_ledger_over_and_its_page_says_so(client, systems, rita, acme):
    with org_scope(acme):
        payments = Project.objects.get(key="payments")
    client.force_login(rita)

    response = hand(client, payments, "2026-01-15T09:00", corrects_past="on")

    assert response.url == f"{LIST}ledger/"
    page = client.get(f"{LIST}ledger/").content.decode()
    assert "15 Jan 2026, 09:00 CET" in page
    assert [row.project_key for row in client.get(LIST + "?sort=key").context["page"]] == [None, "payments"]
    with org_scope(acme):
        assert Ownership.objects.get().starts_at.isoformat() == "2026-01-15T08:00:00+00:00"


def test_a_change_of_the_past_is_refused_until_it_is_confirmed(client, systems, rita, acme):
    with org_scope(acme):
        payments = Project.objects.get(key="payments")
    client.force_login(rita)

    response = hand(client, payments, "2026-01-15T09:00")

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["corrects_past"]
    assert b'value="2026-01-15T09:00"' in response.content
    with org_scope(acme):
        assert not Ownership.objects.exists()


@pytest.mark.parametrize(
    "when", ["2026-03-29T02:30", "tomorrow", "", "2026-02-30T00:00", "99999-01-01T00:00"]
)
def test_a_time_that_is_none_is_refused_at_its_field(client, systems, rita, acme, when):
    with org_scope(acme):
        payments = Project.objects.get(key="payments")
    client.force_login(rita)

    response = hand(client, payments, when, corrects_past="on")

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["starts_at"]


def test_a_second_tab_sees_who_handed_it_over_first(client, systems, rita, olga, acme):
    with org_scope(acme):
        payments, cards = Project.objects.get(key="payments"), Project.objects.get(key="cards")
    client.force_login(olga)
    hand(client, payments, "2026-01-15T09:00", corrects_past="on")
    client.force_login(rita)

    late = client.post(
        f"{LIST}ledger/hand-over/",
        {"project": str(cards.pk), "starts_at": "2026-02-01T09:00", "corrects_past": "on"},
    )

    assert late.status_code == 409
    assert b"Olga saved this first" in late.content
    assert b"Payments, 15 Jan 2026, 09:00" in late.content
    shown = late.context["form"].data
    again = {name: shown[name] for name in ("project", "starts_at", "corrects_past", "seen", "version")}
    assert client.post(f"{LIST}ledger/hand-over/", again | {"keep-project": "mine"}).status_code == 302
    with org_scope(acme):
        assert Ownership.objects.count() == 2
        assert Ownership.objects.get(ends_at=None).project == cards


def test_a_dependency_shows_on_both_pages_and_goes_with_a_trace(client, systems, rita, acme):
    ledger, gateway = systems
    client.force_login(rita)

    assert client.post(f"{LIST}gateway/dependencies/", {"needs": str(ledger.pk)}).status_code == 302
    twice = client.post(f"{LIST}gateway/dependencies/", {"needs": str(ledger.pk)})
    itself = client.post(f"{LIST}ledger/dependencies/", {"needs": str(ledger.pk)})

    assert twice.status_code == itself.status_code == 422
    (needs,) = client.get(f"{LIST}gateway/").context["needs"]
    (dependant,) = client.get(f"{LIST}ledger/").context["dependants"]
    assert (needs.needs, dependant.application) == (ledger, gateway)

    assert client.post(f"{LIST}gateway/dependencies/{needs.pk}/removal/").status_code == 302
    assert client.post(f"{LIST}gateway/dependencies/{needs.pk}/removal/").status_code == 404
    with org_scope(acme):
        verbs = (
            Entry.objects.filter(noun="applicationdependency").order_by("pk").values_list("verb", flat=True)
        )
        assert list(verbs) == ["created", "removed"]


def test_a_dependency_of_one_application_is_not_removed_through_another(client, systems, rita, acme):
    ledger, _gateway = systems
    client.force_login(rita)
    client.post(f"{LIST}gateway/dependencies/", {"needs": str(ledger.pk)})
    (needs,) = client.get(f"{LIST}gateway/").context["needs"]

    assert client.post(f"{LIST}ledger/dependencies/{needs.pk}/removal/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_any_number_of_rows(client, acme, vic, rows, django_assert_num_queries):
    with org_scope(acme):
        for n in range(rows):
            Application.objects.create(key=f"a{n}", name=f"Application {n}")
    client.force_login(vic)

    with django_assert_num_queries(10):  # session, user, member, scope (4), count, rows, projects
        response = client.get(LIST)

    assert response.content.count(b'<tr id="application-') == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_detail_costs_the_same_for_any_history(client, systems, acme, rita, rows, django_assert_num_queries):
    ledger, _gateway = systems
    with org_scope(acme):
        others = [Application.objects.create(key=f"a{n}", name=f"A{n}") for n in range(rows)]
        for other in others:
            ledger.dependencies.create(needs=other)
            other.dependencies.create(needs=ledger)
    client.force_login(rita)

    with django_assert_num_queries(13):
        response = client.get(f"{LIST}ledger/")

    assert response.content.count(b'id="dependency-') == rows


def test_filters_by_project_and_by_none(client, systems, rita, vic, acme):
    with org_scope(acme):
        payments = Project.objects.get(key="payments")
    client.force_login(rita)
    hand(client, payments, "2026-01-15T09:00", corrects_past="on")

    of_payments = client.get(LIST, {"project": "payments"}).context["page"]
    of_none = client.get(LIST, {"project": "null"}).context["page"]

    assert [row.key for row in of_payments] == ["ledger"]
    assert [row.key for row in of_none] == ["gateway"]
