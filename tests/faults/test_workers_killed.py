"""`kill -9` of metric workers at random, in the middle of 3,000 dirty cells: nothing is lost, nothing is doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from calendar_app.models import Deployment
from releasemgr.activity.models import FactMark
from releasemgr.activity.trail import mark
from releasemgr.celery import app
from releasemgr.tenancy.models import next_numbers
from releasemgr.tenancy.scope import org_scope
from reporting import draining, routing
from reporting.bell import ring
from reporting.draining import drain
from reporting.models import Cell, CellMark, Item, Quarantine
from reporting.recompute import differences
from tests.reporting import facts
from tests.reporting.facts import APRIL_15, utc

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PROJECTS, WEEKS, WORKERS, KILLS, DIRTY = 28, 52, 2, 8, 3000
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


@pytest.fixture
def busy(acme):
    """An organisation with a deployment a week in each of 28 projects, all counted."""
    with org_scope(acme):
        node = facts.node("Bank")
        applications = [facts.application(f"a{n}", facts.project(f"p{n}", node)) for n in range(PROJECTS)]
        numbers = iter(next_numbers("deployment", PROJECTS * WEEKS))
        made = [
            Deployment(
                number=next(numbers),
                application=application,
                stage="prd",
                version_label="1",
                status="succeeded",
                started_at=utc("2025-04-01T10:00") + timedelta(weeks=week),
                finished_at=utc("2025-04-01T10:00") + timedelta(weeks=week),
            )
            for application in applications
            for week in range(WEEKS)
        ]
        Deployment.objects.bulk_create(made, batch_size=500)
        mark(made)
    drain(acme, as_of=APRIL_15)
    return acme


def dirty(org):
    """Mark every cell."""
    with org_scope(org):
        marks = [CellMark(org_id=org.pk, cell_id=pk) for pk in Cell.objects.values_list("pk", flat=True)]
        CellMark.objects.bulk_create(marks, batch_size=1000)
    return len(marks)


def shake(org, chance):
    """Move some deployments to other days, as late corrections would."""
    with org_scope(org):
        rows = list(Deployment.objects.order_by("number"))
        moved = chance.sample(rows, 150)
        for row in moved:
            at = row.finished_at + timedelta(days=chance.randrange(-40, 40))
            row.started_at = row.finished_at = min(at, APRIL_15)
        Deployment.objects.bulk_update(moved, ["started_at", "finished_at"], batch_size=500)
        mark(moved)


def start_worker():
    command = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "releasemgr", "worker"]
    return subprocess.Popen(
        [
            *command,
            "--pool=solo",
            "--loglevel=ERROR",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def waiting(org):
    return sum(queue.objects.filter(org_id=org.pk).count() for queue in (FactMark, CellMark))


def finish(org, *, within):
    """Work off what is left, waiting for the leases of the dead."""
    until = time.monotonic() + within
    while waiting(org) and time.monotonic() < until:
        drain(org, as_of=None)
        time.sleep(0.2)


@pytest.mark.skipif("REDIS_URL" not in os.environ, reason="needs a broker for real workers")
def test_workers_killed_at_random_lose_nothing(busy):
    chance = random.Random(3000)  # noqa: S311 reproducible, not secret
    assert dirty(busy) >= DIRTY
    app.control.purge()
    workers, killed = [start_worker() for _ in range(WORKERS)], 0
    try:
        while killed < KILLS:
            shake(busy, chance)
            dirty(busy)
            for _ in range(WORKERS):
                ring(busy.pk)
            time.sleep(chance.uniform(0.2, 2.5))
            victim = chance.randrange(WORKERS)
            workers[victim].send_signal(signal.SIGKILL)
            workers[victim].wait()
            workers[victim], killed = start_worker(), killed + 1
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
        app.control.purge()

    finish(busy, within=60)

    with org_scope(busy):
        assert list(Quarantine.objects.values_list("label", "error")) == []
    assert waiting(busy) == 0
    assert differences(busy, as_of=APRIL_15 + timedelta(days=400)) == []


def test_a_worker_that_took_its_marks_before_computing_would_lose_figures(busy):
    """The planted fault: marks deleted in transaction one, then `kill -9`."""
    with org_scope(busy):
        first = Deployment.objects.order_by("number").first()
        facts.change(first, started_at=utc("2025-06-20T10:00"), finished_at=utc("2025-06-20T10:00"))
        routing.route(busy, routing.claim(busy), as_of=APRIL_15)
        while group := draining.claim(busy):
            CellMark.objects.filter(org_id=busy.pk, cell_id__in=group.ids).delete()
    with org_scope(busy):
        Cell.objects.update(retry_at=None)
        Item.objects.update(retry_at=None)

    drain(busy, as_of=APRIL_15)

    assert waiting(busy) == 0
    assert "F1" in {found.metric for found in differences(busy, as_of=APRIL_15)}
