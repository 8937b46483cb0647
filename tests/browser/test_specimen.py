"""The shared components and the timeline, seen and used in Chromium."""

import pytest
from django.urls import clear_url_caches

from releasemgr import org_urls
from tests.browser import specimen


@pytest.fixture
def specimens(monkeypatch):
    """The pages that exist only here, inside the mount."""
    monkeypatch.setattr(org_urls, "urlpatterns", [*org_urls.urlpatterns, *specimen.urlpatterns])
    clear_url_caches()
    yield
    clear_url_caches()


LOOKS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
PAGES = {
    "calendar": "calendar/",
    "month": "calendar/?zoom=month",
    "year": "calendar/?zoom=year&q=pay",
    "table": "calendar/?view=table",
    "schedule": "schedule/",
    "pieces": "pieces/",
}


@pytest.mark.parametrize(("width", "theme"), LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_the_components_have_no_finding(specimens, open_browser, rita, name, width, theme):
    eyes = open_browser(rita, width=width, theme=theme)

    eyes.go(f"/o/acme/specimen/{PAGES[name]}")

    eyes.picture(f"specimen-{name}-{width}-{theme}")
    assert (eyes.findings(), eyes.scrolls_sideways()) == ([], False)
