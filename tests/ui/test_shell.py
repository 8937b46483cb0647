"""The frame around every page: navigation, theme, errors."""

import pytest


@pytest.fixture
def at_acme(client, rita):
    client.force_login(rita)
    return client


def test_a_page_says_where_one_is_and_in_which_organisation(at_acme):
    page = at_acme.get("/o/acme/activity/").content.decode()

    assert '<a href="/o/acme/activity/" aria-current="page">' in page
    assert page.count('aria-current="page"') == 1
    assert "<title>Activity log · Acme · releasemgr</title>" in page
    assert 'href="#content"' in page


def test_the_theme_is_kept_for_the_next_page(at_acme, rita):
    at_acme.post("/o/acme/preferences/appearance/", {"theme": "dark"})

    rita.refresh_from_db()
    assert rita.theme == "dark"
    assert 'data-bs-theme="dark"' in at_acme.get("/o/acme/activity/").content.decode()


def test_a_theme_that_does_not_exist_changes_nothing(at_acme, rita):
    response = at_acme.post("/o/acme/preferences/appearance/", {"theme": "pink"})

    rita.refresh_from_db()
    assert (response.status_code, rita.theme) == (302, "system")


def test_what_does_not_exist_is_said_inside_the_organisation(at_acme):
    response = at_acme.get("/o/acme/nowhere/")

    assert response.status_code == 404
    assert b"This page was not found" in response.content


def test_the_sign_in_page_stands_without_an_organisation(client, db):
    response = client.get("/accounts/login/")

    assert response.status_code == 200
    assert b'name="login"' in response.content
