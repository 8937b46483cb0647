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
def test_the_components_have_no_finding(specimens, open_browser, rita, width, theme):
    eyes = open_browser(rita, width=width, theme=theme)

    for name, path in PAGES.items():
        eyes.go(f"/o/acme/specimen/{path}")
        eyes.picture(f"specimen-{name}-{width}-{theme}")
        assert (name, eyes.findings(), eyes.scrolls_sideways()) == (name, [], False)


def test_paper_holds_the_quarter_side_by_side(specimens, eyes):
    eyes.go("/o/acme/specimen/calendar/")
    eyes.emulate_media(media="print")

    for paper, width in [("A4", 1123), ("A3", 1587)]:
        sheet = width - 91  # without its margins of 12 mm
        eyes.page.set_viewport_size({"width": sheet, "height": 700})
        assert eyes.locator(".filter-bar").is_visible() is False
        assert eyes.locator(".side").is_visible() is False
        canvas = eyes.locator(".tl-canvas").bounding_box()
        assert sheet - 60 < canvas["width"] <= sheet, "all of the sheet and not more"
        assert eyes.page.pdf(format=paper, landscape=True, print_background=True).startswith(b"%PDF")
