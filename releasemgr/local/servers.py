"""The two servers a copy of the product needs: started here, found running, or named by the environment."""

import contextlib
import os
import signal
from functools import partial

import psutil

from releasemgr.local import processes, roles
from releasemgr.local.folder import DATABASE
from releasemgr.local.postgres import Postgres
from releasemgr.local.valkey import Valkey


class Servers:
    """Postgres and Valkey of ``folder``; `DATABASE_URL` (an administrator) and `REDIS_URL` stand in for either."""

    def __init__(self, folder, *, is_expendable=False, environment=os.environ):
        self.folder = folder
        self.their_database = environment.get("DATABASE_URL")
        self.their_broker = environment.get("REDIS_URL")
        self.postgres = None if self.their_database else Postgres(folder, is_expendable=is_expendable)
        self.valkey = None if self.their_broker else Valkey(folder, is_expendable=is_expendable)
        self.processes = {}

    @property
    def embedded(self):
        """Those that run on this machine for this folder alone, in the order they start."""
        return [server for server in (self.postgres, self.valkey) if server]

    @property
    def admin_url(self):
        """The database's administrator."""
        return self.their_database or self.postgres.url

    @property
    def redis_url(self):
        """The workers' broker."""
        return self.their_broker or self.valkey.url

    def start(self, output_of):
        """Start what is embedded; ``output_of(name)`` gives the file or pipe for a server's log."""
        for server in self.embedded:
            self.processes[server.name] = server.start(output=partial(output_of, server.name))
            self.record()

    def record(self, processes=(), **facts):
        """Write down what runs for this folder: the servers, ``processes`` (name -> process) and ``facts``."""
        ports = {f"{server.name}_port": server.port for server in self.embedded}
        everything = {**self.processes, **dict(processes)}
        self.folder.record({name: process.pid for name, process in everything.items()}, **ports, **facts)

    def adopt(self):
        """True when the servers this folder's record names still run and answer; they are ours to use then."""
        known = self.folder.running()
        for server in self.embedded:
            server.port = known.get(f"{server.name}_port")
            if server.name not in known["processes"] or not server.answers():
                return False
            self.processes[server.name] = psutil.Process(known["processes"][server.name]["pid"])
        return True

    def stop(self):
        """Stop the servers, brokers first; True when each went clean."""
        ended = [
            server.stop(self.processes.pop(server.name))
            for server in reversed(self.embedded)
            if server.name in self.processes
        ]
        self.folder.record({})
        return all(ended)

    def stop_leftovers(self):
        """Stop everything that a killed run left behind for this folder; returns the names of what was found."""
        found = processes.marked(self.folder.secrets["mark"])
        names = sorted({process.name() for process in found})
        databases = [process for process in found if process.name() == "postgres"]
        processes.end([process for process in found if process not in databases])
        for process in databases:
            processes.stop(process, mark=self.folder.secrets["mark"], by=signal.SIGINT, patience=30)
        return names

    def provision(self, database=None):
        """Make roles and database with this folder's passwords; returns the URLs as ``{"owner", "app"}``.

        ``database`` is the one the administrator's URL means, unless given.
        """
        kept = self.folder.secrets
        named = database or roles.database_of(self.admin_url, default=DATABASE)
        passwords = {roles.OWNER: kept["owner_password"], roles.APP: kept["app_password"]}
        roles.provision(
            self.admin_url,
            database=named,
            owner_password=passwords[roles.OWNER],
            app_password=passwords[roles.APP],
            may_change_passwords=self.postgres is not None,
        )
        return {
            kind: roles.url_for(self.admin_url, role=role, password=passwords[role], database=named)
            for kind, role in (("owner", roles.OWNER), ("app", roles.APP))
        }


def settings_environment(folder, servers, *, database_url, public_url=None):
    """What the settings read, for processes of this copy that use ``database_url``."""
    ours = {
        "DATABASE_URL": database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or folder.secrets["secret_key"],
        "DATA_DIR": str(folder.path),
        "DEMO_SEED": folder.secrets["demo_seed"],
        "DJANGO_SETTINGS_MODULE": "releasemgr.settings",
        "PLAIN_HTTP": "yes",
        "PYTHONUNBUFFERED": "1",
    }
    if public_url:
        ours["PUBLIC_URL"] = public_url
    return ours


@contextlib.contextmanager
def borrowed(folder):
    """The servers of ``folder`` for one command, with roles and database: those that run already, else started now.

    While `up` starts it waits. Whoever is the last to use the servers stops them again, unless `up` is among the
    users. Yields the servers and the roles' URLs as ``{"owner", "app"}``.
    """
    servers = Servers(folder)
    try:
        with folder.alone("change"):
            folder.lock("use", shared=True)
            if not servers.adopt():
                servers.stop_leftovers()
                servers.start(lambda name: (folder.logs / f"{name}.log").open("w"))
            urls = servers.provision()
        yield servers, urls
    finally:
        with folder.alone("change"):
            if folder.lock("use", wait=False):
                servers.stop()
                servers.stop_leftovers()
            folder.unlock("use")
