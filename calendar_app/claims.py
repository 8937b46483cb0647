"""Staking claims: each kind of source says which resources it needs when, and `stake()` makes the table say so.

Claims are derived and can be rebuilt at any time; the verb that changes a source restakes it in the same
transaction. A practice adds a kind of event to calendar and conflict list with one `@stakes(Model)` function.
"""

from datetime import timedelta
from uuid import NAMESPACE_OID, uuid5

from calendar_app.models import Claim
from calendar_app.models.claims import LONG_DAYS
from releasemgr.tenancy.scope import current_org_id

# Model -> function of rows that yields their claims; filled by `@stakes` (of_releases.py, environments' own).
stakers = {}
# Called with the claims written and the claims removed after each stake; the conflict engine registers here.
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
]
_LONG = timedelta(days=LONG_DAYS)
_CHUNK = 1000


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
    rows = list(rows)
    for start in range(0, len(rows), _CHUNK):
        _stake(rows[start : start + _CHUNK])


def unstake(rows):
    """Remove the claims of rows that are about to be deleted."""
    gone = list(Claim.objects.filter(source_id__in=[row.pk for row in rows]))
    Claim.objects.filter(pk__in=[old.pk for old in gone]).delete()
    _tell([], gone)


def claims_of(rows):
    """The claims that rows of one model should have, by id."""
    return {made.pk: made for made in stakers[type(rows[0])](rows)} if rows else {}


def _stake(rows):
    wanted = claims_of(rows)
    present = {old.pk: old for old in Claim.objects.filter(source_id__in=[row.pk for row in rows])}
    gone = [old for pk, old in present.items() if pk not in wanted]
    fresh = [made for pk, made in wanted.items() if pk not in present]
    moved = [made for pk, made in wanted.items() if pk in present and _differs(made, present[pk])]
    if gone:
        Claim.objects.filter(pk__in=[old.pk for old in gone]).delete()
    Claim.objects.bulk_create(fresh, batch_size=500)
    if moved:
        Claim.objects.bulk_update(moved, _DERIVED, batch_size=200)
    _tell(fresh + moved, gone + [present[made.pk] for made in moved])


def _differs(made, present):
    return any(getattr(made, name) != getattr(present, name) for name in _DERIVED)


def _tell(written, removed):
    if written or removed:
        for listener in listeners:
            listener(written, removed)
