"""The approval engine against a second opinion that tries every way to seat people."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from calendar_app.approvals.engine import Away, Rule, State, Word, judge, stand_ins

PEOPLE = ("ada", "ben", "cem", "dua")


def a_rule(key, members, needed=1, *, step=1, allows_own=False):
    return Rule(key, needed, frozenset(members), step, allows_own)


def said(*people, approves=True):
    return [Word(person, person, approves) for person in people]


def judged(rules, words, **more):
    return judge(rules, words, stand_ins=more.pop("stand_ins", {}), **more)


def states(judgement):
    return {one.rule.key: one.state.value for one in judgement.rules}


def test_a_person_of_two_rules_counts_where_most_rules_are_met():
    rules = [a_rule("board", {"ada", "ben"}), a_rule("security", {"ada"})]

    judgement = judged(rules, said("ada", "ben"))

    assert judgement.is_met
    assert judgement.counted == {"ada": "security", "ben": "board"}


def test_a_person_of_two_rules_alone_meets_only_one():
    rules = [a_rule("board", {"ada", "ben"}), a_rule("security", {"ada"})]

    judgement = judged(rules, said("ada"))

    assert states(judgement) == {"board": "met", "security": "waiting"}
    assert judgement.awaited == (("ben", "ben"),)


def test_the_deputy_of_two_people_is_still_one_person():
    rules = [a_rule("board", {"ada", "ben"}, 2)]
    words = [Word("ada", "cem"), Word("ben", "cem")]

    judgement = judged(rules, words, stand_ins={"ada": "cem", "ben": "cem"})

    assert (judgement.is_met, judgement.missing) == (False, 1)
    assert judgement.awaited == (("ada", "ada"), ("ben", "ben"))


def test_a_member_who_is_deputy_too_does_not_sign_twice():
    rules = [a_rule("board", {"ada", "ben"}, 2)]

    judgement = judged(rules, [*said("ada"), Word("ben", "ada")])

    assert judgement.is_met is False


def test_nobody_approves_what_they_asked_for_in_any_name():
    rules = [a_rule("board", {"ada", "ben"})]

    for words in (said("ada"), [Word("ben", "ada")]):
        assert judged(rules, words, requester="ada").is_met is False
    assert "ada" not in judged(rules, [], requester="ada", stand_ins={"ben": "ada"}).voices
    assert judged([a_rule("board", {"ada"}, allows_own=True)], said("ada"), requester="ada").is_met


def test_a_step_is_asked_when_the_one_before_is_met():
    rules = [a_rule("leads", {"ada"}), a_rule("board", {"ben"}, step=2)]

    assert judged(rules, []).awaited == (("ada", "ada"),)
    assert "ben" not in judged(rules, []).voices
    assert judged(rules, said("ada")).awaited == (("ben", "ben"),)
    assert judged(rules, said("ada", "ben")).is_met


def test_a_rejection_ends_the_round_only_when_the_rules_cannot_be_met_any_more():
    rules = [a_rule("board", {"ada", "ben", "cem"}, 2)]

    assert judged(rules, said("ada", approves=False)).is_rejected is False
    judgement = judged(rules, said("ada", "ben", approves=False))
    assert (judgement.is_rejected, states(judgement)) == (True, {"board": "impossible"})


def test_a_rejection_counts_people_once_too():
    rules = [a_rule("board", {"ada", "ben"}), a_rule("security", {"ada"})]

    assert judged(rules, said("ben", approves=False)).is_rejected


def test_rules_that_nobody_could_ever_meet_are_impossible_and_not_rejected():
    judgement = judged([a_rule("board", {"ada"}, 2)], [])

    assert (states(judgement), judgement.is_rejected) == ({"board": "impossible"}, False)


def test_a_deputy_acts_on_the_days_of_the_absence_and_a_delegate_before_the_deputy():
    away = [Away("ada", "ben", 3, 5), Away("cem", None, 1, 9)]

    assert stand_ins(away, {}, 2) == {}
    assert stand_ins(away, {}, 3) == stand_ins(away, {}, 5) == {"ada": "ben"}
    assert stand_ins(away, {"ada": "dua"}, 3) == {"ada": "dua"}


@st.composite
def rounds(draw):
    """A few rules over four people, and who said what for whom."""
    rules = [
        Rule(
            key,
            draw(st.integers(1, 3)),
            frozenset(draw(st.sets(st.sampled_from(PEOPLE), min_size=1))),
            draw(st.integers(1, 2)),
            draw(st.booleans()),
        )
        for key in range(draw(st.integers(1, 3)))
    ]
    words = [
        Word(person, draw(st.sampled_from(PEOPLE)), draw(st.sampled_from((True, True, False))))
        for person in PEOPLE
        if draw(st.booleans())
    ]
    return rules, words, draw(st.sampled_from((None, *PEOPLE)))


@settings(max_examples=300, deadline=None)
@given(rounds())
def test_every_way_to_seat_people_is_tried_in_vain_to_do_better(case):
    rules, words, requester = case

    judgement = judged(rules, words, requester=requester)

    assert (judgement.is_met, _standing(judgement)) == _best(rules, words, requester)


@settings(max_examples=200, deadline=None)
@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_of_words_changes_nothing(case, random):
    rules, words, requester = case
    shuffled = random.sample(words, len(words))

    first = judged(rules, words, requester=requester, stand_ins={"ada": "ben"})

    assert judged(rules, shuffled, requester=requester, stand_ins={"ada": "ben"}) == first


@settings(max_examples=200, deadline=None)
@given(rounds())
def test_awaited_are_those_whose_word_brings_the_round_on(case):
    rules, words, requester = case
    judgement = judged(rules, words, requester=requester)
    silent = set(judgement.voices) - {word.person for word in words}

    useful = {
        person
        for person in silent
        if person in judgement.voices[person]
        and judged(rules, [*words, *said(person)], requester=requester).seated > judgement.seated
    }

    awaited = {person for _actor, person in judgement.awaited}
    assert useful == awaited & silent


def _standing(judgement):
    """How many rules are met in each step, as far as steps are asked."""
    found = {}
    for one in judgement.rules:
        if one.is_open:
            found[one.rule.step] = found.get(one.rule.step, 0) + (one.state == State.MET)
    return tuple(found[step] for step in sorted(found))


def _best(rules, words, requester):
    """``(all met, rules met in each asked step)`` by trying every seat for every actor."""
    actors = sorted({word.actor for word in words})
    keys = [None, *(rule.key for rule in rules)]
    steps = sorted({rule.step for rule in rules})
    best = max(
        _worth(rules, steps, dict(zip(actors, seats, strict=True)))
        for seats in product(keys, repeat=len(actors))
        if all(
            seat is None or _may_sit(rules[seat], actor, words, requester)
            for actor, seat in zip(actors, seats, strict=True)
        )
    )
    wanted = tuple(sum(rule.step == step for rule in rules) for step in steps)
    return best == wanted, best


def _may_sit(rule, actor, words, requester):
    return any(
        word.approves
        and word.actor == actor
        and word.person in rule.members
        and (rule.allows_own or requester not in (word.actor, word.person))
        for word in words
    )


def _worth(rules, steps, seats):
    met = []
    for step in steps:
        here = [rule for rule in rules if rule.step == step]
        met.append(sum(list(seats.values()).count(rule.key) >= rule.needed for rule in here))
        if met[-1] < len(here):
            break
    return tuple(met)
