"""The rulebook of rules over facts: what each is called, which facts it reads, what it found in words."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from calendar_app.models import Criterion, Release


class Outcome(models.TextChoices):
    """What a rule says of one release."""

    HOLDS = "holds", gettext_lazy("Holds")
    DIFFERS = "differs", gettext_lazy("Does not hold")
    UNKNOWN = "unknown", gettext_lazy("Cannot be told")


@dataclass(frozen=True)
class Verdict:
    """A Criterion.State and the ``value`` it follows from, as JSON keeps it."""

    state: str
    value: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What a rule says of one release below a gate, and why, in words."""

    release: Release
    outcome: Outcome
    why: str


@dataclass(frozen=True)
class FactRule:
    """A rule over facts.

    ``facts`` are the models whose rows it reads; a change of one of them judges it anew. ``judge(criteria, reach, at)``
    judges all criteria at once (``reach`` says which releases each one covers). ``words(value)`` says what was found;
    ``fields`` makes the form fields of its parameters by name. ``cases(criterion)`` yields a Case per release, where
    the rule is about each release by itself.
    """

    code: str
    label: str
    facts: tuple[type[models.Model], ...]
    judge: Callable
    words: Callable[[dict], str]
    help_text: str = ""
    fields: dict[str, Callable[[], forms.Field]] = field(default_factory=dict)
    cases: Callable | None = None


rulebook: dict[str, FactRule] = {}


def add_rule(rule):
    """Make a rule known. Called in ``AppConfig.ready``."""
    rulebook[rule.code] = rule


def words_of(criterion):
    """What the rule of a criterion found last, in words; "" for one that people judge."""
    if not criterion.rule:
        return ""
    if criterion.rule not in rulebook:
        return _("The rule is not known here any more.")
    if not criterion.judged_at:
        return _("not judged yet")
    return rulebook[criterion.rule].words(criterion.value)


def open_or(value, *, is_known, is_met):
    """A Verdict: open while nothing is known, else met or not."""
    if not is_known:
        return Verdict(Criterion.State.OPEN, value)
    return Verdict(Criterion.State.MET if is_met else Criterion.State.FAILED, value)
