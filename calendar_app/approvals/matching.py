"""Who fills which seat: each person one, so that as many rules as possible are met.

Pure: rules and people are any hashable keys. ``seats`` maps a rule to how many people it needs, ``eligible`` a person
to the rules they may be counted for, in the order in which they are tried.
"""


def fill(seats, eligible, placed=None):
    """``{person: rule}`` that fills the most seats; seats filled by ``placed`` stay filled, perhaps by others."""
    placed = dict(placed or {})
    for person in eligible:
        if person not in placed:
            _place(person, seats, eligible, placed, set())
    return placed


def filled(placed):
    """How many people fill each rule: ``{rule: number}``."""
    found = {}
    for rule in placed.values():
        found[rule] = found.get(rule, 0) + 1
    return found


def is_met(rules, seats, eligible):
    """Whether all of ``rules`` can be met at once."""
    wanted = {rule: seats[rule] for rule in rules}
    return len(fill(wanted, eligible)) == sum(wanted.values())


def most_met(rules, seats, eligible, kept=()):
    """The largest part of ``rules`` that can be met together with all of ``kept``; of equal ones, the first in order.

    Rules that need several people make this a search; it looks at no more than the subsets of the rules of a gate,
    of which there are few (`calendar_app.approvals.rules.MOST`).
    """
    rules, kept = tuple(rules), tuple(kept)
    if is_met((*kept, *rules), seats, eligible):
        return rules
    return _best(rules, (), kept, seats, eligible, ())


def _best(rest, chosen, kept, seats, eligible, best):
    if len(chosen) + len(rest) <= len(best):
        return best
    if not rest:
        return chosen
    first, *others = rest
    if is_met((*kept, *chosen, first), seats, eligible):
        best = _best(others, (*chosen, first), kept, seats, eligible, best)
    return _best(others, chosen, kept, seats, eligible, best)


def _place(person, seats, eligible, placed, tried):
    """Seat a person, moving others where that makes room (an augmenting path)."""
    for rule in eligible[person]:
        if rule not in seats or rule in tried:
            continue
        tried.add(rule)
        sitting = [other for other, taken in placed.items() if taken == rule]
        if len(sitting) < seats[rule] or any(
            _place(other, seats, eligible, placed, tried) for other in sitting
        ):
            placed[person] = rule
            return True
    return False
