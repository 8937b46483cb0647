"""Planting outages: planned ones, unplanned ones, and one that lasts."""

from datetime import timedelta

from environments.models import Outage
from releasemgr.portfolio.models import Environment

_HISTORY_DAYS = 380
_CAUSES = (
    "Certificate expired",
    "Message queue stuck",
    "Disk failed",
    "Wrong configuration",
    "Out of memory",
)


def plant_outages(scene):
    """Plant planned and unplanned outages of the last year, one that lasts, and the planned ones ahead."""
    environments = list(scene.environments.values())
    rows = []
    for _ in range(len(environments) * 2):
        day = scene.in_days(-scene.random.randint(2, _HISTORY_DAYS))
        is_planned = scene.chance(0.5)
        starts_at = scene.at(day, 18) if is_planned else scene.working_hour(day)
        hours = (
            timedelta(hours=scene.random.choice((4, 6, 8))) if is_planned else scene.lognormal_hours(2.2, 0.7)
        )
        reason = "Patches of the operating system" if is_planned else scene.random.choice(_CAUSES)
        rows.append(_outage(scene, starts_at, starts_at + hours, reason, is_planned=is_planned))
    for days in (5, 12, 26):
        starts_at = scene.at(scene.in_days(days), 18)
        rows.append(
            _outage(scene, starts_at, starts_at + timedelta(hours=6), "Refresh of data", is_planned=True)
        )
    rows.append(_outage(scene, scene.now - timedelta(hours=5), None, "Storage is full", is_planned=False))
    scene.plant(rows)


_CAUSES = (
    "Certificate expired",
    "Message queue stuck",
    "Disk failed",
    "Wrong configuration",
    "Out of memory",
)


def _outage(scene, starts_at, ends_at, reason, *, is_planned):
    shared = [row for row in scene.environments.values() if row.type != Environment.Type.PRD]
    return Outage(
        environment=scene.random.choice(shared),
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        is_planned=is_planned,
    )
