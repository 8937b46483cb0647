"""Signing in and staying in: throttle, cookies, where one lands, and addresses that mean mischief."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, RequestFactory

from releasemgr.accounts.adapter import AccountAdapter

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
PASSWORD = "correct horse battery staple"


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def rita(rita):
    rita.set_password(PASSWORD)
    rita.save()
    return rita


def sign_in(client, user, password=PASSWORD, **more):
    return client.post(LOGIN, {"login": user.email, "password": password, **more})


def test_rita_signs_in_and_lands_where_she_wanted_to_go(client, rita):
    response = sign_in(client, rita, next="/o/acme/portfolio/?q=1")

    assert response.url == "/o/acme/portfolio/?q=1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "https://testserver/o/acme/",
        "o/acme/",
        " /o/acme/",
    ],
)
def test_signing_in_leads_nowhere_else(client, rita, elsewhere):
    assert sign_in(client, rita, next=elsewhere).url == "/"


def test_a_sixth_wrong_password_is_not_even_looked_at(client, rita):
    for _attempt in range(5):
        sign_in(client, rita, "wrong")

    response = sign_in(client, rita)

    assert response.status_code == 200
    assert b"Too many failed login attempts" in response.content
    assert client.get("/o/acme/portfolio/").status_code == 302


def test_a_throttle_is_not_pushed_out_by_other_addresses(client, rita):
    for _attempt in range(5):
        sign_in(client, rita, "wrong")
    for n in range(400):
        cache.set(f"another-address-{n}", [n], 300)

    assert b"Too many failed login attempts" in sign_in(client, rita).content


def test_the_throttle_is_shared_by_all_web_processes():
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_the_session_changes_at_sign_in_and_its_cookie_is_out_of_reach(client, rita):
    client.get(LOGIN)
    client.session["planted"] = "yes"
    before = client.session.session_key

    response = sign_in(client, rita)

    cookie = response.cookies[settings.SESSION_COOKIE_NAME]
    assert client.session.session_key != before
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert bool(cookie["secure"]) == settings.IS_HTTPS


def test_a_new_password_ends_the_other_sessions(rita):
    here, there = Client(), Client()
    sign_in(here, rita)
    sign_in(there, rita)

    new = "another horse battery staple"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert here.get("/o/acme/portfolio/").status_code == 200
    assert there.get("/o/acme/portfolio/").status_code == 302


def test_a_closed_account_is_out_at_once_and_does_not_come_back(client, rita):
    sign_in(client, rita)
    rita.is_active = False
    rita.save()

    assert client.get("/o/acme/portfolio/").url == f"{LOGIN}?next=/o/acme/portfolio/"
    sign_in(client, rita)
    assert client.get("/o/acme/portfolio/").status_code == 302


def test_a_fragment_asked_for_signed_out_leads_to_sign_in_and_back_to_its_page(client, acme):
    response = client.get(
        "/o/acme/activity/history/project/00000000-0000-0000-0000-000000000000/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/o/acme/portfolio/?q=a"},
    )

    assert response.status_code == 200
    assert response["HX-Redirect"] == f"{LOGIN}?next=/o/acme/portfolio/%3Fq%3Da"
    assert response.content == b""


def test_a_foreign_page_address_in_a_fragment_is_not_followed(client, acme):
    response = client.get(
        "/o/acme/portfolio/", headers={"HX-Request": "true", "HX-Current-URL": "https://evil.example/x"}
    )

    assert response["HX-Redirect"] == f"{LOGIN}?next=/o/acme/portfolio/"


def test_a_form_sent_signed_out_leads_back_to_the_organisation(client, acme):
    assert client.post("/o/acme/portfolio/nodes/new/").url == f"{LOGIN}?next=/o/acme/"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/o/", 404),
        ("/o//", 404),
        ("/o/%00/", 404),
        ("/o/acme%00/", 404),
        ("/o/ACME/", 404),
        ("/o/acme%0A/", 404),
        ("/o/globex/", 404),
        ("/o/../", 404),
        ("/o/%2e%2e/acme/", 404),
        ("/o/acme/../globex/", 404),
        ("/o/acme/%2e%2e/globex/portfolio/", 404),
        ("/o/acme//evil.example/", 404),
        ("/o/acme/portfolio/projects/%00/", 404),
        ("/o/acme/portfolio/projects/?q=%00", 404),
        ("/o/acme/portfolio/projects/?page=-1", 200),
        ("/o/acme/portfolio/projects/?page=%EF%BF%BD", 200),
        ("/o/acme/portfolio/nodes/new/?parent=x", 200),
        ("/o/acme/portfolio/people/new/?team=x", 200),
        ("/o/" + "a" * 300 + "/", 404),
        ("/O/acme/", 404),
        ("/accounts/signup/", 404),
        ("/accounts/email/", 404),
    ],
)
def test_addresses_that_mean_mischief_are_answered_plainly(client, globex, rita, path, status):
    client.force_login(rita)

    assert client.get(path).status_code == status


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/o/acme", "/o/acme/"),
        ("/o/acme/portfolio", "/o/acme/portfolio/"),
        ("/o/acme/portfolio/projects?q=a", "/o/acme/portfolio/projects/?q=a"),
    ],
)
def test_a_missing_slash_is_added_within_the_organisation(client, rita, path, to):
    client.force_login(rita)

    assert client.get(path).url == to


def test_a_missing_slash_tells_strangers_nothing(client, acme, mallory):
    client.force_login(mallory)

    assert client.get("/o/acme").status_code == 404
    assert client.get("/o/nowhere").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Original-URL": "/o/globex/"},
        {"X-Rewrite-URL": "/o/globex/"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"X-Forwarded-Prefix": "/o/globex"},
        {"Script-Name": "/o/globex"},
    ],
)
def test_headers_change_neither_host_nor_path_nor_method(client, globex, rita, headers):
    client.force_login(rita)

    response = client.get("/o/acme/portfolio/", headers=headers)

    assert response.status_code == 200
    assert b"evil.example" not in response.content
    assert b"globex" not in response.content


@pytest.mark.parametrize(
    ("method", "status"), [("head", 200), ("options", 405), ("put", 405), ("delete", 405), ("trace", 405)]
)
def test_methods_without_a_right_are_refused(client, rita, method, status):
    client.force_login(rita)

    response = getattr(client, method)("/o/acme/portfolio/")

    assert response.status_code == status
    if method == "head":
        assert response.content == b""


def test_pages_of_an_organisation_are_not_kept_by_caches(client, rita):
    client.force_login(rita)

    assert client.get("/o/acme/portfolio/")["Cache-Control"] == "no-store"


def test_a_forged_form_is_refused(rita):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(rita)

    assert strict.post("/o/acme/portfolio/nodes/new/", {"name": "Forged"}).status_code == 403


def test_the_allow_list_has_no_hosts_at_all(rita):
    adapter = AccountAdapter(RequestFactory().get("/"))

    assert adapter.is_safe_url("/o/acme/")
    assert not adapter.is_safe_url("")
    assert not adapter.is_safe_url(None)
