"""What the panel of an object shows: its comments, its files, its history, each page by page."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator

from releasemgr.activity.attachments import live_of
from releasemgr.activity.models import Attachment, Comment, Entry
from releasemgr.activity.reading import read
from releasemgr.tenancy.ids import uuid_or_none

PAGE = 50  # of the whole log
ENTRIES = 10  # of one object, above its comments
COMMENTS = 20


@dataclass(frozen=True)
class Panel:
    """One object's discussion and history; ``subject`` is None for a kind of object that is not discussed.

    ``more`` is the id of the entry a page of the history ended with, None on its last page.
    """

    noun: str
    pk: Any
    subject: Any
    lines: list
    more: Any
    comments: Page | None = None
    files: list[Attachment] | None = None


def panel_of(noun, pk, subject, *, before="", comments=1):
    """The panel: the history after the entry ``before``, the page ``comments`` of the comments, all files."""
    entries = Entry.objects.filter(noun=noun, subject_id=pk)
    position = position_of(before)
    if position:
        entries = entries.older_than(*position)
    found = list(entries.newest_first()[: ENTRIES + 1])
    shown = read(found[:ENTRIES])
    if subject is None:
        return Panel(noun, pk, None, shown, mark_of(found, ENTRIES))
    said = Comment.objects.filter(noun=noun, subject_id=pk).order_by("-written_at", "-pk")
    files = list(live_of(subject).order_by("-added_at", "-pk"))
    return Panel(
        noun, pk, subject, shown, mark_of(found, ENTRIES), Paginator(said, COMMENTS).get_page(comments), files
    )


def position_of(text):
    """``(time, id)`` of the entry a page ended with; None for anything that is not one."""
    entry = Entry.objects.filter(pk=uuid_or_none(text)).first()
    return (entry.at, entry.pk) if entry else None


def mark_of(entries, page=PAGE):
    """What the next page begins after, when one more entry than a ``page`` was found."""
    return entries[page - 1].pk if len(entries) > page else None
