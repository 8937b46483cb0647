"""Criteria that the facts judge: a rulebook over what the product holds, kept up to date by every act.

A higher practice adds its own rule in its ready()::

    from calendar_app.gates.facts import FactRule, Verdict, add_rule

    add_rule(FactRule("smoke-green", _("Smoke test green"), facts=(SmokeTest,), judge=judged_by_smoke_tests, words=…))

where ``judge(criteria, reach, at)`` returns ``{criterion.pk: Verdict}`` for all of them in a fixed number of
statements, and each model of ``facts`` has ``release``, or is given a finder by `add_place`.
"""

from calendar_app.gates.facts.judging import evaluate, rejudge, verify_criteria
from calendar_app.gates.facts.reach import add_place
from calendar_app.gates.facts.rulebook import Case, FactRule, Outcome, Verdict, add_rule, rulebook, words_of
from calendar_app.gates.facts.standard import register_rules

__all__ = [
    "Case",
    "FactRule",
    "Outcome",
    "Verdict",
    "add_place",
    "add_rule",
    "evaluate",
    "register_rules",
    "rejudge",
    "rulebook",
    "verify_criteria",
    "words_of",
]
