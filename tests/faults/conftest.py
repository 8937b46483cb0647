"""The product's own processes on the database of the test run, so that a test can kill them and look at the rows."""

import http.client
import os
import subprocess
import time
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from releasemgr.local.ports import free_port
from releasemgr.local.programs import commands
from tests.local.conftest import CHECKOUT

HOST = {"Host": "testserver"}  # the PUBLIC_URL of a test run
TOKEN = "f" * 32


class Processes:
    """Web and worker started as `up` starts them; ``environment`` may name another broker."""

    def __init__(self, state):
        self.state, self.port, self.running = state, free_port(), {}

    def start(self, name, **environment):
        """Start one and, for the web, wait until it answers."""
        command = commands("127.0.0.1", self.port, self.state)[name]
        self.running[name] = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if name == "web":
            self._wait_for_web()

    def kill(self, name):
        """`kill -9` the process and all its children."""
        process = self.running.pop(name)
        os.killpg(process.pid, 9)
        process.wait(timeout=10)

    def stop(self):
        for name in list(self.running):
            self.kill(name)

    def request(self, method, path, user, fields=None):
        """``(status, seconds)`` of one request by a signed-in person."""
        started = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {**HOST, "Cookie": self._cookies(user), "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({**fields, "csrfmiddlewaretoken": TOKEN}) if fields else None
        connection.request(method, path, body=body, headers=headers)
        status = connection.getresponse().status
        connection.close()
        return status, time.monotonic() - started

    def _cookies(self, user):
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        return f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={TOKEN}"

    def _wait_for_web(self):
        for _attempt in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz", headers=HOST)
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        pytest.fail("the web process did not become ready")


@pytest.fixture
def processes(tmp_path, transactional_db):
    started = Processes(tmp_path)
    yield started
    started.stop()
