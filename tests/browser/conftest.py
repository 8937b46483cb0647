"""A real browser on the real application: the system's Chromium, a live server, the database as the product uses it.

Every page a test opens fails the test when it breaks the content policy or writes an error to the console.
Without Chromium these tests are skipped, and fail where ``REQUIRE_BROWSER=1`` (CI).
"""

import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import sync_playwright

from tests.browser.eyes import Eyes

CHROMIUM = Path(shutil.which("chromium") or "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
REPORT_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once a session."""
    if not CHROMIUM.exists():
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but there is no Chromium at {CHROMIUM}")
        pytest.skip(f"no Chromium at {CHROMIUM}; install it with apt-get install chromium")
    # Playwright's event loop runs in this thread; the database is used here only between its calls.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_browser(chromium, live_server, transactional_db):
    """Make ``Eyes`` of a width and a theme, signed in as ``user`` when given; each is checked at the end."""
    opened = []

    def make(user=None, *, width=1440, height=900, theme="light", allowed_errors=()):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            base_url=live_server.url,
            locale="en-GB",
            has_touch=width < 768,
            # Without the fade between pages, which Chromium gives up with an error when a busy machine is slow.
            reduced_motion="reduce",
        )
        context.add_init_script(REPORT_VIOLATIONS)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        eyes = Eyes(context.new_page(), allowed_errors)
        opened.append(eyes)
        return eyes

    yield make
    for eyes in opened:
        eyes.page.context.close()
    assert [problem for eyes in opened for problem in eyes.problems] == []


def session_cookie(user, url):
    """Signed in without the form, which has a test of its own."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def eyes(open_browser, rita):
    """Rita at a desk: 1440 px, light."""
    return open_browser(rita)
