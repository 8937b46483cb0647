"""Keeping the list of conflicts equal to what the rules find: after each act within its scope, or all at once."""

from django.db.models import Q

from calendar_app.conflicts.finding import DERIVED, merged, unsaved
from calendar_app.conflicts.rules import rulebook
from calendar_app.models import Conflict
from releasemgr.tenancy.models import Counter


def refresh(restaked):
    """Bring the conflicts of what an act touched up to date; called once per act by `claims.gathered`."""
    scopes = {rule: scope for rule in rulebook.values() if (scope := rule.scope_of(restaked))}
    _refresh(scopes)


def refresh_resources(resource_ids):
    """The same for the load rules of resources whose own limits changed (a capacity), though no claim did."""
    _refresh({rule: set(resource_ids) for rule in rulebook.values() if hasattr(rule, "kinds")})


def refresh_sources(code, source_ids):
    """The same for a pair rule whose verdict about sources changed though no claim did (an exception was granted)."""
    _refresh({rulebook[code]: set(source_ids)})


def recompute_conflicts():
    """Find every conflict of this organisation anew. Returns how many rows were added, changed or removed."""
    take_turns()
    return _reconcile(*_everywhere())


def verify_conflicts():
    """What differs between the list and a full recompute: a list of sentences, empty when none."""
    found, stored = _everywhere()
    fresh, moved, gone = _compare(found, stored)
    return (
        [f"{row.rule}: {row} is missing" for row in fresh]
        + [f"{row.rule}: {row} is outdated" for row in moved]
        + [f"{row.rule}: {row} has no cause" for row in gone]
    )


def _refresh(scopes):
    if not scopes:
        return
    if any(rule.is_racy for rule in scopes):
        take_turns()
    found, covered = {}, Q(pk__in=[])
    for rule, scope in scopes.items():
        found |= merged(rule.find(scope))
        covered |= Q(rule=rule.code) & rule.covers(scope)
    _reconcile(found, Conflict.objects.filter(covered))


def _everywhere():
    found = {}
    for rule in rulebook.values():
        found |= merged(rule.find(None))
    return found, Conflict.objects.all()


def take_turns():
    """One act at a time per organisation from here to its commit: else two could each miss the other's claims."""
    Counter.objects.bulk_create([Counter(noun="conflict")], ignore_conflicts=True)
    Counter.objects.select_for_update().get(noun="conflict")


def _reconcile(found, stored):
    fresh, moved, gone = _compare(found, stored)
    if gone:
        Conflict.objects.filter(pk__in=[row.pk for row in gone]).delete()
    Conflict.objects.bulk_create(fresh, batch_size=500)
    if moved:
        Conflict.objects.bulk_update(moved, DERIVED, batch_size=200)
    return len(fresh) + len(moved) + len(gone)


def _compare(found, stored):
    """``(new, outdated, without a cause)``: rows to add, rows with new derived values, rows to remove."""
    present = {(row.rule, row.first_id, row.second_id, row.occurrence): row for row in stored}
    wanted = {key: unsaved(finding) for key, finding in found.items()}
    fresh = [row for key, row in wanted.items() if key not in present]
    gone = [row for key, row in present.items() if key not in wanted]
    moved = [present[key] for key, row in wanted.items() if key in present and _taken_over(present[key], row)]
    return fresh, moved, gone


def _taken_over(present, wanted):
    """Put the derived values of ``wanted`` into the stored row; whether any differed. Decisions of people stay."""
    differing = [name for name in DERIVED if getattr(present, name) != getattr(wanted, name)]
    for name in differing:
        setattr(present, name, getattr(wanted, name))
    return bool(differing)
