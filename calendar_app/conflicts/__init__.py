"""The conflict engine: rules as data over open claims, one list of conflicts kept up to date by every act.

Three families of rules: `PairRule` (two claims of one resource meet), `LoadRule` (a resource carries too much) and
`StructureRule` (the dates of a release contradict each other). A higher practice adds its own in its ready()::

    from calendar_app.conflicts import Finding, LoadRule, PairRule, add_rule

    add_rule(PairRule("booking-outage", _("Booking over an outage"), _("“%(first)s” …"), {"booking"}, {"outage"}))
    add_rule(LoadRule("overbooked", _("Over capacity"), _("…"), kinds={"booking"}, find=overbooked))

where ``overbooked(resource_ids)`` yields Findings for those resources, or for all when it is given None.
"""

from calendar_app.conflicts.engine import (
    recompute_conflicts,
    refresh,
    refresh_resources,
    refresh_sources,
    take_turns,
    verify_conflicts,
)
from calendar_app.conflicts.finding import Finding, Side
from calendar_app.conflicts.rules import LoadRule, PairRule, StructureRule, add_rule, rulebook, sentence
from calendar_app.conflicts.standard import register_rules

__all__ = [
    "Finding",
    "LoadRule",
    "PairRule",
    "Side",
    "StructureRule",
    "add_rule",
    "recompute_conflicts",
    "refresh",
    "refresh_resources",
    "refresh_sources",
    "register_rules",
    "rulebook",
    "sentence",
    "take_turns",
    "verify_conflicts",
]
