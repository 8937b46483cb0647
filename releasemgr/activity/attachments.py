"""The verbs of files: attach one to an object, remove it, and sweep away what no row speaks of any more.

A file is written before its row, under ``<organisation id>/<random uuid>``; when the transaction does not commit it
is deleted again. A removed one keeps its row, for the audit trail, and loses its content after the commit.
"""

from collections import defaultdict
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.models import Attachment
from releasemgr.activity.subjects import discussed
from releasemgr.activity.trail import Happening, record
from releasemgr.activity.uploads import clean_name, digest_of, media_type_of
from releasemgr.tenancy.scope import current_org_id, on_rollback

MOST_FILES = 100  # of one object
_YOUNG = timedelta(days=1)  # a file that old without a row was left by a process that was killed


class AlreadyRemoved(ValidationError):
    """Somebody else removed the file first."""


def attach(subject, upload, *, by, at):
    """Keep an uploaded file with an object; returns the Attachment. ValidationError for what is not taken."""
    name = clean_name(upload.name or "")
    _check_size(upload)
    if live_of(subject).count() >= MOST_FILES:
        raise ValidationError(
            _("There are %(most)d files already. Remove one first."), params={"most": MOST_FILES}
        )
    media_type = media_type_of(name, upload)
    attachment = Attachment(
        noun=subject._meta.model_name,
        subject_id=subject.pk,
        name=name,
        media_type=media_type,
        size=upload.size,
        sha256=digest_of(upload),
        key=_store(upload),
        added_by_id=by.pk if by else None,
        added_by_name=str(by) if by else "",
        added_at=at,
    )
    attachment.save(force_insert=True)
    record(by=by, verb="attached", subject=attachment, at=at)
    return attachment


def remove(attachments, *, by, at):
    """Remove files: their rows stay, their content goes after the commit. Raises AlreadyRemoved."""
    for attachment in attachments:
        live = Attachment.objects.filter(pk=attachment.pk, removed_at=None)
        if not live.update(removed_at=at, version=attachment.version + 1):
            raise AlreadyRemoved(_("This file has been removed already."))
        attachment.removed_at, attachment.version = at, attachment.version + 1
        _delete_on_commit(attachment.key)
    record(by=by, verb="removed", at=at, happenings=[Happening(attachment) for attachment in attachments])


def live_of(subject):
    """The files of an object that nobody removed."""
    return Attachment.objects.filter(noun=subject._meta.model_name, subject_id=subject.pk, removed_at=None)


def sweep_files(*, at):
    """Remove files of objects that are gone, and content that no row speaks of; returns ``(rows, contents)``."""
    gone = _without_subject()
    if gone:
        remove(gone, by=None, at=at)
    folder = str(current_org_id())
    if not default_storage.exists(folder):
        return len(gone), 0
    known = set(Attachment.objects.filter(removed_at=None).values_list("key", flat=True))
    known |= {attachment.key for attachment in gone}  # these go after the commit
    keys = [f"{folder}/{name}" for name in default_storage.listdir(folder)[1]]
    lost = [key for key in keys if key not in known and default_storage.get_modified_time(key) < at - _YOUNG]
    for key in lost:
        default_storage.delete(key)
    return len(gone), len(lost)


def _check_size(upload):
    if not upload.size:
        raise ValidationError(_("The file is empty."))
    if upload.size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)s."),
            params={"most": filesizeformat(settings.ATTACHMENT_MAX_BYTES)},
        )


def _store(upload):
    """Write the content and return its key; a transaction that does not commit takes it away again."""
    try:
        key = default_storage.save(f"{current_org_id()}/{uuid4()}", upload)
    except OSError as error:
        raise ValidationError(_("The file could not be stored. Try again later.")) from error
    on_rollback(lambda: default_storage.delete(key))
    return key


def _delete_on_commit(key):
    transaction.on_commit(lambda: default_storage.delete(key), robust=True)


def _without_subject():
    """Live attachments whose object exists no more, one query a kind of object."""
    by_noun = defaultdict(list)
    for attachment in Attachment.objects.filter(removed_at=None):
        by_noun[attachment.noun].append(attachment)
    kinds = discussed()
    gone = []
    for noun, attachments in by_noun.items():
        wanted = {attachment.subject_id for attachment in attachments}
        known = (
            kinds[noun].model.objects.filter(pk__in=wanted) if noun in kinds else Attachment.objects.none()
        )
        found = set(known.values_list("pk", flat=True))
        gone += [attachment for attachment in attachments if attachment.subject_id not in found]
    return gone
