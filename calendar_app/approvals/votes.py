"""What the people of a rule do in a round: vote, change it, take it back, let another decide for them.

Each verb locks the gate first and brings up to date what it covers, so that nobody votes on what somebody changed
meanwhile: a vote names the state its author saw.
"""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.approvals.conclusions import conclude, locked, refresh
from calendar_app.approvals.standings import standing_of
from calendar_app.models import Delegation, Vote
from calendar_app.models.releases import NotPossible
from releasemgr.activity.trail import record
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Revision, create, revise, settle

Verdict = Vote.Verdict


class CoverageMoved(ValidationError):
    """What the gate covers changed after its author looked; nothing was written."""


class NotNamed(NotPossible):
    """No rule of the gate names the person now, themselves or for somebody else."""


def vote(gate, verdict, *, person, actor, seen, by, at, note="", conditions=()):
    """Say what ``person`` thinks of a submitted gate; ``actor`` says it. Returns the Vote.

    ``seen`` is the digest of what the author saw covered. A second vote of a person replaces the first; the last
    signature that was needed decides the gate in the same act. Raises NotNamed and CoverageMoved.
    """
    verdict = _checked(verdict, note, conditions)
    with _round_of(gate, at=at) as standing:
        _require_voice(standing, actor, person)
        if seen != standing.digest:
            raise CoverageMoved(_("What this gate covers changed while you were deciding. Look again."))
        values = {
            "cast_by": actor,
            "verdict": verdict,
            "note": note,
            "conditions": list(conditions) if verdict == Verdict.CONDITIONAL else [],
            "digest": standing.digest,
            "cast_at": at,
        }
        given = Vote.objects.filter(round=standing.round, person=person).first()
        if given is None:
            rows = create(
                [Vote(round=standing.round, person=person, **values)], by=by, at=at, verb="voted"
            ).rows
        else:
            rows = revise([Revision(given, None, values)], by=by, at=at, verb="voted").rows
        conclude([standing.gate], by=by, at=at)
    return rows[0]


def take_back(gate, *, person, actor, by, at):
    """Withdraw what was said for a person, while the round is undecided."""
    with _round_of(gate, at=at) as standing:
        given = Vote.objects.filter(round=standing.round, person=person).first()
        if given is None or actor.pk not in {given.person_id, given.cast_by_id}:
            raise NotNamed(_("There is no vote of yours to take back."))
        record(by=by, verb="withdrawn", at=at, subject=given)
        given.delete()
        conclude([standing.gate], by=by, at=at)


def delegate(gate, *, person, to, by, at):
    """Let another person decide this round in one's place; an earlier choice is replaced. None takes it back."""
    with _round_of(gate, at=at) as standing:
        if to is not None and to.pk == person.pk:
            raise ValidationError({"delegate": _("Choose somebody else.")})
        _require_voice(standing, person, person)
        if any(vote.person_id == person.pk for vote in standing.votes):
            raise NotPossible(_("You have voted already. Take your vote back first."))
        for row in Delegation.objects.filter(round=standing.round, person=person):
            record(by=by, verb="withdrawn", at=at, subject=row)
            row.delete()
        if to is not None:
            row = Delegation(round=standing.round, person=person, delegate=to, given_at=at)
            create([row], by=by, at=at, verb="delegated")
        settle([standing.round], at=at)


@contextmanager
def _round_of(gate, *, at):
    """The Standing of a submitted gate, locked and with what it covers now; one act."""
    with transaction.atomic(), one_act():
        (now,) = locked([gate])
        refresh([now], at=at)
        standing = standing_of(now, at=at)
        if not standing.is_asked or not now.release.is_open:
            raise NotPossible(
                _("%(gate)s is “%(state)s” by now; nobody votes on it.")
                % {"gate": now, "state": now.get_state_display()}
            )
        yield standing


def _require_voice(standing, actor, person):
    voices = standing.judgement.voices if standing.judgement else {}
    if person.pk not in voices.get(actor.pk, ()):
        raise NotNamed(_("No rule of this gate asks you for %(person)s now.") % {"person": person})


def _checked(verdict, note, conditions):
    if verdict not in Verdict:
        raise ValidationError({"verdict": _("Choose what you say.")})
    if verdict == Verdict.REJECT and not note.strip():
        raise ValidationError({"note": _("Say why not.")})
    if verdict == Verdict.CONDITIONAL and not conditions:
        raise ValidationError({"verdict": _("Name at least one condition, its owner and its day.")})
    return Verdict(verdict)
