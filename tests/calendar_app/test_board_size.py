"""An enterprise release of 300 projects and 60 gates: its board and its page stay within the page budget."""

import gzip
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calendar_app.models import Criterion, Gate, Release
from releasemgr.changes.revisions import create
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db

CHILDREN, GATES = 300, 60
GZ_BYTES, NODES = 20_000, 1_500  # ui.md, section 9


@pytest.fixture
def crowd(world, rita):
    """Autumn with 300 project releases and 60 gates; each gate rolls up five of theirs and has two criteria."""
    autumn = Release(number=500, kind="enterprise", name="Autumn", target_date=date(2026, 12, 1))
    create([autumn], by=rita, at=JUNE_1)
    children = [
        Release(
            number=1000 + n,
            kind="project",
            name=f"Project release {n}",
            project=world.payments,
            parent=autumn,
            target_date=date(2026, 11, 1),
        )
        for n in range(CHILDREN)
    ]
    create(children, by=rita, at=JUNE_1)
    gates = [
        Gate(release=autumn, name=f"Gate {n}", planned_date=date(2026, 9, 1), rollup="all")
        for n in range(GATES)
    ]
    create(gates, by=rita, at=JUNE_1)
    below = [
        Gate(release=child, name="Go", planned_date=date(2026, 8, 1), parent=gates[n % GATES])
        for n, child in enumerate(children)
    ]
    create(below, by=rita, at=JUNE_1)
    create(
        [
            Criterion(gate=gate, name=name, rule=rule, parameters={})
            for gate in gates
            for name, rule in (("Signed", ""), ("No severe defects", "open-defects"))
        ],
        by=rita,
        at=JUNE_1,
    )
    return autumn


@pytest.mark.parametrize(("path", "statements"), [("releases/500/gates/", 17), ("releases/500/", 30)])
def test_a_crowded_release_stays_within_the_budget(client, rita, crowd, path, statements):
    client.force_login(rita)

    with CaptureQueriesContext(connection) as cost:
        answer = client.get(f"/o/acme/calendar/{path}")

    size = (len(gzip.compress(answer.content)), answer.content.count(b"<") - answer.content.count(b"</"))
    assert size[0] <= GZ_BYTES
    assert size[1] <= NODES
    assert len(cost) <= statements
