"""Releases may not wait for each other in a circle: nobody could begin."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from calendar_app.models import Dependency, Release
from releasemgr.tenancy.models import next_numbers


def reserve_numbers(count):
    """Numbers for new dependencies. Their counter stays locked: of two requests that close a circle one sees the other."""
    return next_numbers("dependency", count)


def take_turns():
    """Wait for whoever is asking or bringing a dependency back at this moment."""
    next_numbers("dependency", 0)


def refuse_cycles(dependencies):
    """Refuse dependencies (unsaved, or as they would be) that close a circle, naming it. Call `take_turns` before."""
    edges = _edges(besides={one.pk for one in dependencies})
    for one in dependencies:
        way = _way(edges, one.provider_id, one.release_id)
        if way:
            raise ValidationError(
                {
                    "provider": _("They would wait for each other: %(way)s.")
                    % {"way": _named([one.release_id, *way])}
                },
                code="cycle",
            )
        edges[one.release_id].add(one.provider_id)


def _edges(besides):
    """``{release: {providers}}`` of what is still to be met, by id."""
    edges = defaultdict(set)
    alive = Dependency.objects.alive().exclude(pk__in=besides)
    for release_id, provider_id in alive.values_list("release_id", "provider_id"):
        edges[release_id].add(provider_id)
    return edges


def _way(edges, start, goal):
    """The shortest way from one release to another along what each needs, both included; None without one."""
    came_from, waiting = {start: None}, [start]
    for here in waiting:
        if here == goal:
            return _back(came_from, goal)
        for there in sorted(edges[here] - came_from.keys()):
            came_from[there] = here
            waiting.append(there)
    return None


def _back(came_from, goal):
    way = []
    while goal is not None:
        way.append(goal)
        goal = came_from[goal]
    return way[::-1]


def _named(ids):
    rows = Release.objects.in_bulk(ids)
    return " → ".join(f"{rows[pk].reference} {rows[pk]}" for pk in ids)
