"""What the test's connection, which is the application role's, sees of tables in raw SQL."""

from django.db import connection


def counted(tables):
    """``{table: rows}`` that this connection sees in each table."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
            found[table] = cursor.fetchone()[0]
        return found


def visible(tables):
    """Those tables in which anything can be seen."""
    return [table for table, rows in counted(tables).items() if rows]
