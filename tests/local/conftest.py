"""`manage.py up` as a person starts it: a process of its own, read line by line, stopped by signals."""

import http.client
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from releasemgr.local import processes
from releasemgr.local.folder import DataFolder
from releasemgr.local.ports import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
OURS = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_ADMIN_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "DATA_DIR",
    "PUBLIC_URL",
}


def plain_environment(**more):
    """The environment of somebody who has set nothing for the product."""
    return {**{name: value for name, value in os.environ.items() if name not in OURS}, **more}


class Up:
    """A running `manage.py up` on a data folder of its own."""

    def __init__(self, path, *arguments, port=None, environment=None):
        self.folder = DataFolder(path)
        self.port = port or free_port()
        command = [
            sys.executable,
            "manage.py",
            "up",
            "--data",
            str(path),
            "--port",
            str(self.port),
            *arguments,
        ]
        self.process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=environment or plain_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = []
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def wait_for(self, text, *, seconds=90):
        """The first line from now on that holds ``text``; fails with the whole log when it doesn't come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=1)
            except queue.Empty:
                continue
            if line is None:
                break
            self.said.append(line)
            if text in line:
                return line
        pytest.fail(f"{text!r} was not said:\n" + "\n".join(self.said))

    def wait_ready(self):
        self.wait_for("releasemgr is ready")
        return self

    def end(self, *, seconds=40):
        """Its exit code, once it has ended by itself."""
        code = self.process.wait(timeout=seconds)
        while (line := self._lines.get(timeout=5)) is not None:
            self.said.append(line)
        return code

    def interrupt(self, number=signal.SIGINT):
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.end()

    def pid_of(self, name):
        return self.folder.running()["processes"][name]["pid"]

    def left(self):
        """The names of what still runs for the folder."""
        return sorted(process.name() for process in processes.marked(self.folder.secrets["mark"]))


def status_of(port, path="/readyz", host=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host} if host else {})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


def manage(path, *arguments, **more):
    environment = plain_environment(DATA_DIR=str(path), **more)
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, timeout=90, check=False
    )


@pytest.fixture
def start():
    """Start `up`; whatever the test leaves running is stopped."""
    started = []

    def starter(path, *arguments, **options):
        started.append(Up(path, "--no-demo", *arguments, **options))
        return started[-1]

    yield starter
    for up in started:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(timeout=40)
        elif up.process.returncode < 0:  # killed by the test, so that nobody has cleaned up
            processes.end(processes.marked(up.folder.secrets["mark"]))


@pytest.fixture(scope="session")
def used_folder(tmp_path_factory):
    """A data folder on which `up` has run before, so that the migrations need not run in each test."""
    path = tmp_path_factory.mktemp("data") / "used"
    up = Up(path, "--no-demo").wait_ready()
    assert up.interrupt() == 0
    return path
