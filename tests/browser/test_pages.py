"""Every page of the product with the demo's data: nothing for axe to find, nothing against the content policy.

Each run looks at every page in one combination of width and theme, which changes from day to day, and at a quarter of
the remaining ones; ``-m slow`` looks at all of them.
"""

import datetime
import re
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from calendar_app.gates.criteria import blocking
from calendar_app.gates.rounds import submit
from calendar_app.models import Criterion, Gate, Release
from calendar_app.templates.offers import offered
from releasemgr.accounts.models import User
from releasemgr.tenancy.models import Organisation
from releasemgr.tenancy.scope import org_scope
from tests.browser.sitemap import BROKEN, get_routes, walk

LOOKS = [(1440, "light"), (390, "dark"), (1440, "dark"), (390, "light")]
ORG = "quillhaven-parcels"
MOUNT = f"/o/{ORG}/"
# What one page shows in several ways.
VIEWS = {
    "calendar:calendar month": "calendar/?view=month",
    "calendar:calendar portfolios": "calendar/?view=half-year&group=portfolio",
    "calendar:calendar projects": "calendar/?view=year&group=project",
    "calendar:calendar applications": "calendar/?group=application",
    "calendar:calendar every kind": "calendar/?kind=booking&kind=outage&kind=phase&kind=gate&q=e",
    "calendar:calendar list": "calendar/?view=list",
    "calendar:calendar table": "calendar/?view=quarter&as=table",
    "calendar:calendar without releases": "calendar/?date=2039-01-01",
    "calendar:calendar without matches": "calendar/?q=zzz",
    "environments:schedule month": "environments/schedule/?zoom=month&date=2026-12-20",
    "environments:schedule table": "environments/schedule/?view=table",
    "portfolio:project-list without matches": "portfolio/projects/?q=nothing",
    "portfolio:project-list sorted": "portfolio/projects/?status=active&sort=-key",
}
# Fragments and files that no link of the demo's pages leads to, with the reason.
UNLINKED = {
    "activity:file-content": "the demo has no attached file",
    "calendar:criterion-export": "a file, linked from the cases of a rule, of which the demo's first examples have none",
    "calendar:gate-decision": "a gate without rules that waits is not among the first examples",
    "calendar:exception-decision": "shown to the approver it names, who is not the owner that looks",
    "calendar:gate-delegation": "shown to those who are asked to decide, among whom the owner is not on every day",
    "calendar:board-closing": "a board in session is not among the first examples",
    "calendar:dependency-promise": "an accepted dependency is not among the first examples",
}


@pytest.fixture
def demo(transactional_db, client):
    """The small demo organisation with figures computed, gates submitted, a baseline and an action; returns its owner."""
    call_command("seed_demo", "--org", ORG, "--json", stdout=StringIO())
    call_command("drain", "--org", ORG, stdout=StringIO())
    owner = User.objects.get(memberships__org__slug=ORG, memberships__role="owner")
    client.force_login(owner)
    with org_scope(Organisation.objects.get(slug=ORG)):
        now = timezone.now()
        gates = Gate.objects.filter(state=Gate.State.OPEN, release__status__in=Release.OPEN)
        gates = gates.exclude(release__in=offered().values("pk"))  # offered only while nobody was asked
        gates = list(gates.select_related("release"))
        barred = blocking(gates, now)
        ready = [
            gate for gate in gates if not any(one.kind == Criterion.Kind.ENTRY for one in barred[gate.pk])
        ]
        submit(ready, by=owner, at=now)
    chart = f"{MOUNT}improvement/charts/deployment_frequency/"
    action = {"title": "Deploy on every weekday", "state": "measuring", "effective_on": "2026-06-10"}
    baseline = {"start_on": "2026-06-01", "is_accepted": "yes", "reason": "Deployments on every weekday"}
    assert client.post(f"{chart}actions/new/?period=month", action).status_code == 302
    assert client.post(f"{chart}baselines/new/?period=month", baseline).status_code == 302
    return owner


@pytest.fixture
def site(demo, client):
    """``(pages, others)`` of ``walk``, with the further views of pages that have several."""
    pages, others = walk(client, MOUNT)
    return pages | {name: MOUNT + path for name, path in VIEWS.items()}, others


def look_at(open_browser, user, visits, *, brief=True):
    """``{path: what is wrong with it}`` of the ``(name, path, look)`` visited.

    ``brief``: each look sees the frame of the pages and rows of one shape (``Eyes.findings``) on its first page only.
    """
    wrong = {}
    for width, theme in LOOKS:
        mine = [(name, path) for name, path, look in visits if look == (width, theme)]
        eyes = open_browser(user, width=width, theme=theme) if mine else None
        for n, (name, path) in enumerate(mine):
            status = eyes.go(path).status
            eyes.picture(f"{re.sub('[: ]', '-', name)}-{width}-{theme}")
            found = [] if status == 200 else [f"answers {status}"]
            found += eyes.findings(brief=brief and n > 0)
            found += ["scrolls sideways"] if eyes.scrolls_sideways() else []
            if found:
                wrong[f"{path} {width} {theme}"] = found
    return wrong


def todays_visits(pages, today):
    """Every page in one look, and the quarter of the other looks whose turn is today."""
    visits = []
    for n, (name, path) in enumerate(sorted(pages.items())):
        for m, look in enumerate(LOOKS):
            if m == (n + today) % 4 or (n * 3 + m + today) % 4 == 0:
                visits.append((name, path, look))
    return visits


def test_every_page_is_reached_by_links_and_has_no_finding(site, demo, open_browser):
    pages, others = site
    today = datetime.datetime.now(datetime.UTC).toordinal()

    assert set(get_routes()) - set(pages) - set(others) - set(UNLINKED) == set()
    assert pages.get(BROKEN) is None
    assert look_at(open_browser, demo, todays_visits(pages, today)) == {}


@pytest.mark.slow
def test_pages_have_no_finding_in_any_look(site, demo, open_browser):
    visits = [(name, path, look) for name, path in sorted(site[0].items()) for look in LOOKS]

    assert look_at(open_browser, demo, visits, brief=False) == {}


def test_pages_of_an_empty_organisation_have_no_finding(olga, client, open_browser):
    client.force_login(olga)
    pages, _others = walk(client, "/o/acme/")
    visits = [(f"empty-{name}", path, LOOKS[n % 4]) for n, (name, path) in enumerate(sorted(pages.items()))]

    assert look_at(open_browser, olga, visits) == {}
