"""For whom a person may speak at a gate, and what their signature would do."""

from dataclasses import dataclass

from calendar_app.approvals.engine import Word, judge
from calendar_app.approvals.words import sets_off, signature_words
from calendar_app.models import Phase, Release, Vote
from releasemgr.portfolio.models import Person


@dataclass(frozen=True)
class Voice:
    """A person who looks at a gate: for whom they may vote now, and which votes they gave."""

    person: Person | None
    principals: list
    votes: list

    def __bool__(self):
        return bool(self.principals)


def person_of(user):
    """The Person of an account; None for one that is nobody here."""
    return Person.objects.filter(user_id=user.pk).first()


def voice_of(standing, person):
    """The Voice of ``person`` (None for an account without a person)."""
    if (
        person is None
        or standing.judgement is None
        or not standing.is_asked
        or not standing.gate.release.is_open
    ):
        return Voice(person, [], [])
    ids = standing.judgement.voices.get(person.pk, ())
    given = [vote for vote in [*standing.votes, *standing.former] if vote.cast_by_id == person.pk]
    return Voice(person, [standing.people[pk] for pk in ids], given)


def effects(standing, voice):
    """What an approval of ``voice`` sets off, in words, before it is given: ``[phrase, …]``; two statements."""
    gate = standing.gate
    next_phase = None
    if gate.phase:
        after = Phase.objects.filter(release=gate.release_id, position__gt=gate.phase.position)
        next_phase = after.exclude(status=Phase.Status.CANCELLED).order_by("position").first()
    manifest = 0
    if gate.release.kind == Release.Kind.ENTERPRISE:
        manifest = gate.release.children.exclude(status=Release.Status.CANCELLED).count()
    said = sets_off(standing, next_phase=next_phase, manifest=manifest)
    if voice and standing.judgement:
        said.insert(0, signature_words(_after(standing, voice), standing))
    return said


def _after(standing, voice):
    """The Judgement as it would be had ``voice`` approved for the first person they speak for."""
    spoken = voice.principals[0].pk
    words = [
        Word(vote.person_id, vote.cast_by_id, vote.verdict != Vote.Verdict.REJECT)
        for vote in standing.votes
        if vote.person_id != spoken
    ]
    rules = [one.rule for one in standing.judgement.rules]
    requester = standing.requester.pk if standing.requester else None
    return judge(
        rules, [*words, Word(spoken, voice.person.pk)], stand_ins=standing.stand_ins, requester=requester
    )
