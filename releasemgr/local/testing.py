"""The commands `test` and `bench`: against servers of their own, which are gone afterwards.

The owner role migrates one database; each worker of pytest clones it and runs its tests as `releasemgr_app`.
`DATABASE_URL` (an administrator) puts these databases on another server instead.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from releasemgr.local import roles
from releasemgr.local.console import LocalError
from releasemgr.local.folder import DataFolder
from releasemgr.local.servers import Servers, settings_environment

PREFIX = "releasemgr-test-"
WORKERS = "2"


def run(checkout, arguments, console):
    """Run pytest with ``arguments``; returns its exit code."""
    with _expendable(checkout, console) as environment:
        return _wait([sys.executable, "-m", "pytest", *_with_defaults(arguments)], checkout, environment)


def bench(checkout, arguments, console):
    """Measure the performance goals on an empty product; returns 1 when one is missed."""
    with _expendable(checkout, console) as environment:
        return _wait([sys.executable, "manage.py", "bench", *arguments], checkout, environment)


@contextmanager
def _expendable(checkout, console):
    """The environment of a migrated database on servers of this run; servers, databases and files go at the end."""
    _sweep()
    folder = DataFolder(tempfile.mkdtemp(prefix=PREFIX))
    folder.lock("use")  # before it is recognisable, so that no other run sweeps it away
    folder.prepare()
    servers = Servers(folder, is_expendable=True)
    database = f"test_{os.getpid()}_{folder.secrets['mark'][:6]}"
    try:
        servers.start(lambda name: (folder.logs / f"{name}.log").open("w"))
        environment = _environment(folder, servers, database)
        _migrate(checkout, environment)
        yield environment
    except LocalError:
        _show_logs(folder, console)
        raise
    finally:
        _remove(folder, servers, database)


def _environment(folder, servers, database):
    """What pytest and its workers read: the settings' variables and the two stronger roles for the fixtures."""
    urls = servers.provision(database)
    return {
        **os.environ,
        **settings_environment(folder, servers, database_url=urls["app"]),
        "DATABASE_OWNER_URL": urls["owner"],
        "DATABASE_ADMIN_URL": servers.admin_url,
        "PUBLIC_URL": "http://testserver",
    }


def _migrate(checkout, environment):
    """Fill the database that the workers clone, as its owner."""
    command = [sys.executable, str(checkout / "manage.py"), "migrate", "--verbosity", "0"]
    done = subprocess.run(command, env=environment, cwd=checkout, check=False)
    if done.returncode:
        raise LocalError("The migrations failed; no test was run.")


def _wait(command, checkout, environment):
    """Ctrl-C reaches the child by itself, SIGTERM is passed on as one; either way it finishes its report."""
    process = subprocess.Popen(command, env=environment, cwd=checkout)
    try:
        return _code_of(process)
    except SystemExit:
        process.send_signal(signal.SIGINT)
        _code_of(process)
        raise


def _code_of(process):
    while True:
        with suppress(KeyboardInterrupt):
            return process.wait()


def _with_defaults(arguments):
    """All but the slow tests, on two workers when no path is given; what the caller says instead is kept."""
    paths = [argument for argument in arguments if Path(argument.split("::")[0]).exists()]
    defaults = []
    if "-m" not in arguments and not any("::" in path for path in paths):
        defaults += ["-m", "not slow"]
    if not paths and not any(
        argument.startswith(("-n", "--numprocesses", "--pdb")) for argument in arguments
    ):
        defaults += ["-n", WORKERS, "--dist", "loadgroup"]
    return [*defaults, *arguments]


def _show_logs(folder, console):
    for log in sorted(folder.logs.glob("*.log")):
        console.say("\n".join(log.read_text(errors="replace").splitlines()[-20:]), who=log.stem)


def _remove(folder, servers, database):
    if servers.postgres is None:
        with roles.connect(servers.admin_url) as admin:
            roles.drop_databases(admin, prefix=database)
    servers.stop()
    servers.stop_leftovers()
    shutil.rmtree(folder.path, ignore_errors=True)


def _sweep():
    """Remove what a killed run left behind: folders that nobody holds, with the servers still running on them."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        if not os.access(path, os.W_OK) or not (path / "secrets.json").exists():
            continue
        folder = DataFolder(path)
        if folder.lock("use", wait=False):
            Servers(folder, is_expendable=True).stop_leftovers()
            shutil.rmtree(path, ignore_errors=True)
            folder.unlock("use")
