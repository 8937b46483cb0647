"""Whose turn it is when only a day began: deputies whose days came, and people who are back.

An act tells those whom it makes the ones who must decide; a night does so without an act, so a clock looks.
"""

from django.db import transaction

from calendar_app.approvals.conclusions import conclude, locked, refresh
from calendar_app.approvals.notices import untold
from calendar_app.approvals.standings import standings
from calendar_app.models import Gate, Release
from releasemgr.changes.nouns import one_act


def tell_newly_asked(*, at):
    """Tell, once, whoever must decide on the local day of ``at`` and was not told yet; locks only their gates."""
    ruled = Gate.objects.filter(state=Gate.State.SUBMITTED, release__status__in=Release.OPEN)
    waiting = ruled.exclude(approval_rules=None).select_related("release").order_by("pk")
    silent = untold(standings(list(waiting), at=at).values())
    if silent:
        with transaction.atomic(), one_act():
            gates = locked(silent)
            refresh(gates, at=at)
            conclude(gates, by=None, at=at)
