"""Whether anything relied on an exception while it was in force; judged once, when it ends."""

from datetime import date

from calendar_app.gates.rollup import PASSED
from calendar_app.models import Claim, ExceptionRequest, GateRound, Nomination, WorkItem
from releasemgr.activity.models import Entry

Kind = ExceptionRequest.Kind


def was_used(request):
    """Whether what a granted request allowed was done between its decision and its end."""
    return _USES[request.kind](request).exists()


def _late_entries(request):
    """Late nominations that were let in; the one it names, if it names one."""
    found = Nomination.objects.filter(release=request.release_id, is_late=True, child__isnull=False)
    named = found.filter(pk=request.nomination_id) if request.nomination_id else found
    return named.filter(**_during(request, "decided_at"))


def _late_scope(request):
    """Work that came in."""
    return WorkItem.objects.filter(release=request.release_id, **_during(request, "added_at"))


def _work_in_blockout(request):
    """What stood planned, or took place, in the part of the blockout that it allowed."""
    starts_at = max(request.blockout.starts_at, request.decided_at)
    ends_at = min(request.blockout.ends_at, request.expires_at)
    planned = Claim.objects.filter(kind__in=[Claim.Kind.DEPLOYMENT, Claim.Kind.GO_LIVE])
    return planned.filter(release_id=request.release_id, starts_at__lt=ends_at, ends_at__gt=starts_at)


def _moves(request):
    """Moves of the release behind its baseline."""
    promised = (request.release.baseline_date or date.min).isoformat()
    entries = Entry.objects.of(request.release).filter(changes__target_date__1__gt=promised)
    return entries.filter(**_during(request, "at"))


def _passes(request):
    """Passes of the gate whose criterion was waived."""
    rounds = GateRound.objects.filter(gate__criteria=request.criterion_id, decision__in=PASSED)
    return rounds.filter(**_during(request, "decided_at"))


def _during(request, field):
    return {f"{field}__gte": request.decided_at, f"{field}__lt": request.expires_at}


_USES = {
    Kind.LATE_ENTRY: _late_entries,
    Kind.LATE_SCOPE: _late_scope,
    Kind.BLOCKOUT: _work_in_blockout,
    Kind.BASELINE_MOVE: _moves,
    Kind.WAIVER: _passes,
}
