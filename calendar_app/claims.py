"""Staking claims: each kind of source says which resources it needs when, and `stake()` makes the table say so.

Claims are derived and can be rebuilt at any time; the verb that changes a source restakes it in the same
transaction. A practice adds a kind of event to calendar and conflict list with one `@stakes(Model)` function.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from uuid import NAMESPACE_OID, uuid5

from django.db import models

from calendar_app.models import Claim
from calendar_app.models.claims import LONG_DAYS
from releasemgr.tenancy.scope import current_org_id

# Model -> function of rows that yields their claims; filled by `@stakes`.
stakers = {}
# Called with what was Restaked, once per act; the conflict engine registers here.
listeners = []

_DERIVED = [
    "kind",
    "release_id",
    "project_id",
    "starts_at",
    "ends_at",
    "units",
    "is_hard",
    "is_primary",
    "is_long",
    "is_open",
    "state",
    "title",
    "path",
]
_LONG = timedelta(days=LONG_DAYS)
_CHUNK = 1000


@dataclass
class Restaked:
    """What one act staked: the source ``rows``, and the ``claims`` as they were and as they became."""

    rows: list[models.Model] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


_restaked = ContextVar("restaked", default=None)


@contextmanager
def gathered():
    """Tell the listeners once, at the end of the block, of everything staked inside it."""
    if _restaked.get() is not None:
        yield
        return
    restaked = Restaked()
    token = _restaked.set(restaked)
    try:
        yield
    finally:
        _restaked.reset(token)
    if restaked.rows or restaked.claims:
        for listener in listeners:
            listener(restaked)


def stakes(model):
    """Register the function that yields the claims of rows of ``model``."""

    def register(function):
        stakers[model] = function
        return function

    return register


def claim(source, *, kind, resource_kind, resource_id, starts_at, ends_at, title, part="", **drawing):
    """An unsaved Claim of ``source``; its id follows from organisation, source, part and resource."""
    source_kind = source._meta.model_name
    key = f"{current_org_id()}/{source_kind}/{source.pk}/{part}/{resource_kind}/{resource_id}"
    return Claim(
        id=uuid5(NAMESPACE_OID, key),
        kind=kind,
        resource_kind=resource_kind,
        resource_id=resource_id,
        source_kind=source_kind,
        source_id=source.pk,
        part=part,
        starts_at=starts_at,
        ends_at=ends_at,
        is_long=ends_at - starts_at > _LONG,
        title=title[:200],
        **drawing,
    )


def stake(rows):
    """Make the claims of these rows (of one model) what they should be: add, change, remove."""
    with gathered():
        for chunk in _chunks(rows):
            _stake(chunk)


def unstake(rows):
    """Remove the claims of rows that are about to be deleted."""
    with gathered():
        _remove(list(Claim.objects.filter(source_id__in=[row.pk for row in rows])))
        _restaked.get().rows += rows


def claims_of(rows):
    """The claims that rows of one model should have, by id."""
    return {made.pk: made for made in stakers[type(rows[0])](rows)} if rows else {}


def verify_claims():
    """What differs between the claims of this organisation and a rebuild: a list of sentences, empty when none."""
    found = []
    for model in stakers:
        for chunk in _chunks(_every(model)):
            gone, fresh, moved, _present = _differences(chunk)
            found += [
                f"{one.source_kind} {one.source_id}: claim {one.pk} should not be there" for one in gone
            ]
            found += [f"{one.source_kind} {one.source_id}: claim {one.pk} is missing" for one in fresh]
            found += [f"{one.source_kind} {one.source_id}: claim {one.pk} is outdated" for one in moved]
    return found + [f"claim {one.pk} has no source" for one in _orphans()]


def rebuild_claims():
    """Write every claim of this organisation anew from its source. Returns how many differed."""
    orphans = _orphans()
    Claim.objects.filter(pk__in=[old.pk for old in orphans]).delete()
    differed = len(orphans)
    for model in stakers:
        for chunk in _chunks(_every(model)):
            with gathered():
                _stake(chunk)
                differed += len({one.pk for one in _restaked.get().claims})
    return differed


def _every(model):
    return model.objects.order_by("pk").iterator(chunk_size=_CHUNK)


def _orphans():
    found = []
    for model in stakers:
        claims = Claim.objects.filter(source_kind=model._meta.model_name)
        found += claims.exclude(source_id__in=model.objects.values("pk"))
    known = [model._meta.model_name for model in stakers]
    return found + list(Claim.objects.exclude(source_kind__in=known))


def _chunks(rows):
    rows = iter(rows)
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def _stake(rows):
    gone, fresh, moved, present = _differences(rows)
    _remove(gone)
    Claim.objects.bulk_create(fresh, batch_size=500)
    if moved:
        Claim.objects.bulk_update(moved, _DERIVED, batch_size=200)
    restaked = _restaked.get()
    restaked.rows += rows
    restaked.claims += [*fresh, *moved, *(present[made.pk] for made in moved)]


def _remove(claims):
    if claims:
        Claim.objects.filter(pk__in=[old.pk for old in claims]).delete()
        _restaked.get().claims += claims


def _differences(rows):
    """``(claims too many, missing, outdated as they should be, present by id)`` of rows of one model."""
    wanted = claims_of(rows)
    present = {old.pk: old for old in Claim.objects.filter(source_id__in=[row.pk for row in rows])}
    gone = [old for pk, old in present.items() if pk not in wanted]
    fresh = [made for pk, made in wanted.items() if pk not in present]
    moved = [made for pk, made in wanted.items() if pk in present and _differs(made, present[pk])]
    return gone, fresh, moved, present


def _differs(made, present):
    return any(getattr(made, name) != getattr(present, name) for name in _DERIVED)
