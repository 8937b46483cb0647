"""Every route x wrong organisation x logged out x each role, with real objects; new routes enter by themselves."""

import json
import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import clear_url_caches, path

from releasemgr import org_urls
from releasemgr.accounts.guards import allow
from releasemgr.accounts.middleware import OrganisationMiddleware
from releasemgr.accounts.models import Membership
from releasemgr.accounts.roles import PERMISSIONS, Permission, Role
from releasemgr.routes import organisation_routes
from releasemgr.tenancy.scope import org_scope
from tests.sweeps.scene import NoSample, address, clients_by_role, stranger

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "DELETE")
SHOWN = (200, 302)
REFUSED = (401, 403, 404, 405)


@pytest.fixture(autouse=True)
def _refusals_are_no_news(caplog):
    caplog.set_level(logging.CRITICAL, logger="django.request")


@pytest.fixture
def plant():
    """Add a route to every organisation for one test: ``plant("leak/", view)``."""
    planted = []

    def add(route, view):
        planted.append(path(route, view, name="planted"))
        org_urls.urlpatterns.append(planted[-1])
        clear_url_caches()

    yield add
    for one in planted:
        org_urls.urlpatterns.remove(one)
    clear_url_caches()


def ask(client, method, url):
    """The status of a request whose effects are taken back."""
    with transaction.atomic():
        status = client.generic(method, url).status_code
        transaction.set_rollback(True)
    return status


def addresses(org):
    """``[(route, path with real objects)]`` of every route inside an organisation."""
    with org_scope(org):
        return [(route, address(route, org)) for route in organisation_routes()]


def seen_from_outside(org, client, expected):
    """What somebody who does not belong to the organisation gets instead of ``expected``, one at a time."""
    return (
        f"{method} {url}: {status}, not {expected}"
        for _route, url in addresses(org)
        for method in METHODS
        if (status := ask(client, method, url)) != expected
    )


def wrong_by_role(org, roles=tuple(Role), only=""):
    """Answers that differ from what a role's permissions promise, one at a time; ``only`` at a path when given."""
    clients = clients_by_role(org)
    return (
        f"{role}: {method} {url}: {status}"
        for route, url in addresses(org)
        if url.endswith(only)
        for method in METHODS
        for role in roles
        if not is_promised(route, role, method, status := ask(clients[role], method, url))
    )


def is_promised(route, role, method, status):
    """Whether a role may get that status; allowed GETs must show the page, which is the positive control."""
    permission = route.permissions.get(method)
    if permission is None:
        return status == 405
    if permission not in PERMISSIONS[role]:
        return status == 403
    if permission == Permission.DECIDE_WHERE_NAMED and status == 403:
        return True  # a rule names who may
    return status in SHOWN if method == "GET" else status < 500 and status not in REFUSED


def test_strangers_learn_nothing(org):
    assert list(seen_from_outside(org, stranger(), expected=404)) == []


def test_nobody_gets_in_without_signing_in(org):
    assert list(seen_from_outside(org, Client(raise_request_exception=False), expected=302)) == []


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_its_permissions_say(org, role):
    assert list(wrong_by_role(org, roles=(role,))) == []


def test_a_leak_to_strangers_is_found(org, settings):
    leaky = f"{__name__}.{LetsEverybodyIn.__name__}"
    settings.MIDDLEWARE = [
        leaky if name.endswith("OrganisationMiddleware") else name for name in settings.MIDDLEWARE
    ]

    assert any(line.endswith("200, not 404") for line in seen_from_outside(org, stranger(), expected=404))


class LetsEverybodyIn(OrganisationMiddleware):
    """A planted fault: takes any member of the organisation for the one who asks."""

    def __call__(self, request):
        slug = request.path_info.removeprefix("/o/").partition("/")[0]
        member = Membership.objects.filter(org__slug=slug).select_related("user").first()
        if member:
            request.user = member.user
        return super().__call__(request)


def test_a_guard_that_does_not_guard_is_found(org, plant):
    def pretends(request):
        return HttpResponse("secret")

    pretends.allowed = {"GET": Permission.ADMINISTER}
    plant("planted/", pretends)

    found = wrong_by_role(org, roles=(Role.VIEWER,), only="/planted/")
    assert f"viewer: GET /o/{org.slug}/planted/: 200" in found


def test_a_view_that_fails_is_found(org, plant):
    @allow(GET=Permission.VIEW)
    def fails(request):
        raise RuntimeError("planted")

    plant("planted/", fails)

    found = wrong_by_role(org, roles=(Role.VIEWER,), only="/planted/")
    assert f"viewer: GET /o/{org.slug}/planted/: 500" in found


def test_a_route_without_a_guard_fails_the_build(plant):
    plant("planted/", lambda request: HttpResponse("everything"))

    with pytest.raises(CommandError, match="No guard says who may use planted/"):
        call_command("list_routes", "--json", stdout=StringIO())


def test_a_parameter_nobody_has_an_object_for_fails_the_build(org, plant):
    @allow(GET=Permission.VIEW)
    def view(request, moon):
        return HttpResponse(moon)

    plant("moons/<str:moon>/", view)

    with pytest.raises(NoSample, match=r"\('moons', 'moon'\)"):
        addresses(org)


def test_list_routes_names_methods_roles_and_parameters():
    output = StringIO()
    call_command("list_routes", "--json", stdout=output)

    routes = {route["path"]: route for route in json.loads(output.getvalue())}
    who = ["owner", "admin", "release_manager"]
    assert routes["/o/<slug>/portfolio/nodes/<uuid:pk>/edit/"] == {
        "name": "portfolio:node-edit",
        "path": "/o/<slug>/portfolio/nodes/<uuid:pk>/edit/",
        "methods": ["GET", "HEAD", "POST"],
        "roles": who,
        "roles_by_method": {"GET": who, "POST": who, "HEAD": who},
        "params": ["slug", "pk"],
    }
    assert routes["/healthz"]["roles"] == ["anyone"]
    assert routes["/accounts/password/reset/key/<uidb36>-<key>/"]["params"] == ["uidb36", "key"]
