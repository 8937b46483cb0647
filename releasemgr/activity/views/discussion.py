"""The panel of an object (comments, files, history), and what members add to it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _

from releasemgr.accounts.guards import allow
from releasemgr.accounts.roles import Permission
from releasemgr.activity.attachments import attach, remove
from releasemgr.activity.comments import withdraw, write
from releasemgr.activity.forms import CommentForm, FileForm
from releasemgr.activity.models import Attachment, Comment
from releasemgr.activity.panel import panel_of
from releasemgr.activity.reading import nouns
from releasemgr.activity.subjects import discussed, subject_of
from releasemgr.htmx import render_page, wants_fragment

# A download that a browser opens all the same runs nothing and reaches nothing.
DOWNLOAD_POLICY = "default-src 'none'; sandbox"


@allow(GET=Permission.VIEW)
def history(request, noun, pk):
    """What was said of an object, kept with it and done to it: a panel that its page loads."""
    if noun not in nouns():
        raise Http404
    subject = subject_of(request.membership, noun, pk) if noun in discussed() else None
    return _show(request, noun, pk, subject)


@allow(POST=Permission.DISCUSS)
def comment_create(request, noun, pk):
    """Comment on an object."""
    subject = subject_of(request.membership, noun, pk)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _show(request, noun, pk, subject, comment_form=form, status=422)
    write(subject, form.cleaned_data["text"], by=request.user, at=now())
    return _again(request, noun, pk, subject, said=_("Commented."))


@allow(POST=Permission.DECIDE_WHERE_NAMED)  # a right by relation: who wrote it
def comment_withdrawal(request, pk):
    """Take one's own comment back."""
    comment = get_object_or_404(Comment, pk=pk)
    subject = subject_of(request.membership, comment.noun, comment.subject_id)
    if comment.author_id != request.user.pk:
        raise PermissionDenied
    return _change(request, comment, subject, withdraw, said=_("Withdrawn."))


@allow(POST=Permission.DISCUSS)
def file_create(request, noun, pk):
    """Keep a file with an object."""
    subject = subject_of(request.membership, noun, pk)
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            attach(subject, form.cleaned_data["file"], by=request.user, at=now())
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            return _again(request, noun, pk, subject, said=_("The file is kept here."))
    return _show(request, noun, pk, subject, file_form=form, status=422)


@allow(GET=Permission.VIEW)
def file_content(request, pk):
    """The content of a file, always as a download."""
    attachment = get_object_or_404(Attachment, pk=pk, removed_at=None)
    subject_of(request.membership, attachment.noun, attachment.subject_id)
    try:
        content = default_storage.open(attachment.key)
    except FileNotFoundError as lost:
        raise Http404 from lost
    response = FileResponse(
        content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


@allow(POST=Permission.DECIDE_WHERE_NAMED)  # a right by relation: who added it; administrators any
def file_removal(request, pk):
    """Remove a file: its content goes, that it was there stays on record."""
    attachment = get_object_or_404(Attachment, pk=pk)
    subject = subject_of(request.membership, attachment.noun, attachment.subject_id)
    is_own = attachment.added_by_id == request.user.pk
    if not is_own and not request.membership.may(Permission.ADMINISTER):
        raise PermissionDenied
    return _change(request, attachment, subject, _remove_one, said=_("Removed."))


def _remove_one(attachment, *, by, at):
    remove([attachment], by=by, at=at)


def _change(request, row, subject, verb, *, said):
    """Do a verb on a comment or a file; what is too late is said where the panel stands."""
    try:
        verb(row, by=request.user, at=now())
    except ValidationError as refusal:
        return _again(request, row.noun, row.subject_id, subject, refused=" ".join(refusal.messages))
    return _again(request, row.noun, row.subject_id, subject, said=said)


def _again(request, noun, pk, subject, *, said="", refused=""):
    """The panel as it is now, for htmx; else back to its page with a message."""
    if wants_fragment(request):
        return _show(request, noun, pk, subject, said=said, refused=refused)
    messages.add_message(request, messages.ERROR if refused else messages.SUCCESS, refused or said)
    return redirect("activity:history", noun, pk)


def _show(request, noun, pk, subject, *, status=200, **context):
    before = request.GET.get("before", "")
    panel = panel_of(noun, pk, subject, before=before, comments=request.GET.get("comments"))
    context = {
        "panel": panel,
        "may_discuss": request.membership.may(Permission.DISCUSS),
        "may_administer": request.membership.may(Permission.ADMINISTER),
        "comment_form": CommentForm(),
        "file_form": FileForm(),
        **context,
    }
    partial = "entries" if before else "comments" if "comments" in request.GET else "panel"
    return render_page(request, "activity/history.html", context, partial=partial, status=status)
