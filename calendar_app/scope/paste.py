"""Work items out of pasted lines or a CSV file: every fault is named by its line, and nothing typed is lost."""

import csv
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from calendar_app.models import WorkItem
from releasemgr.portfolio.models import Application

MOST_LINES = 2_000
COLUMNS = ("key", "title", "kind", "status", "severity", "application", "url")
_NAMES = {"link": "url", "type": "kind", "summary": "title", "state": "status"}
_check_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class Fault:
    """A line that does not do, and why."""

    line: int
    text: str
    reason: str


def read_items(text):
    """``(unsaved WorkItems, Faults)`` of pasted text.

    Cells are parted by tab, semicolon or comma, whichever the first line holds. A first line that names a column
    ``key`` says what the cells are; without it they come in the order of COLUMNS.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        fault = _("These are %(n)s lines; paste at most %(most)s.") % {"n": len(lines), "most": MOST_LINES}
        return [], [Fault(MOST_LINES + 1, "", fault)]
    reader = _Reader(lines)
    items, faults, seen = [], [], {}
    for number, line in reader.records():
        try:
            item = reader.item(line)
            if item.key in seen:
                raise ValueError(_("the key is in line %(line)s already") % {"line": seen[item.key]})
        except ValueError as fault:
            faults.append(Fault(number, line[:200], str(fault)))
        else:
            seen[item.key] = number
            items.append(item)
    return items, faults


class _Reader:
    """Reads lines into work items; knows the columns, the choices by word and the applications by key and name."""

    def __init__(self, lines):
        self.lines = lines
        first = next((line for line in lines if line.strip()), "")
        self.delimiter = next((mark for mark in "\t;," if mark in first), ",")
        cells = [_NAMES.get(cell.lower(), cell.lower()) for cell in self._titles(first)]
        self.has_header = "key" in cells
        self.columns = cells if self.has_header else COLUMNS
        self.kinds = _by_word(WorkItem.Kind)
        self.statuses = _by_word(WorkItem.Status)
        self.applications = {}
        for application in Application.objects.order_by("-name", "pk"):
            self.applications |= {application.name.lower(): application, application.key.lower(): application}

    def _titles(self, line):
        try:
            return self._cells(line)
        except ValueError:
            return []

    def records(self):
        """``(line number, text)`` of the lines that hold an item."""
        numbered = [(number, line) for number, line in enumerate(self.lines, start=1) if line.strip()]
        return numbered[1:] if self.has_header else numbered

    def item(self, line):
        """An unsaved WorkItem; raises ValueError with the reason."""
        cells = self._cells(line)
        if len(cells) > len(self.columns):
            raise ValueError(
                _("there are %(n)s cells for %(of)s columns") % {"n": len(cells), "of": len(self.columns)}
            )
        given = dict(zip(self.columns, cells, strict=False))
        kind = self._choice(given, "kind", self.kinds, WorkItem.Kind.FEATURE)
        return WorkItem(
            key=_text(given, "key", 60),
            title=_text(given, "title", 200),
            kind=kind,
            status=self._choice(given, "status", self.statuses, WorkItem.Status.OPEN),
            severity=_severity(given.get("severity", ""), kind),
            application=self._choice(given, "application", self.applications, None),
            url=_url(given.get("url", "")),
        )

    def _cells(self, line):
        try:
            return [
                cell.strip() for cell in next(csv.reader([line], delimiter=self.delimiter, strict=True), [])
            ]
        except csv.Error:
            raise ValueError(_("a quote is not closed")) from None

    def _choice(self, given, column, choices, default):
        word = given.get(column, "")
        if not word:
            return default
        if word.lower() not in choices:
            raise ValueError(_("%(column)s: “%(word)s” is not known") % {"column": column, "word": word[:60]})
        return choices[word.lower()]


def _by_word(choices):
    return {word.lower(): choice for choice in choices for word in (choice.value, str(choice.label))}


def _text(given, column, longest):
    text = given.get(column, "")
    if not text or "\0" in text:
        raise ValueError(_("%(column)s is missing") % {"column": column})
    if len(text) > longest:
        raise ValueError(_("%(column)s is longer than %(n)s characters") % {"column": column, "n": longest})
    return text


def _severity(text, kind):
    if kind != WorkItem.Kind.DEFECT:
        return None
    if text not in ("1", "2", "3", "4"):
        raise ValueError(_("a defect has a severity from 1 (worst) to 4"))
    return int(text)


def _url(text):
    try:
        if text:
            _check_url(text)
    except ValidationError:
        raise ValueError(_("the link is no web address")) from None
    if len(text) > 500:
        raise ValueError(_("%(column)s is longer than %(n)s characters") % {"column": "url", "n": 500})
    return text
