"""Start the whole product on this machine: servers, database, demo, web, worker and sweeper, until Ctrl-C."""

import os
import signal
import sys
import time

from releasemgr.local import demo, processes, programs
from releasemgr.local.console import LocalError
from releasemgr.local.folder import DataFolder
from releasemgr.local.ports import holder_of, is_free
from releasemgr.local.servers import Servers, settings_environment

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ASKED_ALREADY = 0  # the signal that is none
TURN = 0.2


class Stop(BaseException):
    """Somebody asked us to end; the text is the signal's name. Not an Exception, so that no handler keeps it."""


def run(checkout, options, console):
    """`manage.py up`: returns 0 after Ctrl-C or SIGTERM, 1 when something failed or the folder is in use."""
    folder = DataFolder.of(checkout, options.data).prepare()
    if not folder.lock("up", wait=False):
        return _tell_who_runs(folder, console)
    product = Product(checkout, folder, options, console)
    _listen_for_signals()
    try:
        product.start()
        product.watch()
    except Stop as asked:
        console.say(f"{asked}: stopping")
        return 0
    except LocalError as error:
        console.say(str(error))
        return 1
    finally:
        _ignore_signals()
        product.stop()


class Product:
    """All processes of one copy of the product, from the first server to the last log line."""

    def __init__(self, checkout, folder, options, console):
        self.checkout = checkout
        self.folder = folder
        self.options = options
        self.console = console
        self.servers = Servers(folder)
        self.children = {}
        self.address = programs.Address(options.host, options.port)

    def start(self):
        """Bring everything up and say where it is. Raises LocalError."""
        demo.refuse_if_reachable(self.folder, self.address)
        self._take_over()
        self._refuse_taken_port()
        for server in self.servers.embedded:
            self.console.say(f"starting {server.name}")
        self.servers.start(self.console.pipe)
        self._record()
        urls = self.servers.provision()
        self.run_once("migrate", "--verbosity", "1", database_url=urls["owner"])
        self.folder.lock("use", shared=True)  # from here on, other commands may share the servers
        demo.seed_if_empty(self, urls)
        self._start_children(urls["app"])
        self._wait_until_ready()
        self._welcome()

    def watch(self):
        """Return never; raise LocalError when one of our processes ends by itself."""
        while True:
            self._notice_ended()
            time.sleep(TURN)

    def stop(self):
        """Stop what was started, in the order that loses nothing: web and workers, broker, database."""
        for process in self.children.values():
            processes.send(process, signal.SIGTERM)
        for process in self.children.values():
            processes.stop(process, mark=self.folder.secrets["mark"], by=ASKED_ALREADY, patience=12)
        self.servers.stop()
        self.servers.stop_leftovers()
        self.folder.record({})
        self.console.say(f"stopped; everything is kept in {self.folder.path}")

    def run_once(self, *arguments, database_url, output=None):
        """Run a management command to its end, its lines in our log. Raises LocalError when it fails.

        ``output`` is a file for what it prints, if it is meant for us and not for the log.
        """
        command = [sys.executable, str(self.checkout / "manage.py"), *arguments]
        log = self.console.pipe("up")
        process = self._spawn(
            command, self._environment(database_url), output or log, errors=log if output else None
        )
        if process.wait():
            raise LocalError(f"{arguments[0]} failed ({_ending(process.returncode)})")

    def _take_over(self):
        """Wait for commands that use this folder's servers, then stop what a killed run left behind."""
        if not self.folder.lock("use", wait=False):
            self.console.say("a management command is using this data folder; waiting until it has finished")
            while not self.folder.lock("use", wait=False):
                time.sleep(TURN)
        left = self.servers.stop_leftovers()
        if left:
            self.console.say(f"stopped what an earlier run left behind: {', '.join(left)}")

    def _refuse_taken_port(self):
        host, port = self.options.host, self.options.port
        try:
            if is_free(host, port):
                return
        except OSError as error:
            raise LocalError(f"This machine can't listen at {host}: {error.strerror}.") from None
        holder = holder_of(port) or "another program"
        raise LocalError(f"Port {port} of {host} is taken by {holder}; choose another with --port.")

    def _environment(self, database_url):
        ours = settings_environment(self.folder, self.servers, database_url=database_url)
        theirs = {name: value for name, value in os.environ.items() if name not in {"DATABASE_OWNER_URL"}}
        quiet = {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
        return {**quiet, **theirs, **ours, **self.address.environment()}

    def _spawn(self, command, environment, output, errors=None):
        return processes.start(
            command,
            mark=self.folder.secrets["mark"],
            environment=environment,
            output=output,
            errors=errors,
            cwd=self.checkout,
        )

    def _start_children(self, database_url):
        environment = self._environment(database_url)
        for name, command in programs.commands(
            self.options.host, self.options.port, self.folder.path
        ).items():
            self.children[name] = self._spawn(command, environment, self.console.pipe(name))
            self._record()

    def _record(self):
        self.servers.record(
            self.children | {"up": _Ourselves()}, url=self.address.url, host=self.options.host
        )

    def _wait_until_ready(self):
        self.console.say(f"waiting for {self.address.url}readyz")
        deadline = time.monotonic() + programs.PATIENCE
        while not (answer := self.address.readiness()).is_ready:
            self._notice_ended()
            if time.monotonic() > deadline:
                raise LocalError(f"The product is not ready after {programs.PATIENCE} s: {answer.text}")
            time.sleep(TURN)

    def _notice_ended(self):
        for name, process in {**self.servers.processes, **self.children}.items():
            if process.poll() is not None:
                raise LocalError(
                    f"{name} ended by itself ({_ending(process.returncode)}); stopping everything"
                )

    def _welcome(self):
        lines = ["", f"releasemgr is ready: {self.address.url}", f"data folder: {self.folder.path}"]
        if self.address.is_plain:
            lines.append(
                "Plain http, meant for this machine; for others put it behind https (docs/operations.md)."
            )
        self.console.say("\n".join([*lines, *demo.logins(self.folder), "Ctrl-C stops everything.", ""]))


class _Ourselves:
    """This process, in the shape of the others."""

    pid = os.getpid()


def _tell_who_runs(folder, console):
    known = folder.running()
    supervisor = known["processes"].get("up")
    where = f"at {known['url']} (process {supervisor['pid']})" if supervisor else "and is still starting"
    console.say(f"already running {where}; its data folder is {folder.path}")
    return 1


def _ending(code):
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _listen_for_signals():
    def ask_to_stop(number, _frame):
        _ignore_signals()
        raise Stop(signal.Signals(number).name)

    for number in SIGNALS:
        signal.signal(number, ask_to_stop)


def _ignore_signals():
    """Once we stop, a second Ctrl-C must not leave half of it running; each step has its own time limit."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
