"""The data folder: everything one copy of the product keeps, and who is using it now.

secrets.json   keys and passwords, mode 0600, made once
running.json   the processes that serve this folder, rewritten by whoever starts or stops them
postgres/ valkey/ files/ logs/
*.lock         advisory locks; the kernel frees them however their holder ends
"""

import contextlib
import fcntl
import json
import os
import secrets
import stat
from pathlib import Path

from releasemgr.local.console import LocalError
from releasemgr.local.processes import is_alive, started_at

DATABASE = "releasemgr"


class DataFolder:
    """One data folder; ``prepare`` it before anything else is asked of it."""

    def __init__(self, path):
        self.path = Path(path).expanduser().resolve()
        self.postgres = self.path / "postgres"
        self.valkey = self.path / "valkey"
        self.logs = self.path / "logs"
        self._running = self.path / "running.json"
        self._held = {}

    @classmethod
    def of(cls, checkout, named=None):
        """The folder ``named``, else that of `DATA_DIR`, else `.data` in the checkout."""
        return cls(named or os.environ.get("DATA_DIR") or checkout / ".data")

    def prepare(self):
        """Make the folder, closed to others, with its secrets. Raises LocalError when it can't be written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not any(self.path.iterdir()) and stat.S_IMODE(self.path.stat().st_mode) != 0o700:
                self.path.chmod(0o700)
            self.logs.mkdir(exist_ok=True)
            if not (self.path / "secrets.json").exists():
                self._make_secrets()
        except OSError as error:
            raise LocalError(
                f"The data folder {self.path} can't be used ({error.strerror}: {error.filename}). "
                "Name one that you may write with --data or DATA_DIR."
            ) from None
        return self

    @property
    def secrets(self):
        """The folder's keys and passwords by name, as made once by ``prepare``."""
        return json.loads((self.path / "secrets.json").read_text())

    def _make_secrets(self):
        """Write the file whole or not at all: a second process that does the same at once changes nothing."""
        made = {
            "mark": secrets.token_hex(16),
            "secret_key": secrets.token_urlsafe(48),
            "postgres_password": secrets.token_hex(24),
            "owner_password": secrets.token_hex(24),
            "app_password": secrets.token_hex(24),
            "valkey_password": secrets.token_hex(24),
            "demo_seed": secrets.token_hex(16),
        }
        partial = self.path / f"secrets.{os.getpid()}"
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file, indent=2)
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(partial, self.path / "secrets.json")
        partial.unlink()

    # Who runs here

    def running(self):
        """What ``record`` last wrote, without the processes that have ended: ``{"url", "processes", …}``."""
        try:
            known = json.loads(self._running.read_text())
        except (OSError, ValueError):
            return {"processes": {}}
        alive = {
            name: process
            for name, process in known["processes"].items()
            if is_alive(process["pid"], process["started"])
        }
        return {**known, "processes": alive}

    def record(self, processes, **facts):
        """Store the numbers and start times of ``processes`` (name -> pid) beside ``facts`` (ports, URL)."""
        known = {name: {"pid": pid, "started": started_at(pid)} for name, pid in processes.items()}
        partial = self.path / "running.new"
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({**facts, "processes": known}, file, indent=2)
        partial.replace(self._running)

    # Locks

    def lock(self, name, *, shared=False, wait=True):
        """Take the lock ``name`` of this folder until ``unlock`` or the end of this process; False if it is held.

        Taking a lock again changes it from shared to exclusive or back.
        """
        if name not in self._held:
            descriptor = os.open(self.path / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._held[name] = os.fdopen(descriptor, "w")
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._held[name], kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(self, name):
        """Give the lock ``name`` back."""
        self._held.pop(name).close()

    @contextlib.contextmanager
    def alone(self, name):
        """Hold the lock ``name`` inside the block."""
        self.lock(name)
        try:
            yield
        finally:
            self.unlock(name)
