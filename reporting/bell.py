"""The doorbell of the metric workers: rung after a commit, and by the sweeper for marks nobody answered.

The queue itself stands in Postgres, so a bell that is lost or a broker that is down costs time and nothing else.
"""

import logging
from datetime import timedelta
from functools import partial

from django.db import connection, transaction
from kombu.exceptions import OperationalError

from releasemgr.celery import app
from reporting.touches import fetch

logger = logging.getLogger(__name__)
UNANSWERED = timedelta(seconds=20)


def ring_after_commit(org_id) -> None:
    """Ring once when this transaction commits, however often facts changed in it."""
    if any(getattr(bell, "org_id", None) == org_id for _sids, bell, *_rest in connection.run_on_commit):
        return
    bell = partial(ring, org_id)
    bell.org_id = org_id
    transaction.on_commit(bell, robust=True)


def ring(org_id) -> bool:
    """Ask a worker to drain an organisation's queue; False when the broker did not take it."""
    try:
        app.send_task("reporting.tasks.drain_queue", kwargs={"org_id": str(org_id)}, expires=60, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("the bell for %s was not heard: %s", org_id, error)
        return False
    return True


def unanswered(*, at) -> list:
    """Organisations with a mark older than 20 seconds, the longest waiting first; ids and times only."""
    oldest = """
SELECT org_id FROM (
    SELECT org_id, min(at) AS since FROM activity_factmark GROUP BY org_id
    UNION ALL
    SELECT org_id, min(at) FROM reporting_cellmark GROUP BY org_id
) marks
GROUP BY org_id HAVING min(since) < %(before)s ORDER BY min(since)"""
    return [row[0] for row in fetch(oldest, {"before": at - UNANSWERED})]
