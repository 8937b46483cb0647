"""Templates keep the content policy: nothing inline; and they name only icons that the sprite holds."""

import re
from pathlib import Path

import pytest

from releasemgr.navigation import SECTIONS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
ICONS = set((ROOT / ".ci" / "icons.txt").read_text(encoding="utf-8").split())
INLINE = {
    "style attribute": r"<[^>]*\sstyle\s*=",
    "style element": r"<style\b",
    "inline script": r"<script(?![^>]*\bsrc=)[^>]*>",
    "event attribute": r"<[^>]*\son[a-z]+\s*=",
    "javascript address": r"javascript:",
    "htmx that needs eval": r"hx-on|hx-vals\s*=\s*[\"']js:|hx-trigger\s*=\s*\"[^\"]*\[",
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_has_nothing_inline(path):
    source = path.read_text(encoding="utf-8")

    found = [what for what, pattern in INLINE.items() if re.search(pattern, source)]

    assert found == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_names_only_icons_of_the_sprite(path):
    named = re.findall(r'(?:{% icon |icon_name=)"([a-z0-9-]+)"', path.read_text(encoding="utf-8"))

    assert set(named) - ICONS == set()


def test_the_navigation_names_only_icons_of_the_sprite():
    icons = {entry.icon for section in SECTIONS for entry in section.entries}

    assert icons - ICONS == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_is_short_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 100


def test_our_style_sheets_and_scripts_load_nothing_from_outside():
    files = [*(ROOT / "static" / "css").glob("*.css"), *(ROOT / "static" / "js").glob("*.js")]

    outside = [
        path.name
        for path in files
        if re.search(r"url\(\s*[\"']?(https?:)?//|@import|https?://(?!www\.w3\.org/)", path.read_text())
    ]

    assert outside == []
