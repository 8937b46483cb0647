"""Tables for spreadsheets: CSV written as it is read, in a scope of its own, with cells that cannot run as formulas."""

import csv

from django.http import StreamingHttpResponse

from releasemgr.tenancy.scope import org_scope

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """A file that hands each written line back."""

    def write(self, line):
        return line


def guarded(value):
    """A cell that a spreadsheet will not run as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(org, header, rows_of):
    """Lines of CSV: the header, then the rows that ``rows_of()`` yields once the scope of ``org`` is open."""
    writer = csv.writer(_Echo())
    yield writer.writerow([str(title) for title in header])
    with org_scope(org):
        for row in rows_of():
            yield writer.writerow([guarded(value) for value in row])


def csv_response(org, name, header, rows_of):
    """A download ``<name>-<organisation>.csv``, streamed; ``rows_of()`` runs after the view has ended."""
    response = StreamingHttpResponse(csv_lines(org, header, rows_of), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{org.slug}.csv"'
    return response
