"""A second opinion on decisions, without a database and without a line of the product: sets, and every way tried.

A release's gate "child" counts toward the gate "top" of the enterprise release above. Days are small integers.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import product

GATES = ("child", "top")
PASSED = ("passed", "conditional")


@dataclass(frozen=True)
class Asks:
    """``needed`` of ``members`` must approve, in the rules of a ``step``; ``own``: also whoever asked for it."""

    needed: int
    members: frozenset
    step: int = 1
    own: bool = False

    def admits(self, person, actor, requester):
        return person in self.members and (self.own or requester not in (person, actor))


@dataclass
class Ballots:
    """One gate: its rules, its state, and what was said in its newest round."""

    rules: tuple = ()
    state: str = "open"
    round: int = 0
    votes: dict = field(default_factory=dict)  # person: (actor, verdict, what was covered)
    delegates: dict = field(default_factory=dict)
    basis: tuple = ()  # what the pass covered, and whether it rests on a waiver
    conditions: int = 0  # not yet met
    criterion: str | None = None  # "open" or "met", once there is one
    waived_until: int = 0  # the day on which the waiver ends

    @property
    def is_asked(self):
        return self.state == "submitted"


class Model:
    """Both gates, who is away, the scope, the manifest, and whom somebody told what."""

    def __init__(self, child_rules, top_rules, requester):
        self.gates = {"child": Ballots(tuple(child_rules)), "top": Ballots(tuple(top_rules))}
        self.requester, self.day = requester, 0
        self.away, self.items, self.is_later, self.has_october = {}, frozenset(), False, False
        self.told = {}  # (gate, round, person, what was covered or None for a stale decision): code

    def covered(self, name):
        """What a decision is about; the enterprise gate covers the scope of its manifest but not its dates."""
        extra = self.is_later if name == "child" else self.has_october
        return self.items, extra, self.gates[name].criterion is not None

    def stand_in(self, name, person):
        deputy, first, last = self.away.get(person, (None, 0, 0))
        acting = deputy if deputy and first <= self.day <= last else person
        return self.gates[name].delegates.get(person, acting)

    def said(self, name):
        """The votes that count: those on what is covered now."""
        now = self.covered(name)
        votes = self.gates[name].votes.items()
        return {person: vote[:2] for person, vote in votes if vote[2] == now}

    def may_speak(self, name, actor, person):
        said = self.said(name)
        rules, _is_met = _asked(self.gates[name].rules, _approvals(said), self.requester)
        if not any(rule.admits(person, actor, self.requester) for rule in rules):
            return False
        spoke_themselves = said.get(person, (None,))[0] == person
        return actor == person or (actor == self.stand_in(name, person) and not spoke_themselves)

    def awaited(self, name):
        """``{(actor, person), …}`` whose approval would fill one more seat: the stand-in, else the person."""
        gate, said = self.gates[name], self.said(name)
        rules, is_met = _asked(gate.rules, _approvals(said), self.requester)
        if is_met:
            return set()
        filled, found = _filled(rules, _approvals(said), self.requester), set()
        for person in {person for rule in rules for person in rule.members}:
            actor, verdict = said.get(person, (None, None))
            if verdict == "reject" or actor == person:
                continue
            for actor in (self.stand_in(name, person), person):
                more = _approvals(said | {person: (actor, "approve")})
                if self.may_speak(name, actor, person) and _filled(rules, more, self.requester) > filled:
                    found.add((actor, person))
                    break
        return found

    def ask(self, name):
        gate = self.gates[name]
        gate.state, gate.votes, gate.delegates = "submitted", {}, {}
        gate.round += 1

    def reopen(self, name):
        """Whoever decided hears of it once."""
        gate = self.gates[name]
        gate.state, gate.basis = "open", ()
        for person, (actor, *_rest) in gate.votes.items():
            self.told |= {(name, gate.round, one, None): "decision-stale" for one in (person, actor)}

    def settle(self):
        """What follows by itself: stale decisions fall, from below upwards, and what is agreed on passes."""
        for name in GATES:
            gate = self.gates[name]
            if gate.state in PASSED and not self._holds(name):
                self.reopen(name)
        for name in GATES:
            self._conclude(name)

    def is_barred(self, name):
        gate = self.gates[name]
        is_missing = name == "top" and self.gates["child"].state not in PASSED
        return is_missing or gate.conditions > 0 or (gate.criterion == "open" and not self.is_waived(name))

    def is_waived(self, name):
        return self.day < self.gates[name].waived_until

    def _holds(self, name):
        gate = self.gates[name]
        covered, rests_on_waiver = gate.basis
        is_lapsed = rests_on_waiver and gate.criterion == "open" and not self.is_waived(name)
        is_below = name == "child" or self.gates["child"].state in PASSED
        return covered == self.covered(name) and not is_lapsed and is_below

    def _conclude(self, name):
        gate, said = self.gates[name], self.said(name)
        if gate.state == "conditional" and not gate.conditions:
            gate.state = "passed"
        if not gate.is_asked:
            return
        _rules, is_met = _asked(gate.rules, _approvals(said), self.requester)
        against = frozenset(person for person, (_actor, verdict) in said.items() if verdict == "reject")
        possible = [_reachable(gate.rules, heeded, self.requester) for heeded in (frozenset(), against)]
        if not is_met and possible[1] < possible[0]:
            gate.state = "rejected"
        elif is_met and not self.is_barred(name):
            gate.conditions = sum(verdict == "conditional" for _actor, verdict in said.values())
            gate.state = "conditional" if gate.conditions else "passed"
            gate.basis = self.covered(name), gate.criterion == "open"
        else:
            self._tell(name)

    def _tell(self, name):
        gate, now = self.gates[name], self.covered(name)
        renewing = {actor for actor, _verdict, covered in gate.votes.values() if covered != now}
        for actor, _person in self.awaited(name):
            code = "vote-renewal" if actor in renewing else "vote-wanted"
            self.told.setdefault((name, gate.round, actor, now), code)


def _approvals(said):
    """``{(person, actor), …}`` of the words that approve."""
    return frozenset((person, actor) for person, (actor, verdict) in said.items() if verdict != "reject")


@cache
def _asked(rules, approvals, requester):
    """``(the rules asked by now, whether all are met)``, by the best of all ways to seat each actor once."""
    steps = sorted({rule.step for rule in rules})
    best = max(_worth(rules, steps, seats) for seats in _seatings(rules, approvals, requester))
    wanted = tuple(sum(rule.step == step for rule in rules) for step in steps)
    return tuple(rule for rule in rules if rule.step in steps[: len(best)]), best == wanted


@cache
def _filled(rules, approvals, requester):
    """How many seats of ``rules`` can be filled at once."""
    return max(
        sum(min(seats.count(place), rule.needed) for place, rule in enumerate(rules))
        for seats in _seatings(rules, approvals, requester)
    )


@cache
def _reachable(rules, against, requester):
    """How many rules could still be met at once if everybody but ``against`` approved for themselves."""
    people = {person for rule in rules for person in rule.members} - against
    everybody = frozenset((person, person) for person in people)
    return max(
        sum(seats.count(place) >= rule.needed for place, rule in enumerate(rules))
        for seats in _seatings(rules, everybody, requester)
    )


def _seatings(rules, approvals, requester):
    """Every way to give each actor one place among the rules, or none."""
    choices = [
        [None, *(place for place, rule in enumerate(rules) if _may_sit(rule, actor, approvals, requester))]
        for actor in sorted({actor for _person, actor in approvals})
    ]
    return product(*choices)


def _may_sit(rule, actor, approvals, requester):
    return any(rule.admits(person, one, requester) for person, one in approvals if one == actor)


def _worth(rules, steps, seats):
    """How many rules are met in each step, as far as the steps before are met whole."""
    found = []
    for step in steps:
        here = [place for place, rule in enumerate(rules) if rule.step == step]
        found.append(sum(seats.count(place) >= rules[place].needed for place in here))
        if found[-1] < len(here):
            break
    return tuple(found)
