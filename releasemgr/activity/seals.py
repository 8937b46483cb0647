"""The hash chain over an organisation's audit trail: an edit behind the product's back is found, and where.

Each seal covers the entries no seal covered before, in (time, id) order. Its hash is SHA-256 over the previous hash,
its own number and the canonical JSON of every entry. A table remembers which entry stands where, because an entry
may be committed after a later one was sealed.
"""

import hashlib
import json
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from releasemgr.activity.models import Entry, Seal, SealedEntry

GENESIS = "0" * 64
MOST_ENTRIES = 10_000

_FIELDS = (
    "id",
    "act_id",
    "at",
    "actor_id",
    "actor_name",
    "verb",
    "noun",
    "subject_id",
    "subject_label",
    "subject_version",
    "changes",
)


@dataclass(frozen=True)
class Fault:
    """A seal that does not fit the entries it was made over."""

    seal_number: int
    problem: str

    def __str__(self):
        return f"Seal {self.seal_number}: {self.problem}"


def seal_entries():
    """Seal all entries of the organisation in scope that no seal covers; returns how many.

    Two sealers at once are kept apart by the unique seal number: the loser leaves the work to the winner.
    """
    sealed = 0
    while True:
        try:
            with transaction.atomic():
                count = _seal_some()
        except IntegrityError:
            return sealed
        sealed += count
        if count < MOST_ENTRIES:
            return sealed


def verify_seals():
    """Every fault of the chain of the organisation in scope; an empty list when the trail is as it was written."""
    faults, previous = [], Seal(number=0, hash=GENESIS)
    for seal in Seal.objects.order_by("number"):
        faults += _faults_of(seal, previous)
        previous = seal
    return faults


def _seal_some():
    entries = list(Entry.objects.filter(sealed_in=None).order_by("at", "pk")[:MOST_ENTRIES])
    if not entries:
        return 0
    last = Seal.objects.order_by("-number").first() or Seal(number=0, hash=GENESIS)
    seal = Seal(number=last.number + 1, entries=len(entries), previous_hash=last.hash)
    seal.hash = _chain(seal, entries)
    seal.save(force_insert=True)
    SealedEntry.objects.bulk_create(
        [SealedEntry(seal=seal, entry=entry, position=index) for index, entry in enumerate(entries)],
        batch_size=2000,
    )
    return len(entries)


def _faults_of(seal, previous):
    if seal.number != previous.number + 1:
        yield Fault(seal.number, f"seal {previous.number + 1} is missing before it")
    elif seal.previous_hash != previous.hash:
        yield Fault(seal.number, "it does not continue the seal before it")
    entries = list(Entry.objects.filter(sealed_in__seal=seal).order_by("sealed_in__position"))
    if len(entries) != seal.entries:
        yield Fault(seal.number, f"{seal.entries - len(entries)} of its {seal.entries} entries are missing")
    elif _chain(seal, entries) != seal.hash:
        yield Fault(seal.number, "an entry it covers, or the seal itself, was changed")


def _chain(seal, entries):
    digest = hashlib.sha256(f"{seal.previous_hash}{seal.number}".encode())
    for entry in entries:
        digest.update(_canonical(entry))
    return digest.hexdigest()


def _canonical(entry):
    values = {name: getattr(entry, name) for name in _FIELDS}
    values["at"] = entry.at.isoformat()
    return json.dumps(values, sort_keys=True, default=str, ensure_ascii=False).encode()
