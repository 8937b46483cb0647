"""Who may do what in the portfolio and in the settings: a literal table, for every role, method and address."""

import pytest

from releasemgr.accounts.models import Membership
from releasemgr.accounts.roles import Role
from releasemgr.portfolio.models import Application, Ownership, Person, Portfolio, Project, Team
from releasemgr.tenancy.scope import org_scope
from tests.conftest import JUNE_1, member

pytestmark = pytest.mark.django_db

EVERYBODY = frozenset(Role)
MANAGERS = {Role.OWNER, Role.ADMIN, Role.RELEASE_MANAGER}
ADMINISTRATORS = {Role.OWNER, Role.ADMIN}

# (method, address, who may, answer when allowed); everybody else gets 403. An empty form that is let through is 422.
TABLE = [
    ("get", "portfolio/", EVERYBODY, 200),
    ("get", "portfolio/nodes/new/", MANAGERS, 200),
    ("post", "portfolio/nodes/new/", MANAGERS, 422),
    ("get", "portfolio/nodes/{node}/edit/", MANAGERS, 200),
    ("post", "portfolio/nodes/{node}/edit/", MANAGERS, 422),
    ("post", "portfolio/nodes/{node}/removal/", MANAGERS, 302),
    ("get", "portfolio/projects/", EVERYBODY, 200),
    ("get", "portfolio/projects.csv", EVERYBODY, 200),
    ("get", "portfolio/new-project/", MANAGERS, 200),
    ("post", "portfolio/new-project/", MANAGERS, 422),
    ("get", "portfolio/projects/payments/", EVERYBODY, 200),
    ("get", "portfolio/projects/payments/edit/", MANAGERS, 200),
    ("post", "portfolio/projects/payments/edit/", MANAGERS, 422),
    ("get", "portfolio/applications/", EVERYBODY, 200),
    ("get", "portfolio/applications.csv", EVERYBODY, 200),
    ("get", "portfolio/new-application/", MANAGERS, 200),
    ("post", "portfolio/new-application/", MANAGERS, 422),
    ("get", "portfolio/applications/ledger/", EVERYBODY, 200),
    ("get", "portfolio/applications/ledger/edit/", MANAGERS, 200),
    ("post", "portfolio/applications/ledger/edit/", MANAGERS, 422),
    ("get", "portfolio/applications/ledger/hand-over/", MANAGERS, 200),
    ("post", "portfolio/applications/ledger/hand-over/", MANAGERS, 422),
    ("post", "portfolio/applications/ledger/dependencies/", MANAGERS, 422),
    ("post", "portfolio/applications/ledger/dependencies/{nothing}/removal/", MANAGERS, 404),
    ("post", "portfolio/applications/ledger/ownerships/{ownership}/withdrawal/", MANAGERS, 302),
    ("get", "portfolio/teams/", EVERYBODY, 200),
    ("get", "portfolio/teams.csv", EVERYBODY, 200),
    ("get", "portfolio/teams/new/", MANAGERS, 200),
    ("post", "portfolio/teams/new/", MANAGERS, 422),
    ("get", "portfolio/teams/{team}/", EVERYBODY, 200),
    ("post", "portfolio/teams/{team}/edit/", MANAGERS, 422),
    ("get", "portfolio/people/", EVERYBODY, 200),
    ("get", "portfolio/people.csv", EVERYBODY, 200),
    ("post", "portfolio/people/new/", MANAGERS, 422),
    ("get", "portfolio/people/{person}/", EVERYBODY, 200),
    ("post", "portfolio/people/{person}/edit/", MANAGERS, 422),
    ("get", "preferences/", EVERYBODY, 200),
    ("post", "preferences/", EVERYBODY, 422),
    ("post", "preferences/appearance/", EVERYBODY, 302),
    ("get", "settings/", ADMINISTRATORS, 200),
    ("post", "settings/", ADMINISTRATORS, 422),
    ("get", "settings/members/", ADMINISTRATORS, 200),
    ("get", "settings/members/{member}/edit/", ADMINISTRATORS, 200),
    ("post", "settings/members/{member}/edit/", ADMINISTRATORS, 422),
    ("post", "settings/members/{member}/password-link/", ADMINISTRATORS, 200),
    ("post", "settings/members/{member}/removal/", ADMINISTRATORS, 302),
    ("post", "settings/invitations/", ADMINISTRATORS, 422),
    ("post", "settings/invitations/{nothing}/withdrawal/", ADMINISTRATORS, 404),
]


@pytest.fixture
def ids(acme, vic):
    """One of each, by the name that addresses use."""
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        ledger = Application.objects.create(key="ledger", name="Ledger")
        ownership = Ownership.objects.create(application=ledger, project=project, starts_at=JUNE_1)
        team, person = Team.objects.create(name="Ledger"), Person.objects.create(name="Ann")
    of_vic = Membership.objects.get(user=vic)
    rows = {"node": node, "ownership": ownership, "team": team, "person": person, "member": of_vic}
    return {name: row.pk for name, row in rows.items()} | {"nothing": acme.pk}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_what_the_table_says(client, acme, ids, role):
    client.force_login(member(acme, role, "Somebody"))

    answers = {
        (method, path): getattr(client, method)(f"/o/acme/{path.format(**ids)}").status_code
        for method, path, _who, _status in TABLE
    }

    assert answers == {(method, path): status if role in who else 403 for method, path, who, status in TABLE}
