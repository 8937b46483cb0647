"""A page as a person sees it: what it shows, what it complains about, what axe finds, a picture when asked for."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PICTURES = Path(__file__).resolve().parents[2] / "screenshots"
AXE = Axe().axe_script
OPTIONS = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# Only what is wrong comes back over the wire. In brief, rows of a shape (elements, their attributes and classes, which
# of them have text) that two earlier rows have are left out, and so is the frame around the page.
FINDINGS = """async ([options, brief]) => {
  const shape = row => [row, ...row.querySelectorAll("*")].map(one => [
    one.tagName, one.getAttribute("class"), ...one.getAttributeNames(),
    [...one.childNodes].some(child => child.nodeType === 3 && child.data.trim()),
  ].join()).join(";");
  const seen = new Map(), left = brief ? [...document.querySelectorAll(".topbar, #navigation")] : [];
  for (const row of brief ? document.querySelectorAll("tbody > tr, main li") : []) {
    if (row.closest(".lane")) continue;
    const count = (seen.get(shape(row)) ?? 0) + 1;
    seen.set(shape(row), count);
    if (count > 2) left.push(row);
  }
  const found = await axe.run({include: [document], exclude: left}, options);
  return found.violations.map(one => [one.id, one.nodes.length, one.nodes[0].html, one.nodes[0].failureSummary]);
}"""


class Eyes:
    """Wraps a Playwright page. ``problems`` collects policy violations, script errors and console errors."""

    def __init__(self, page, allowed_errors=()):
        self.page = page
        self.problems = []
        self.allowed_errors = allowed_errors
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self._complain(f"script error: {error}"))

    def go(self, path):
        """Open ``path`` and wait until it has settled; returns the response."""
        response = self.page.goto(path, wait_until="load")
        expect(self.page.locator(".htmx-request")).to_have_count(0)
        return response

    def __getattr__(self, name):
        return getattr(self.page, name)

    def findings(self, *, brief=False):
        """What axe finds: ``["rule: first element", …]``, injected by the debugger, which the policy lets through.

        ``brief`` leaves out what a walk over many pages has seen already: the frame, and rows like two others.
        """
        self._draw_everything()
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE)
        violations = self.page.evaluate(FINDINGS, [OPTIONS, brief])
        return [
            f"{rule} ({count}): {html[:160]} {summary[:300]}" for rule, count, html, summary in violations
        ]

    def scrolls_sideways(self):
        """Whether the document itself is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")

    def picture(self, name, *, whole=True):
        """A PNG in ``screenshots/`` (ignored by git) for looking at, where ``PICTURES=1`` asks for it."""
        if os.environ.get("PICTURES") != "1":
            return
        PICTURES.mkdir(exist_ok=True)
        if whole:
            self._draw_everything()
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)

    def _draw_everything(self):
        """Lanes out of view are not laid out, which neither axe nor a picture of the whole page expects."""
        self.page.evaluate(
            "document.querySelectorAll('.lane').forEach(lane => lane.style.contentVisibility = 'visible')"
        )

    def _heard(self, message):
        if message.type == "error":
            self._complain(f"{self.page.url}: {message.text}")

    def _complain(self, words):
        if not any(allowed in words for allowed in self.allowed_errors):
            self.problems.append(words)
