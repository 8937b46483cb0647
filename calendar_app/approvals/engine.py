"""The rules of approval, without a database: what is met, who is waited for, who may speak for whom.

People, rules and gates are any hashable keys. One person counts once: what they say for themselves and for those
they stand in for together fills one seat, in the rule where it lets the most rules be met. A rejection ends a round
as soon as the rules can no longer all be met. Nobody stands in for a stand-in.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from calendar_app.approvals.matching import fill, filled, most_met


@dataclass(frozen=True)
class Rule:
    """``needed`` of ``members`` must approve; rules of a ``step`` are asked once all earlier steps are met."""

    key: Any
    needed: int
    members: frozenset
    step: int = 1
    allows_own: bool = False

    def admits(self, person, actor, requester):
        """Whether a word of ``actor`` in the name of ``person`` may count: the requester's only when allowed."""
        return person in self.members and (self.allows_own or requester not in {person, actor})


@dataclass(frozen=True)
class Word:
    """What was said in the name of ``person`` by ``actor`` (themselves, their delegate or their deputy)."""

    person: Any
    actor: Any
    approves: bool = True


@dataclass(frozen=True)
class Away:
    """Local days, both inclusive, on which ``person`` is away; ``deputy`` may be None."""

    person: Any
    deputy: Any
    starts_on: Any
    ends_on: Any


class State(Enum):
    """How a rule stands; a rule is impossible when not enough people are left who could approve."""

    MET = "met"
    WAITING = "waiting"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True)
class Judged:
    """One rule: its state, whether its step is asked now, and whose words (by ``person``) count for it."""

    rule: Rule
    state: State
    is_open: bool
    people: tuple


@dataclass(frozen=True)
class Judgement:
    """How a round stands.

    ``counted`` maps the person of each word that counts to the key of its rule. ``awaited`` are ``(actor, person)``
    whose approval would fill a seat now; ``voices`` maps each actor to the people for whom they may speak now.
    """

    rules: tuple[Judged, ...]
    counted: dict = field(default_factory=dict)
    awaited: tuple = ()
    voices: dict = field(default_factory=dict)
    is_met: bool = False
    is_rejected: bool = False

    @property
    def seated(self):
        """How many seats are filled."""
        return len(self.counted)

    @property
    def missing(self):
        """How many approvals the round still needs, over all its steps."""
        return sum(judged.rule.needed for judged in self.rules) - self.seated


def judge(rules, words, *, stand_ins, requester=None):
    """How a round with these rules and words stands; ``stand_ins`` maps a person to who acts for them today."""
    words = sorted(words, key=lambda word: str(word.person))
    approvals = [word for word in words if word.approves]
    asked, placed = _allocate(rules, _eligible(rules, approvals, requester))
    counted = _whose(rules, approvals, placed, requester)
    before, now = (_impossible(rules, words, requester, heed=heed) for heed in (False, True))
    judged = tuple(_judged(rule, asked, placed, counted, now) for rule in rules)
    is_met = bool(rules) and all(one.state == State.MET for one in judged)
    voices = _voices(asked, words, stand_ins, requester)
    return Judgement(
        rules=judged,
        counted=counted,
        awaited=() if is_met else _awaited(asked, placed, approvals, voices, words, stand_ins, requester),
        voices=voices,
        is_met=is_met,
        is_rejected=not is_met and len(now) > len(before),
    )


def stand_ins(absences, delegations, today):
    """``{person: actor}``: a delegate chosen for the round, else the deputy of somebody away today."""
    found = {}
    for away in sorted(absences, key=lambda away: (away.starts_on, str(away.deputy))):
        if away.deputy is not None and away.starts_on <= today <= away.ends_on:
            found[away.person] = away.deputy
    return found | dict(delegations)


def _eligible(rules, approvals, requester):
    """``{actor: [rule key, …]}``: every rule for which one of an actor's words may count."""
    found = {}
    for word in approvals:
        for rule in rules:
            if rule.admits(word.person, word.actor, requester):
                keys = found.setdefault(word.actor, [])
                if rule.key not in keys:
                    keys.append(rule.key)
    return found


def _allocate(rules, eligible):
    """``(rules asked so far, {actor: rule key})``: step by step, as many rules met as can be."""
    seats, met, asked = {rule.key: rule.needed for rule in rules}, [], []
    for step in sorted({rule.step for rule in rules}):
        here = [rule for rule in rules if rule.step == step]
        asked += here
        chosen = most_met([rule.key for rule in here], seats, eligible, kept=met)
        met += chosen
        if len(chosen) < len(here):
            break
    placed = fill({key: seats[key] for key in met}, eligible)
    return asked, fill({rule.key: rule.needed for rule in asked}, eligible, placed)


def _whose(rules, approvals, placed, requester):
    """``{person: rule key}`` of the words that count: of an actor's words their own first."""
    by_key, counted = {rule.key: rule for rule in rules}, {}
    for actor, key in placed.items():
        words = [
            word
            for word in approvals
            if word.actor == actor and by_key[key].admits(word.person, actor, requester)
        ]
        counted[min(words, key=lambda word: word.person != actor).person] = key
    return counted


def _judged(rule, asked, placed, counted, impossible):
    people = tuple(person for person, key in counted.items() if key == rule.key)
    state = State.WAITING
    if filled(placed).get(rule.key, 0) >= rule.needed:
        state = State.MET
    elif rule.key in impossible:
        state = State.IMPOSSIBLE
    return Judged(rule, state, rule in asked, people)


def _impossible(rules, words, requester, *, heed):
    """Keys of the rules that cannot be met even if everybody left approves; ``heed``: whoever rejected does not."""
    against = {word.person for word in words if not word.approves} if heed else set()
    people = sorted({person for rule in rules for person in rule.members} - against, key=str)
    eligible = {
        person: [rule.key for rule in rules if rule.admits(person, person, requester)] for person in people
    }
    seats = {rule.key: rule.needed for rule in rules}
    return set(seats) - set(most_met(seats, seats, eligible))


def _voices(asked, words, stands_in, requester):
    """``{actor: (person, …)}``: everybody named in a rule that is asked, and who stands in for them."""
    spoken, found = {word.person: word.actor for word in words}, {}
    for person in sorted({person for rule in asked for person in rule.members}, key=str):
        own_word = spoken.get(person) == person
        for actor in dict.fromkeys((person, stands_in.get(person, person))):
            admitted = any(rule.admits(person, actor, requester) for rule in asked)
            if admitted and (actor == person or not own_word):
                found.setdefault(actor, []).append(person)
    return {actor: tuple(people) for actor, people in found.items()}


def _awaited(asked, placed, approvals, voices, words, stands_in, requester):
    """``(actor, person)`` who could fill one more seat by approving: the stand-in first, else the person."""
    seats = {rule.key: rule.needed for rule in asked}
    spoken, found = {word.person: word for word in words}, []
    for person in sorted({person for people in voices.values() for person in people}, key=str):
        if person in spoken and (not spoken[person].approves or spoken[person].actor == person):
            continue
        for actor in dict.fromkeys((stands_in.get(person, person), person)):
            others = [word for word in approvals if word.person != person]
            eligible = _eligible(asked, [*others, Word(person, actor)], requester)
            if person in voices.get(actor, ()) and len(fill(seats, eligible)) > len(placed):
                found.append((actor, person))
                break
    return tuple(found)
