"""Backups that prove themselves: the rows of every table are counted in the snapshot that is dumped.

A dump without `app.maintenance` succeeds and holds no tenant's row, since the owner role is subject to row-level
security too. So the counts stand beside the dump, and a restore that differs from them fails.
"""

import json
import os
import subprocess
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from releasemgr.local.console import LocalError
from releasemgr.local.postgres import programs
from releasemgr.local.roles import APP

MAINTENANCE = "-c app.maintenance=on"


def back_up(owner_url, path):
    """Dump the database to ``path`` and its row counts to ``path``.counts; returns the counts by table.

    Both show the same moment, also while the product runs. Raises LocalError.
    """
    with _maintenance(owner_url) as connection:
        (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone()
        counts = _row_counts(connection)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            _run(
                "pg_dump",
                owner_url,
                "--format=custom",
                "--enable-row-security",
                f"--snapshot={snapshot}",
                output=file,
            )
    with open(os.open(f"{path}.counts", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(counts, file, indent=2)
    return counts


def restore(owner_url, path):
    """Fill the empty database of ``owner_url`` from ``path``; returns the counts, which equal those of the backup.

    All or nothing: raises LocalError when the database holds tables, when a statement fails, or when any table has
    another number of rows than the backup says.
    """
    with open(f"{path}.counts") as file:
        expected = json.load(file)
    with _maintenance(owner_url) as connection:
        if _tables(connection):
            raise LocalError("The database is not empty; a restore needs a new one (docs/operations.md).")
    _forget_default_privileges(owner_url)
    # The administrator made extensions, and only he may comment on them.
    _run("pg_restore", owner_url, "--single-transaction", "--exit-on-error", "--no-comments", str(path))
    with _maintenance(owner_url) as connection:
        found = _row_counts(connection)
    wrong = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    if wrong:
        lines = (
            f"  {name}: {expected.get(name)} in the backup, {found.get(name)} restored" for name in wrong
        )
        raise LocalError("The restored rows are not those of the backup:\n" + "\n".join(lines))
    return found


def _forget_default_privileges(owner_url):
    """Rights that a migration took from the app role (the audit trail's) stay taken only in a database without them.

    A dump says what is granted, not what is refused. It also sets the default privileges again at its end.
    """
    with psycopg.connect(owner_url, connect_timeout=10) as connection:
        for kind in ("TABLES", "SEQUENCES"):
            connection.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind} FROM {APP}")


def _maintenance(owner_url):
    """A connection of the owner that sees every organisation's rows, in one unchanging snapshot."""
    connection = psycopg.connect(owner_url, options=MAINTENANCE, connect_timeout=10)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _tables(connection):
    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    )
    return [name for (name,) in found.fetchall()]


def _row_counts(connection):
    counted = sql.SQL("SELECT count(*) FROM {}")
    return {
        name: connection.execute(counted.format(sql.Identifier("public", name))).fetchone()[0]
        for name in _tables(connection)
    }


def _run(program, owner_url, *arguments, output=None):
    """Run one of PostgreSQL's programs as the owner; the password goes by the environment, not the command line."""
    parts = urlsplit(owner_url)
    bare = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
    environment = {**os.environ, "PGOPTIONS": MAINTENANCE, "PGPASSWORD": unquote(parts.password or "")}
    done = subprocess.run(
        [str(programs() / program), f"--dbname={bare}", *arguments],
        env=environment,
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise LocalError(f"{program} failed:\n{done.stderr.strip()}")
