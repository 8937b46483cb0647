"""Dependencies that are met by themselves: the provider's gate passes, or the provider goes live; and no longer are."""

from django.db.models import Q

from calendar_app.dependencies.answers import before_waiver
from calendar_app.dependencies.requests import ALIVE
from calendar_app.models import Dependency, Gate, Release
from releasemgr.changes.revisions import Revision, revise

State = Dependency.State
_THERE = Q(provider_gate__state__in=[Gate.State.PASSED, Gate.State.CONDITIONAL]) | Q(
    provider__status=Release.Status.LIVE
)


def follow_providers(changed, at):
    """Satisfy what the gates and releases of an act provide, and need again what they took back; watches every act."""
    gates = {gate.pk for gate in changed.get(Gate, ())}
    releases = {release.pk for release in changed.get(Release, ())}
    asked = {dependency.pk for dependency in changed.get(Dependency, ())}
    if not gates and not releases and not asked:
        return
    touched = Dependency.objects.filter(
        Q(provider_gate__in=gates) | Q(provider__in=releases) | Q(pk__in=asked)
    ).order_by("pk")
    _set(touched.filter(_THERE, state__in=ALIVE), _met(at), at=at, verb="satisfied")
    by_itself = touched.filter(state=State.SATISFIED, satisfied_by_name="").exclude(_THERE)
    _set(by_itself, _needed_again, at=at, verb="needed again")


def _set(dependencies, values_of, *, at, verb):
    revise([Revision(row, None, values_of(row)) for row in dependencies], by=None, at=at, verb=verb)


def _met(at):
    return lambda _row: {"state": State.SATISFIED, "satisfied_at": at, "satisfied_by_name": ""}


def _needed_again(row):
    return {"state": before_waiver(row), "satisfied_at": None}
