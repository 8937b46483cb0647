"""What people add to an object besides changing it: comments, files, and the notices that tell one of them something."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from releasemgr.portfolio.models import Person
from releasemgr.tenancy.constraints import org_walls
from releasemgr.tenancy.models import OrgModel, org_fk


class Comment(OrgModel):
    """What somebody wrote about an object; a withdrawn one keeps its place but not its text."""

    noun = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    text = models.TextField(_("comment"), max_length=5_000)
    author_id = models.UUIDField(null=True)  # accounts.User, a control table
    author_name = models.CharField(max_length=120)
    written_at = models.DateTimeField(_("written"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = org_walls("comment")
        indexes = [
            models.Index(fields=["org", "noun", "subject_id", "written_at"], name="comment_by_subject")
        ]

    def __str__(self):
        return str(_("Comment"))  # never its text: the audit trail keeps labels, and a withdrawn text is gone


class Attachment(OrgModel):
    """A file of an object. ``key`` names it in Django's storage, under the organisation's id; ``size`` is in bytes."""

    noun = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    name = models.CharField(_("name"), max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=200)
    added_by_id = models.UUIDField(null=True)  # accounts.User, a control table
    added_by_name = models.CharField(max_length=120)
    added_at = models.DateTimeField(_("added"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            *org_walls("attachment"),
            models.UniqueConstraint(fields=["org", "key"], name="attachment_key_once"),
        ]
        indexes = [models.Index(fields=["org", "noun", "subject_id"], name="attachment_by_subject")]

    def __str__(self):
        return self.name


class Notice(OrgModel):
    """Something a person should know: a code with parameters about an object, told once per ``key``.

    ``path`` is where it is dealt with, under the organisation's mount.
    """

    person = org_fk(Person, related_name="notices")
    code = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    noun = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    path = models.CharField(max_length=120)
    key = models.CharField(max_length=160)
    told_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *org_walls("notice", "person"),
            models.UniqueConstraint(fields=["org", "person", "key"], name="notice_told_once"),
        ]
        indexes = [
            models.Index(fields=["org", "person"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self):
        return f"{self.code} to {self.person_id}"
