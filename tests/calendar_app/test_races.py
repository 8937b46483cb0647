"""Two acts at once that only together make a conflict: it is found, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from calendar_app.conflicts import verify_conflicts
from calendar_app.models import Conflict, Gate, Phase
from releasemgr.changes.revisions import Revision, create, revise
from releasemgr.portfolio.models import Portfolio, Project
from releasemgr.tenancy.scope import org_scope
from tests.calendar_app.conftest import release
from tests.conftest import JUNE_1

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_phase_and_its_gate_moved_apart_at_once(acme, rita):
    with org_scope(acme):
        node = Portfolio.objects.create(name="Retail bank")
        project = Project.objects.create(key="payments", name="Payments", portfolio=node)
        row = release(project, "September", date(2026, 9, 1), rita)
        days = {"starts_on": date(2026, 7, 6), "ends_on": date(2026, 7, 17)}
        phases = create(
            [Phase(release=row, kind="sit", name=f"SIT {n}", position=n, **days) for n in range(4)],
            by=rita,
            at=JUNE_1,
        ).rows
        gates = create(
            [Gate(release=row, phase=phase, name="Exit", planned_date=date(2026, 7, 15)) for phase in phases],
            by=rita,
            at=JUNE_1,
        ).rows

    for phase, gate in zip(phases, gates, strict=True):
        barrier = Barrier(2)
        acts = [
            Revision(phase, 1, {"ends_on": date(2026, 7, 14)}),
            Revision(gate, 1, {"planned_date": date(2026, 7, 16)}),
        ]

        def act(revision, barrier=barrier):
            try:
                barrier.wait(timeout=10)
                with org_scope(acme):
                    revise([revision], by=rita, at=JUNE_1)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(act, acts))

    with org_scope(acme):
        assert Conflict.objects.filter(rule="gate-after-phase").count() == 4
        assert verify_conflicts() == []
