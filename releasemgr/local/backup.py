"""Backups that prove themselves: the rows of every table are counted in the snapshot that is dumped.

The files that people attached go into an archive beside the dump, each checked against the sum that its row holds.
A dump without `app.maintenance` succeeds and holds no tenant's row, since the owner role is subject to row-level
security too. So the counts stand beside the dump, and a restore that differs from them fails.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from releasemgr.local.console import LocalError
from releasemgr.local.postgres import programs
from releasemgr.local.roles import APP

MAINTENANCE = "-c app.maintenance=on"


_HEAD = 20  # lines of a dump's script within which it sets its session up
_UNKNOWN_BEFORE_17 = b"SET transaction_timeout"
_KEPT = "SELECT key, sha256 FROM public.activity_attachment WHERE removed_at IS NULL ORDER BY key"


def back_up(owner_url, path, *, files):
    """Dump the database to ``path``, its row counts to ``path``.counts, the folder ``files`` to ``path``.files.tar.

    All show the same moment, also while the product runs. Returns the counts by table. Raises LocalError, also when a
    file is missing or is not what its row says.
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
        _archive(connection, owner_url, path, Path(files))
    with open(os.open(f"{path}.counts", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(counts, file, indent=2)
    return counts


def restore(owner_url, path, *, files):
    """Fill the empty database of ``owner_url`` from ``path`` and the folder ``files`` from the archive beside it.

    Returns the counts, which equal those of the backup. All or nothing: raises LocalError when the database holds
    tables, when a statement fails, when any table has another number of rows than the backup says, or when a file is
    not what its row says.
    """
    with open(f"{path}.counts") as file:
        expected = json.load(file)
    with _maintenance(owner_url) as connection:
        if _tables(connection):
            raise LocalError("The database is not empty; a restore needs a new one (docs/operations.md).")
    _forget_default_privileges(owner_url)
    _replay(owner_url, path)
    with _maintenance(owner_url) as connection:
        found = _row_counts(connection)
    wrong = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    if wrong:
        lines = (
            f"  {name}: {expected.get(name)} in the backup, {found.get(name)} restored" for name in wrong
        )
        raise LocalError("The restored rows are not those of the backup:\n" + "\n".join(lines))
    _unpack(owner_url, path, Path(files))
    return found


def _archive(connection, owner_url, path, files):
    """Write every file of the snapshot into a tar; what was removed since the snapshot is left out."""
    kept = _kept(connection)
    faults = {key for key, digest in kept if _digest(files / key) != digest}
    if faults:
        with _maintenance(owner_url) as later:
            faults &= {key for key, _digest_then in _kept(later)}
    if faults:
        raise LocalError(
            "These files are missing or changed:\n" + "\n".join(f"  {key}" for key in sorted(faults))
        )
    with (
        open(os.open(f"{path}.files.tar", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target,
        tarfile.open(fileobj=target, mode="w") as archive,
    ):
        for key, _digest_now in kept:
            if (files / key).is_file():
                archive.add(files / key, arcname=key, recursive=False)


def _unpack(owner_url, path, files):
    """Put the files back under the keys that rows name, nothing else, and check each; a backup may be without any."""
    with _maintenance(owner_url) as connection:
        kept = dict(_kept(connection))
    archived = Path(f"{path}.files.tar")
    if archived.exists():
        with tarfile.open(archived) as archive:
            for member in archive:
                if member.name in kept and member.isfile():
                    _put(files / member.name, archive.extractfile(member))
    faults = [key for key, digest in kept.items() if _digest(files / key) != digest]
    if faults:
        raise LocalError("These files are missing or changed:\n" + "\n".join(f"  {key}" for key in faults))


def _put(path, content):
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        shutil.copyfileobj(content, target)


def _kept(connection):
    """``[(key, SHA-256), …]`` of the files that nobody removed; a schema from before there were files has none."""
    if "activity_attachment" not in _tables(connection):
        return []
    return connection.execute(_KEPT).fetchall()


def _digest(path):
    """The SHA-256 of a file in hexadecimal, "" when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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


def _replay(owner_url, path):
    """Run a dump's statements in one transaction, but for the one setting that servers before 17 do not know."""
    is_whole = False
    with tempfile.TemporaryFile("w+") as complaints:
        command, environment = _as_owner("psql", owner_url, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1")
        streams = {"stdout": subprocess.DEVNULL, "stderr": complaints}
        with (
            subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, **streams) as psql,
            suppress(BrokenPipeError),  # psql has complained and left
            psql.stdin as target,
        ):
            target.write(b"BEGIN;\n")
            is_whole = _read_script(path, target, complaints)
            if is_whole:
                target.write(b"COMMIT;\n")
        complaints.seek(0)
        complaint = complaints.read().strip()
    if psql.returncode or not is_whole:
        raise LocalError(f"The dump could not be restored:\n{complaint}")


def _read_script(path, target, complaints):
    """Write the SQL of a dump into ``target``. Whether all of it could be read."""
    # The administrator made extensions, and only he may comment on them.
    command = [str(programs() / "pg_restore"), "--no-comments", "--file=-", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as reading:
        head = [reading.stdout.readline() for _line in range(_HEAD)]
        target.writelines(line for line in head if not line.startswith(_UNKNOWN_BEFORE_17))
        shutil.copyfileobj(reading.stdout, target)
    return reading.returncode == 0


def _run(program, owner_url, *arguments, output=None):
    """Run one of PostgreSQL's programs as the owner."""
    command, environment = _as_owner(program, owner_url, *arguments)
    done = subprocess.run(
        command, env=environment, stdout=output, stderr=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise LocalError(f"{program} failed:\n{done.stderr.strip()}")


def _as_owner(program, owner_url, *arguments):
    """``(command, environment)``; the password goes by the environment, not the command line."""
    parts = urlsplit(owner_url)
    bare = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
    environment = {**os.environ, "PGOPTIONS": MAINTENANCE, "PGPASSWORD": unquote(parts.password or "")}
    return [str(programs() / program), f"--dbname={bare}", *arguments], environment
