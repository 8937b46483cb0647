"""The statements of one booking, recorded from the verb and repeated by bare psycopg for other bookings."""

import os
from uuid import UUID

import psycopg
from django.db import connection

from releasemgr.tenancy.ids import uuid7

_FRAMES = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # nobody writes these by hand
_COUNTED = ("SELECT", "tenancy_counter", "FOR UPDATE")


class Recorded:
    """Keeps ``(sql, parameters)`` of what Django sends inside the block."""

    def __enter__(self):
        self.statements = []
        self._wrapper = connection.execute_wrapper(self._keep)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *failure):
        return self._wrapper.__exit__(*failure)

    def _keep(self, execute, sql, params, many, context):
        if not str(sql).startswith(_FRAMES):
            self.statements.append((str(sql), tuple(params or ())))
        return execute(sql, params, many, context)


class ByHand:
    """Recorded statements of a booking with the parts exchanged that differ from booking to booking."""

    def __init__(self, statements, booking):
        self.statements = statements
        self.booking = booking
        kept = {booking.org_id, booking.project_id}
        self.renewed = {  # ids of what is written; what was there before keeps its own
            value
            for sql, parameters in statements
            for value in parameters
            if sql.startswith("INSERT")
            and isinstance(value, UUID)
            and value not in kept
            and value != booking.environment_id
        }

    def client(self, places):
        """Make a booking at each of the places ``(environment, start)``."""
        with psycopg.connect(os.environ["DATABASE_URL"]) as database, database.cursor() as cursor:
            for environment, starts_at in places:
                self._repeat(cursor, environment, starts_at)
                database.commit()

    def _repeat(self, cursor, environment, starts_at):
        old = self.booking
        exchanged = {pk: uuid7() for pk in self.renewed}
        exchanged |= {
            old.environment_id: environment.pk,
            old.starts_at: starts_at,
            old.ends_at: starts_at + (old.ends_at - old.starts_at),
        }
        for sql, parameters in self.statements:
            cursor.execute(
                sql, [_exchange(value, exchanged, str(old.number)) for value in parameters] or None
            )
            if all(word in sql for word in _COUNTED):
                value = cursor.fetchone()[-1]
                exchanged[old.number] = value + 1
            elif cursor.description:
                cursor.fetchall()


def _exchange(value, exchanged, number):
    if isinstance(value, str) and number in value:
        return value.replace(number, str(exchanged[int(number)]))
    try:
        return exchanged.get(value, value)
    except TypeError:  # JSON
        return value
