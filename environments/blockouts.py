"""Which blockouts reach which environments, for the schedule: they forbid no booking, but what one books for."""

from collections import defaultdict

from django.db.models import Q
from django.urls import get_script_prefix

from calendar_app.models import Claim
from releasemgr.portfolio.models import Portfolio
from releasemgr.timeline import Band

DRAWN = ("source_id", "resource_kind", "resource_id", "title", "path", "is_hard", "starts_at", "ends_at")


def bands(environments, period, scale):
    """A Band for each blockout of ``period`` that reaches one of ``environments``, in lanes named by their keys.

    One reaches the environments of the applications it holds for, and environments that serve every application
    when it holds for the whole organisation, that is for a node at the top of the tree. One statement.
    """
    lanes_of = defaultdict(set)
    for environment in environments:
        lanes_of[environment.application_id].add(environment.key)
    reach = Q(resource_kind=Claim.Resource.APPLICATION, resource_id__in=[pk for pk in lanes_of if pk])
    if None in lanes_of:
        top = Portfolio.objects.filter(parent=None).values("pk")
        reach |= Q(resource_kind=Claim.Resource.PORTFOLIO, resource_id__in=top)
    claims = Claim.objects.filter(
        reach, kind=Claim.Kind.BLOCKOUT, starts_at__lt=period.ends_at, ends_at__gt=period.starts_at
    )
    found, lanes = {}, defaultdict(set)
    for claim in claims.only(*DRAWN).order_by("starts_at", "title", "pk"):
        found[claim.source_id] = claim
        of_all = claim.resource_kind == Claim.Resource.PORTFOLIO
        lanes[claim.source_id] |= lanes_of[None if of_all else claim.resource_id]
    return [_band(claim, frozenset(lanes[pk]), scale) for pk, claim in found.items()]


def _band(claim, lanes, scale):
    start, end = scale.span(claim.starts_at, claim.ends_at)
    return Band(
        claim.title, start, end, hard=claim.is_hard, url=f"{get_script_prefix()}{claim.path}", lanes=lanes
    )
