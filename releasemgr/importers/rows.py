"""Reading CSV rows that others wrote: every fault is named by file, line, column and reason, and the rest is read."""

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO

_LONGEST_ROW_LINES = 60  # a quote that is still open after so many lines was never meant to open


class FileFault(Exception):
    """A file that cannot be read at all: missing, without the columns it needs, or not a text file."""


class CellFault(ValueError):
    """A cell whose value does not do; ``column`` names it."""

    def __init__(self, column, reason):
        super().__init__(reason)
        self.column, self.reason = column, reason


@dataclass(frozen=True)
class Problem:
    """A row that was left out, and why. ``line`` counts from 1, the header being line 1."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self):
        place = f"{self.file}, line {self.line}"
        return f"{place}, {self.column}: {self.reason}" if self.column else f"{place}: {self.reason}"


class Row:
    """The cells of one line by column, with readers that raise CellFault."""

    def __init__(self, line, cells):
        self.line, self.cells = line, cells

    def text(self, column, *, longest, required=True):
        """The cell as text; raises when it is empty but required, too long or not storable."""
        value = self.cells[column]
        if required and not value:
            raise CellFault(column, "is empty")
        if len(value) > longest:
            raise CellFault(column, f"is longer than {longest} characters")
        if not _is_utf8(value):
            raise CellFault(column, "is not UTF-8")
        if "\0" in value:
            raise CellFault(column, "holds a zero byte")
        return value

    def choice(self, column, choices, *, required=True):
        """What ``choices`` (text -> value) has for the cell."""
        value = self.text(column, longest=200, required=required)
        if value not in choices:
            raise CellFault(column, f"“{value}” is not one of {', '.join(sorted(filter(None, choices)))}")
        return choices[value]

    def day(self, column, *, required=True):
        """The cell as a date (YYYY-MM-DD); None when it is empty."""
        return self._parsed(column, date.fromisoformat, "a date like 2026-04-01", required=required)

    def instant(self, column, *, required=True):
        """The cell as an aware time in UTC (YYYY-MM-DDTHH:MM:SSZ); None when it is empty."""
        return self._parsed(column, _utc, "a time in UTC like 2026-04-01T10:24:56Z", required=required)

    def _parsed(self, column, parse, like, *, required):
        value = self.text(column, longest=40, required=required)
        if not value:
            return None
        try:
            return parse(value)
        except ValueError:
            raise CellFault(column, f"“{value}” is not {like}") from None


def read(path, columns, parse, report):
    """Yield ``parse(row)`` for each row of a CSV file; calls ``report(Problem)`` for rows it must leave out.

    Raises FileFault when the file is missing or lacks one of ``columns``.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="surrogateescape")
    except OSError as fault:
        raise FileFault(f"{path}: {fault.strerror}.") from fault
    records = _records(list(StringIO(text, newline="")))
    header = next(records, (1, [], ""))[1]
    missing = [column for column in columns if column not in header]
    if missing:
        raise FileFault(f"{path}, line 1: the column {', '.join(missing)} is missing.")
    for line, cells, fault in records:
        try:
            if fault or len(cells) != len(header):
                raise CellFault("", fault or f"has {len(cells)} cells, the header has {len(header)}")
            yield parse(Row(line, dict(zip(header, cells, strict=True))))
        except CellFault as broken:
            report(Problem(path.name, line, broken.column, broken.reason))


def _records(lines):
    """``(first line's number, cells, fault)`` of each record; after an unclosed quote it goes on with the next line."""
    index = 0
    while index < len(lines):
        last = _last_line(lines, index)
        if last is None:
            yield index + 1, [], "a quote is not closed"
            index += 1
            continue
        record = "".join(lines[index : last + 1])
        if record.strip():
            yield index + 1, *_cells(record)
        index = last + 1


def _last_line(lines, first):
    quotes = 0
    for index in range(first, min(first + _LONGEST_ROW_LINES, len(lines))):
        quotes += lines[index].count('"')
        if quotes % 2 == 0:
            return index
    return None


def _cells(record):
    try:
        return next(csv.reader([record], strict=True)), ""
    except csv.Error as fault:
        return [], str(fault)


def _utc(text):
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)


def _is_utf8(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
