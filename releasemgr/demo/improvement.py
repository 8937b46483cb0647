"""Planting what people decided: improvement actions on figures, and conflicts that are lived with or worked on."""

from datetime import timedelta

from calendar_app.conflicts.decisions import accept, assign
from calendar_app.models import Conflict
from improvement.models import Action
from releasemgr.demo.flow import IMPROVED_DAYS
from reporting.scopes import find_scope

# Figure, scope, period, title, what is done, what is expected, state, days ago in effect.
_ACTIONS = (
    (
        "F1",
        "application:web-banking",
        "week",
        "Deploy web banking by ourselves",
        "The team deploys in office hours with feature switches instead of waiting for the weekend window.",
        "Half as many deployments again",
        Action.State.MEASURING,
        IMPROVED_DAYS,
    ),
    (
        "F1",
        "application:sender-portal",
        "week",
        "Release the portal without a freeze",
        "Tests that were run by hand run on every change.",
        "More and smaller deployments",
        Action.State.MEASURING,
        IMPROVED_DAYS,
    ),
    (
        "G1",
        "",
        "quarter",
        "Checklist before a gate is submitted",
        "The owner of a gate ticks the evidence before submitting it.",
        "Nine of ten gates pass at once",
        Action.State.RUNNING,
        None,
    ),
    (
        "E6",
        "",
        "month",
        "Decide bookings within a day",
        "The environment managers take turns on duty for requests.",
        "Median below eight hours",
        Action.State.PROPOSED,
        None,
    ),
)
_ACCEPTED_DAYS = 30


def plant_actions(scene):
    """Plant the improvement actions whose scope the organisation has."""
    rows = [
        _action(scene, row)
        for row in _ACTIONS
        if not row[1] or row[1].removeprefix("application:") in scene.applications
    ]
    scene.plant(rows, noun="action")


def _action(scene, row):
    metric, parameter, period_type, title, what, expected, state, days_ago = row
    scope = find_scope(scene.org, parameter)
    effective_on = scene.in_days(-days_ago) if days_ago else None
    return Action(
        title=title,
        metric=metric,
        scope_id=scope.id,
        scope=scope.parameter,
        period_type=period_type,
        what=what,
        expected=expected,
        owner=scene.someone(),
        state=state,
        effective_on=effective_on,
        opened_at=scene.at((effective_on or scene.today) - timedelta(days=30), 10),
    )


def plant_conflict_decisions(scene):
    """Live with a tenth of the conflicts for a month, and have people work on a third of the others."""
    conflicts = list(
        Conflict.objects.order_by("starts_at", "first_title", "second_title", "rule", "occurrence")
    )
    accepted = conflicts[::10]
    accept(
        accepted,
        reason="Both teams share the same crew that weekend and have agreed on the order.",
        until=scene.in_days(_ACCEPTED_DAYS),
        by=None,
        at=scene.now,
        today=scene.today,
    )
    assigned = [conflict for conflict in conflicts[1::3] if conflict not in accepted]
    for start in range(0, len(assigned), 5):
        assign(assigned[start : start + 5], scene.someone(), by=None, at=scene.now)
