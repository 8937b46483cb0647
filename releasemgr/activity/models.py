"""The audit trail, its seal, and the fact marks that tell reporting what changed."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.discussion import Attachment, Comment, Notice
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.ids import uuid7
from releasemgr.tenancy.models import OrgModel, org_fk, org_manager

__all__ = ["Attachment", "Comment", "Entry", "FactMark", "Notice", "Seal", "SealedEntry"]


class EntryQuerySet(models.QuerySet):
    """Words for the audit trail."""

    def of(self, subject):
        """Entries about one object."""
        return self.filter(noun=subject._meta.model_name, subject_id=subject.pk)

    def older_than(self, at, pk):
        """Entries that stand after ``(at, pk)`` when read newest first."""
        return self.filter(models.Q(at__lt=at) | models.Q(at=at, pk__lt=pk))

    def newest_first(self):
        return self.order_by("-at", "-pk")


class Entry(OrgModel):
    """Who did what to which object, when, and what changed. Append-only for the application role.

    ``changes`` maps a field to ``[before, after]``; ``subject_version`` is the object's version afterwards.
    Entries of one verb on a set of objects share their ``act_id``.
    """

    act_id = models.UUIDField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)  # accounts.User; empty when the product itself acted
    actor_name = models.CharField(max_length=120)
    verb = models.CharField(max_length=40)
    noun = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    subject_label = models.CharField(max_length=200)
    subject_version = models.PositiveIntegerField(null=True)
    changes = models.JSONField(default=dict)

    objects = org_manager(EntryQuerySet)

    class Meta:
        constraints = org_walls("entry", append_only=True)
        indexes = [
            models.Index(fields=["org", "noun", "subject_id", "at"], name="entry_by_subject"),
            models.Index(fields=["org", "at"], name="entry_by_time"),
            models.Index(fields=["org", "act_id"], name="entry_by_act"),
        ]

    def __str__(self):
        return f"{self.actor_name} {self.verb} {self.subject_label}"


class Seal(OrgModel):
    """A link of the organisation's hash chain over the entries sealed with it (`seals.py`)."""

    number = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    entries = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            *org_walls("seal", append_only=True),
            models.UniqueConstraint(fields=["org", "number"], name="seal_number_once"),
        ]

    def __str__(self):
        return f"Seal {self.number}"


class SealedEntry(OrgModel):
    """That an entry is covered by a seal, at which place."""

    seal = org_fk(Seal, related_name="sealed_entries")
    entry = org_fk(Entry, related_name="sealed_in")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            *org_walls("sealedentry", "seal", "entry", append_only=True),
            models.UniqueConstraint(fields=["org", "entry"], name="sealedentry_entry_once"),
            models.UniqueConstraint(fields=["org", "seal", "position"], name="sealedentry_position_once"),
        ]

    def __str__(self):
        return f"{self.entry_id} in {self.seal_id}"


class FactMark(models.Model):
    """A fact changed: reporting's workers find out which figures that touches. A queue table, see `tables.py`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    org_id = models.UUIDField()
    entity = models.CharField(_("kind of fact"), max_length=40)
    entity_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["org_id", "at"], name="factmark_by_org_and_time"),
            models.Index(fields=["org_id", "entity", "entity_id"], name="factmark_by_fact"),
        ]

    def __str__(self):
        return f"{self.entity} {self.entity_id}"
