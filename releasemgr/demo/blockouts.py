"""Planting blockouts, hard and soft, and a release that is planned right into one."""

from datetime import date, timedelta

from calendar_app.models import Blockout, ReleaseImpact
from releasemgr.demo.flow import planned_release

_QUARTER_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))


def plant_blockouts(scene):
    """Plant the year-end close, quarter ends, and two blockouts near today, one of them with a clash."""
    root = scene.nodes[scene.org.name]
    first_division = scene.nodes[next(iter(scene.blueprint.tree))]
    last_division = scene.nodes[list(scene.blueprint.tree)[-1]]
    hard_on = scene.in_days(9)
    rows = [
        *(_year_end(scene, root, year) for year in (scene.today.year - 1, scene.today.year)),
        *(_quarter_end(scene, last_division, day) for day in _quarter_ends(scene)),
        Blockout(
            name="Move to the second data centre",
            reason="The network between the sites is rebuilt; nothing may change meanwhile.",
            portfolio=first_division,
            starts_at=scene.at(hard_on, 18),
            ends_at=scene.at(hard_on + timedelta(days=2), 6),
        ),
        Blockout(
            name="Customer campaign",
            reason="More visitors than usual; deploy only what cannot wait.",
            is_hard=False,
            project=_busiest(scene),
            starts_at=scene.at(scene.in_days(14)),
            ends_at=scene.at(scene.in_days(19)),
        ),
    ]
    scene.plant(rows)
    _clash(scene, first_division, hard_on + timedelta(days=1))


def _year_end(scene, root, year):
    return Blockout(
        name=f"Year-end close {year}",
        reason="Books are closed; only corrections agreed with the finance division.",
        portfolio=root,
        starts_at=scene.at(date(year, 12, 18)),
        ends_at=scene.at(date(year + 1, 1, 5)),
    )


def _quarter_ends(scene):
    days = [date(scene.today.year + back, *day) for back in (-1, 0) for day in _QUARTER_ENDS]
    return [day for day in days if abs((day - scene.today).days) < 300]


def _quarter_end(scene, node, day):
    return Blockout(
        name=f"Quarter end {day:%B %Y}",
        reason="Reports to the supervisor are prepared.",
        is_hard=False,
        portfolio=node,
        starts_at=scene.at(day - timedelta(days=2)),
        ends_at=scene.at(day + timedelta(days=4)),
    )


def _busiest(scene):
    return list(scene.projects.values())[-1]


def _clash(scene, division, day):
    """An independent release below the blocked node, planned inside the hard blockout."""
    below = {division.pk} | {node.pk for node in scene.nodes.values() if node.parent_id == division.pk}
    owned = [one for one in scene.blueprint.projects if one.owns and scene.nodes[one.node].pk in below]
    release, deployment = planned_release(scene, scene.applications[owned[-1].owns], day)
    scene.plant([release], noun="release")
    scene.plant([ReleaseImpact(release=release, application=deployment.application)])
    scene.plant([deployment], noun="deployment")
