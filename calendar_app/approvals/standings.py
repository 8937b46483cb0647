"""How gates stand with those who decide them: rules, votes, who is asked, and what stands in the way of a pass."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from calendar_app.approvals.engine import Away, Judgement, Rule, Word, judge, stand_ins
from calendar_app.gates.coverage import digest
from calendar_app.gates.criteria import blocking
from calendar_app.gates.rollup import missing
from calendar_app.models import (
    Absence,
    ApprovalRule,
    ApprovalSeat,
    Delegation,
    Dependency,
    Gate,
    GateRound,
    GroupMember,
    Vote,
)
from releasemgr.portfolio.models import Person
from releasemgr.tenancy.days import local_date
from releasemgr.tenancy.scope import current_org


@dataclass(frozen=True)
class Obstacles:
    """What stands in the way of a pass although nobody rejected it."""

    criteria: list = field(default_factory=list)
    gates: list = field(default_factory=list)
    dependencies: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.criteria or self.gates or self.dependencies)


@dataclass(frozen=True)
class Standing:
    """A gate before those who decide it.

    ``round`` is its newest round (None before the first); ``votes`` count, ``former`` were given on what the gate
    covered before and need renewing. ``judgement`` is None for a gate without rules: one holder of the permission
    decides it. ``people`` are all persons it names, by id.
    """

    gate: Gate
    round: GateRound | None
    rules: list
    votes: list
    former: list
    judgement: Judgement | None
    requester: Person | None
    obstacles: Obstacles
    people: dict
    stand_ins: dict = field(default_factory=dict)

    @property
    def is_asked(self):
        """Whether a decision is asked for and not yet made."""
        return self.gate.state == Gate.State.SUBMITTED and self.round is not None

    @property
    def is_ready(self):
        """All have signed and nothing stands in the way."""
        return self.judgement is not None and self.judgement.is_met and not self.obstacles

    @property
    def digest(self):
        """What the newest round covers, in short."""
        return digest(self.round.covered) if self.round else ""


@dataclass(frozen=True)
class _Read:
    """What was read for a set of gates; keys are ids of gates, rules and rounds."""

    rounds: dict
    rules: dict
    members: dict
    votes: dict
    delegations: dict
    away: list
    people: dict
    obstacles: dict
    today: date


def standings(gates, *, at):
    """``{gate.pk: Standing}`` of gates (with their release), in a fixed number of statements."""
    ids, today = [gate.pk for gate in gates], local_date(at, current_org().zone)
    rounds = {one.gate_id: one for one in GateRound.objects.filter(gate__in=ids).order_by("number")}
    rules = _rules(ids)
    members = _members(rules)
    votes = _of_round(Vote, rounds)
    delegations = _of_round(Delegation, rounds)
    away = _absences({pk for found in members.values() for pk in found}, today)
    people = _people(rounds, members, votes, delegations, away)
    obstacles = obstacles_of(gates, at)
    read = _Read(rounds, rules, members, votes, delegations, away, people, obstacles, today)
    return {gate.pk: _standing(gate, read) for gate in gates}


def standing_of(gate, *, at):
    """The Standing of one gate."""
    return standings([gate], at=at)[gate.pk]


def obstacles_of(gates, at):
    """``{gate.pk: Obstacles}``: criteria neither met nor waived, gates below, dependencies; in four statements."""
    criteria, below, needs = blocking(gates, at), missing(gates), defaultdict(list)
    found = Dependency.objects.unmet(local_date(at, current_org().zone)).filter(
        gate__in=[gate.pk for gate in gates]
    )
    for need in found.select_related("provider").order_by("needed_by", "pk"):
        needs[need.gate_id].append(need)
    return {gate.pk: Obstacles(criteria[gate.pk], below[gate.pk], needs[gate.pk]) for gate in gates}


def engine_rules(rules, members):
    """Rules as the engine reads them; ``members`` maps a rule's id to the ids of its people."""
    return [
        Rule(rule.pk, rule.needed, frozenset(members[rule.pk]), rule.step, rule.allows_own) for rule in rules
    ]


def _standing(gate, read):
    asked, rules = read.rounds.get(gate.pk), read.rules[gate.pk]
    if asked is None:
        return Standing(gate, None, rules, [], [], None, None, read.obstacles[gate.pk], read.people)
    current, given = digest(asked.covered), read.votes[asked.pk]
    counting = [vote for vote in given if vote.digest == current]
    requester = _requester(asked, read.people)
    taken = {one.person_id: one.delegate_id for one in read.delegations[asked.pk]}
    acting = stand_ins(read.away, taken, read.today)
    return Standing(
        gate=gate,
        round=asked,
        rules=rules,
        votes=counting,
        former=[vote for vote in given if vote.digest != current],
        judgement=_judgement(rules, read.members, counting, acting, requester),
        requester=requester,
        obstacles=read.obstacles[gate.pk],
        people=read.people,
        stand_ins=acting,
    )


def _judgement(rules, members, votes, acting, requester):
    if not rules:
        return None
    words = [Word(vote.person_id, vote.cast_by_id, vote.verdict != Vote.Verdict.REJECT) for vote in votes]
    asked_by = requester.pk if requester else None
    return judge(engine_rules(rules, members), words, stand_ins=acting, requester=asked_by)


def _requester(asked, people):
    if asked.submitted_by_id is None:
        return None
    return next((one for one in people.values() if one.user_id == asked.submitted_by_id), None)


def _rules(ids):
    found = defaultdict(list)
    rows = ApprovalRule.objects.filter(gate__in=ids).select_related("group")
    for rule in rows.order_by("step", "name", "pk"):
        found[rule.gate_id].append(rule)
    return found


def _members(rules):
    """``{rule id: [person id, …]}``: the people of its group and those it names."""
    flat = [rule for group in rules.values() for rule in group]
    in_group, found = defaultdict(list), defaultdict(list)
    groups = {rule.group_id for rule in flat if rule.group_id}
    for group_id, person_id in GroupMember.objects.filter(group__in=groups).values_list(
        "group_id", "person_id"
    ):
        in_group[group_id].append(person_id)
    for rule in flat:
        found[rule.pk] += in_group[rule.group_id]
    named = ApprovalSeat.objects.filter(rule__in=[rule.pk for rule in flat])
    for rule_id, person_id in named.values_list("rule_id", "person_id"):
        found[rule_id].append(person_id)
    return found


def _of_round(model, rounds):
    found = defaultdict(list)
    for row in model.objects.filter(round__in=[one.pk for one in rounds.values()]).order_by("pk"):
        found[row.round_id].append(row)
    return found


def _absences(people, today):
    rows = Absence.objects.filter(person__in=people, starts_on__lte=today, ends_on__gte=today)
    return [Away(row.person_id, row.deputy_id, row.starts_on, row.ends_on) for row in rows.order_by("pk")]


def _people(rounds, members, votes, delegations, away):
    ids = {pk for group in members.values() for pk in group} | {one.deputy for one in away if one.deputy}
    for vote in (vote for group in votes.values() for vote in group):
        ids |= {vote.person_id, vote.cast_by_id}
    ids |= {one.delegate_id for group in delegations.values() for one in group}
    accounts = {one.submitted_by_id for one in rounds.values() if one.submitted_by_id}
    rows = [*Person.objects.filter(pk__in=ids), *Person.objects.filter(user_id__in=accounts)]
    return {person.pk: person for person in rows}
