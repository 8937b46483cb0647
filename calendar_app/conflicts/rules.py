"""The three families of rules and the registry of all of them.

A rule says what an act touched of it (`scope_of`), finds its conflicts within that scope or everywhere (None), and
says which stored conflicts belong to the scope (`covers`), so that what it no longer finds there can go.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from django.db.models import Q

from calendar_app.conflicts.pairs import pairs_of
from calendar_app.models import Conflict

rulebook = {}


def add_rule(rule):
    """Make a rule part of the product; called in ``AppConfig.ready``."""
    rulebook[rule.code] = rule


def sentence(conflict):
    """What a conflict says, in the language of the reader."""
    rule = rulebook.get(conflict.rule)
    titles = {"first": conflict.first_title, "second": conflict.second_title}
    return rule.message % titles if rule else str(conflict)


@dataclass(frozen=True)
class PairRule:
    """Two open claims of one resource meet: one of ``first_kinds``, one of ``second_kinds``.

    ``within`` widens each claim, so that things closer than that meet too. Touching intervals never meet. The
    severity is a warning, or with ``by_hardness`` a blocker when the second claim is hard. ``between_releases``
    compares different releases with each other: one conflict per pair of releases and resource. ``parts`` narrows
    claims of deployments to stages; other kinds pass. ``can_be_excused``: a granted exception for the second source,
    a blockout, keeps the release of the first out of conflict.
    """

    code: str
    label: str
    message: str
    first_kinds: frozenset
    second_kinds: frozenset
    within: timedelta = timedelta(0)
    severity: str = Conflict.Severity.WARNING
    by_hardness: bool = False
    between_releases: bool = False
    resource_kinds: frozenset = frozenset()
    parts: frozenset = frozenset()
    can_be_excused: bool = False

    is_racy: ClassVar[bool] = True  # two acts at once could each miss the other's claim

    def scope_of(self, restaked):
        """Ids of the sources (or releases) whose claims of the rule's kinds changed; None when none did."""
        kinds = self.first_kinds | self.second_kinds
        touched = [claim for claim in restaked.claims if claim.kind in kinds]
        if self.between_releases:
            return {claim.release_id for claim in touched if claim.release_id} or None
        return {claim.source_id for claim in touched} or None

    def find(self, scope):
        return pairs_of(self, scope)

    def covers(self, scope):
        return Q(first_id__in=scope) | Q(second_id__in=scope)


@dataclass(frozen=True)
class LoadRule:
    """A resource carries more than it can: ``find(resource_ids or None)`` yields Findings of these resources."""

    code: str
    label: str
    message: str
    kinds: frozenset
    find: Callable = field(compare=False)

    is_racy: ClassVar[bool] = False  # the practice locks the resource before it books

    def scope_of(self, restaked):
        return {claim.resource_id for claim in restaked.claims if claim.kind in self.kinds} or None

    def covers(self, scope):
        return Q(resource_id__in=scope)


@dataclass(frozen=True)
class StructureRule:
    """Dates that contradict each other: ``find(release_ids or None)`` yields Findings in which they take part.

    ``nouns`` are the models whose change may matter; each is a release or has a ``release_id``.
    """

    code: str
    label: str
    message: str
    nouns: frozenset
    find: Callable = field(compare=False)

    is_racy: ClassVar[bool] = True  # a phase and its gate, or a release and its parent, may change at once

    def scope_of(self, restaked):
        rows = [row for row in restaked.rows if row._meta.model_name in self.nouns]
        return {getattr(row, "release_id", row.pk) for row in rows} - {None} or None

    def covers(self, scope):
        return Q(first_release_id__in=scope) | Q(second_release_id__in=scope)
