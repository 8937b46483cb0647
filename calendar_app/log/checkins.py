"""The weekly check-in: owners say of all their releases at once how they stand, with dates and new risks.

All of it is one act: written whole or not at all. What somebody else changed since the page was opened is a lost
race on that field alone, and nobody's word is overwritten unseen.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from calendar_app.exceptions.effects import check_baselined
from calendar_app.log.items import raise_items
from calendar_app.models import CheckIn, LogItem, Phase, Release
from calendar_app.releases.moves import Move, revisions_of
from calendar_app.releases.phases import check_phase
from releasemgr.activity.models import Entry
from releasemgr.changes.nouns import one_act
from releasemgr.changes.revisions import Collision, Moved, Revision, create, revise

WEEKS_SHOWN = 12


@dataclass(frozen=True)
class Word:
    """One value on the page: what it was when the page was opened, and what the author says."""

    seen: Any
    said: Any


@dataclass(frozen=True)
class Said:
    """What somebody says of a release; ``version`` is that of the check-in on the page, 0 when there was none.

    ``phases`` maps a Phase to the Words of its first and last day.
    """

    release: Release
    version: int
    health: str
    sentence: str
    target: Word
    phases: dict[Phase, tuple[Word, Word]] = field(default_factory=dict)
    risk: LogItem | None = None


class Refused(Exception):
    """Rows that break a rule; nothing was written. ``errors`` maps a release's id to its ValidationError."""

    def __init__(self, errors):
        self.errors = errors
        super().__init__(", ".join(str(pk) for pk in errors))


def check_in(sayings, week, *, by, at):
    """Write what was said of releases in a week, move what is to move, and raise the new risks.

    Raises Refused with every row that breaks a rule, or Moved with every value that somebody else changed first.
    """
    collisions = [collision for said in sayings for collision in _moved_dates(said)]
    if collisions:
        raise Moved(collisions)
    stored = {one.release_id: one for one in _of_week(sayings, week)}
    _refuse_unseen(sayings, stored)
    with transaction.atomic(), one_act():
        revise(_revisions(sayings, stored, by=by, at=at), by=by, at=at, verb="checked in")
        first = [said for said in sayings if said.release.pk not in stored]
        # The releases are locked now: who spoke of one of them a moment ago has committed and is seen.
        faster = {one.release_id: one for one in _of_week(first, week)}
        _refuse_unseen(first, faster)
        fresh = [_new(said, week, by=by, at=at) for said in first if said.release.pk not in faster]
        create(fresh, by=by, at=at, verb="checked in")
        raise_items([said.risk for said in sayings if said.risk], by=by, at=at)


def trend_of(release):
    """The latest check-ins of a release, oldest first."""
    latest = CheckIn.objects.filter(release=release).order_by("-week")[:WEEKS_SHOWN]
    return list(reversed(latest))


def latest_before(releases, week):
    """``{release id: CheckIn}`` of the last word on each release before a week, in one statement."""
    earlier = CheckIn.objects.filter(release__in=releases, week__lt=week)
    return {one.release_id: one for one in earlier.order_by("release", "-week").distinct("release")}


def _of_week(sayings, week):
    return CheckIn.objects.filter(release__in=[said.release.pk for said in sayings], week=week)


def _refuse_unseen(sayings, stored):
    """Refuse to overwrite what somebody else said of a release since the page was opened."""
    collisions = []
    for said in sayings:
        now = stored.get(said.release.pk)
        if (now.version if now else 0) != said.version and now is not None:
            collisions += _differences(now, said)
    if collisions:
        raise Moved(collisions)


def _differences(now, said):
    words = {"health": said.health, "sentence": said.sentence}
    return [
        Collision(now, name, mine, getattr(now, name), now.made_by_name, now.made_at)
        for name, mine in words.items()
        if getattr(now, name) != mine
    ]


def _moved_dates(said):
    """Collisions of dates: stored is neither what the author saw nor what the author says."""
    places = [(said.release, "target_date", said.target)]
    for phase, (first, last) in said.phases.items():
        places += [(phase, "starts_on", first), (phase, "ends_on", last)]
    for row, name, word in places:
        stored = getattr(row, name)
        if stored not in (word.seen, word.said):
            yield Collision(row, name, word.said, stored, *_last_change(row, name))


def _last_change(row, name):
    entry = Entry.objects.of(row).filter(changes__has_key=name).newest_first().first()
    return (entry.actor_name, entry.at) if entry else ("", None)


def _revisions(sayings, stored, *, by, at):
    """Everything that changes, one Revision a row: a phase that moves with its release takes the days said of it."""
    revisions = {said.release.pk: Revision(said.release, None, {}) for said in sayings}
    errors = {}
    targets = {said.release.pk: said.target.said for said in sayings}
    for said in sayings:
        try:
            check_baselined(said.release, said.target.said, at=at)
            for revision in _of_one(said, targets):
                earlier = revisions.get(revision.subject.pk)
                values = (earlier.values if earlier else {}) | revision.values
                revisions[revision.subject.pk] = replace(revision, values=values)
        except ValidationError as refusal:
            errors[said.release.pk] = refusal
        if said.release.pk in stored:
            now = stored[said.release.pk]
            revisions[now.pk] = Revision(now, now.version, _words(said, by=by, at=at, now=now))
    if errors:
        raise Refused(errors)
    return list(revisions.values())


def _of_one(said, targets):
    release = said.release
    if release.parent and targets.get(release.parent_id):
        release.parent.target_date = targets[release.parent_id]  # said of both at once: judged by the new day
    if said.target.said != release.target_date:
        yield from revisions_of([Move(release, said.target.said)])
        release.target_date = said.target.said
    for phase, (first, last) in said.phases.items():
        if (first.said, last.said) != (phase.starts_on, phase.ends_on):
            phase.release = release
            _check_phase(phase, first.said, last.said)
            yield Revision(phase, phase.version, {"starts_on": first.said, "ends_on": last.said})


def _check_phase(phase, starts_on, ends_on):
    """As `check_phase`, with the name of the phase: a row of the page has several."""
    try:
        check_phase(phase, starts_on, ends_on, kind=phase.kind)
    except ValidationError as refusal:
        raise ValidationError([f"{phase}: {message}" for message in refusal.messages]) from refusal


def _words(said, *, by, at, now):
    """The new words of a check-in; who and when only where something is said anew."""
    words = {"health": said.health, "sentence": said.sentence, "target_date": said.target.said}
    if all(getattr(now, name) == value for name, value in words.items()):
        return {}
    return words | {"made_at": at, "made_by_id": by.pk if by else None, "made_by_name": str(by) if by else ""}


def _new(said, week: date, *, by, at):
    return CheckIn(
        release=said.release,
        week=week,
        health=said.health,
        sentence=said.sentence,
        target_date=said.target.said,
        made_at=at,
        made_by_id=by.pk if by else None,
        made_by_name=str(by) if by else "",
    )
