"""Telling people once what they should know of a decision: a notice per person and key."""

from calendar_app.models import Vote
from releasemgr.activity.discussion import Notice
from releasemgr.portfolio.models import Person


def tell(people, code, gate, *, key, **parameters):
    """Tell persons (ids) something about a gate; who was told under the same key hears nothing again."""
    notices = [
        Notice(
            person_id=person_id,
            code=code,
            parameters={"gate": gate.name, "release": gate.release.name, **parameters},
            noun="gate",
            subject_id=gate.pk,
            path=f"calendar/gates/{gate.pk}/approval/",
            key=key,
        )
        for person_id in sorted(set(people))
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def tell_awaited(standing):
    """Tell those whose vote is wanted, once for each state of what the gate covers."""
    renewing = {vote.cast_by_id for vote in standing.former}
    actors, key = _asked(standing), _key(standing)
    changes = standing.round.record.get("changed", [])
    tell(actors - renewing, "vote-wanted", standing.gate, key=key)
    tell(actors & renewing, "vote-renewal", standing.gate, key=key, changes=changes)


def untold(standings):
    """The gates of Standings where somebody's vote is wanted who was not told of it; in one statement."""
    waiting = [standing for standing in standings if standing.round and standing.judgement]
    wanted = {(actor, _key(standing)) for standing in waiting for actor in _asked(standing)}
    if not wanted:
        return []
    people, keys = ({pair[place] for pair in wanted} for place in (0, 1))
    told = set(Notice.objects.filter(person__in=people, key__in=keys).values_list("person_id", "key"))
    missing = {key for _actor, key in wanted - told}
    return [standing.gate for standing in waiting if _key(standing) in missing]


def tell_stale(gate, taken_back):
    """Tell those who decided a round that their decision no longer holds, and what changed."""
    people = set()
    for vote in Vote.objects.filter(round=taken_back):
        people |= {vote.person_id, vote.cast_by_id}
    if taken_back.decided_by_id:
        people |= set(Person.objects.filter(user_id=taken_back.decided_by_id).values_list("pk", flat=True))
    changes = taken_back.revoked_because.get("changes", [])
    tell(people, "decision-stale", gate, key=f"stale:{taken_back.pk}", changes=changes)


def _asked(standing):
    """Ids of those whose vote is wanted, each once, for however many people they speak."""
    return {actor for actor, _person in standing.judgement.awaited}


def _key(standing):
    """Names what is asked: the round, and what the gate covers now."""
    return f"vote:{standing.round.pk}:{standing.digest[:24]}"
