"""The verbs of the log: raise, edit, close with an outcome, reopen. All work on sets but edit."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from calendar_app.models import LogItem
from calendar_app.models.releases import NotPossible
from releasemgr.changes.revisions import Outcome, Revision, create, revise
from releasemgr.tenancy.models import next_numbers

HAPPENED = 5  # the probability of an issue


def raise_items(items, *, by, at):
    """Write new risks, issues and decisions; numbers are given here. Returns an Outcome."""
    if not items:
        return Outcome([])
    for item in items:
        item.raised_at = at
        item.probability = _probability(item.kind, item.probability)
    with transaction.atomic():
        for item, number in zip(items, next_numbers("logitem", len(items)), strict=True):
            item.number = number
        return create(items, by=by, at=at, verb="raised")


def edit_item(item, values, *, by, at):
    """Change an open item as its author saw it."""
    if item.closed_at:
        raise NotPossible(_("What is closed no longer changes. Reopen it first."))
    kind = values.get("kind", item.kind)
    values = values | {"probability": _probability(kind, values.get("probability", item.probability))}
    return revise([Revision(item, item.version, values)], by=by, at=at, verb="edited")


def close_items(items, *, outcome, by, at):
    """Close open items with what came of them; a decision says what was decided."""
    for item in items:
        if item.closed_at:
            raise NotPossible(_("%(item)s is closed already.") % {"item": item})
        if item.kind == LogItem.Kind.DECISION and not outcome:
            raise ValidationError({"outcome": _("Say what was decided.")})
    values = {"closed_at": at, "closed_by_name": str(by) if by else "", "outcome": outcome}
    return revise([Revision(item, item.version, values) for item in items], by=by, at=at, verb="closed")


def reopen_items(items, *, by, at):
    """Open closed items again; what was said of their outcome stays."""
    for item in items:
        if not item.closed_at:
            raise NotPossible(_("%(item)s is open.") % {"item": item})
    values = {"closed_at": None, "closed_by_name": ""}
    return revise([Revision(item, item.version, values) for item in items], by=by, at=at, verb="reopened")


def _probability(kind, probability):
    return HAPPENED if kind == LogItem.Kind.ISSUE else probability
