"""A page as a person sees it: what it shows, what it complains about, what axe finds, a picture."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURES = Path(__file__).resolve().parents[2] / "screenshots"
NARROW = 390


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

    def findings(self):
        """What axe finds: ``["rule: first element", …]``, injected by the debugger, which the policy lets through."""
        self._draw_everything()
        options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
        violations = Axe().run(self.page, options=options).response["violations"]
        return [
            f"{violation['id']} ({len(violation['nodes'])}): {violation['nodes'][0]['html'][:160]} "
            f"{violation['nodes'][0]['failureSummary'][:300]}"
            for violation in violations
        ]

    def scrolls_sideways(self):
        """Whether the document itself is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")

    def picture(self, name, *, whole=True):
        """A PNG in ``screenshots/`` (ignored by git), for looking at."""
        PICTURES.mkdir(exist_ok=True)
        if whole:
            self._draw_everything()
        path = PICTURES / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole)
        return path

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
