"""The verbs of comments: write one on an object, withdraw one's own."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from releasemgr.activity.models import Comment
from releasemgr.activity.trail import record


class AlreadyWithdrawn(ValidationError):
    """The comment has no text any more."""


def write(subject, text, *, by, at):
    """Say something about an object; returns the Comment."""
    comment = Comment(
        noun=subject._meta.model_name,
        subject_id=subject.pk,
        text=text,
        author_id=by.pk if by else None,
        author_name=str(by) if by else "",
        written_at=at,
    )
    comment.save(force_insert=True)
    record(by=by, verb="commented", subject=comment, at=at)
    return comment


def withdraw(comment, *, by, at):
    """Take the text of a comment back, for good; its place stays. Raises AlreadyWithdrawn."""
    version = comment.version + 1
    standing = Comment.objects.filter(pk=comment.pk, withdrawn_at=None)
    if not standing.update(text="", withdrawn_at=at, version=version):
        raise AlreadyWithdrawn(_("This comment has been withdrawn already."))
    comment.text, comment.withdrawn_at, comment.version = "", at, version
    record(by=by, verb="withdrew", subject=comment, at=at)
    return comment
