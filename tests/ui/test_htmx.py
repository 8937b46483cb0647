"""One URL answers a browser with the page and htmx with the part it asked for."""

import json

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from releasemgr.htmx import changed, go_to, in_peek, nothing_new, toast

LOG = "/o/acme/activity/"


@pytest.fixture
def at_acme(client, olga):
    client.force_login(olga)
    return client


def asked(**headers):
    """A request as htmx sends it."""
    request = RequestFactory().get("/", headers=headers)
    HtmxMiddleware(lambda request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("headers", "is_whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_htmx_gets_the_part_and_everything_else_the_page(at_acme, headers, is_whole):
    response = at_acme.get(LOG, headers=headers)

    assert response.content.lstrip().startswith(b"<!doctype html>") == is_whole
    assert "HX-Request" in response["Vary"]


def test_the_peek_drawer_is_known_by_its_target():
    assert in_peek(asked(**{"HX-Request": "true", "HX-Target": "peek-body"}))
    assert not in_peek(asked(**{"HX-Request": "true", "HX-Target": "log"}))
    assert not in_peek(asked())


def test_leaving_is_a_header_for_htmx_and_a_redirect_for_a_browser():
    fragment, page = go_to(asked(**{"HX-Request": "true"}), "/there/"), go_to(asked(), "/there/")

    assert (fragment.status_code, fragment["HX-Redirect"]) == (200, "/there/")
    assert (page.status_code, page["Location"]) == (302, "/there/")


def test_a_toast_and_an_event_travel_in_one_header():
    response = changed(toast(HttpResponse(), "Grüße – done", undo_url="/undo/"), "bookings:changed")

    assert json.loads(response["HX-Trigger"]) == {
        "toast": {"text": "Grüße – done", "level": "success", "undo": "/undo/"},
        "bookings:changed": {},
    }
    response["HX-Trigger"].encode("ascii")


def test_a_poll_without_news_swaps_nothing():
    assert (nothing_new().status_code, nothing_new().content) == (204, b"")


def test_a_signed_out_fragment_sends_the_whole_page_to_sign_in(client, acme):
    response = client.get(LOG, headers={"HX-Request": "true"})

    assert response["HX-Redirect"].startswith("/accounts/login/")
