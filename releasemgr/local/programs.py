"""The product's own processes: how they are started, which address they serve, and when they are ready."""

import http.client
import os
import socket
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - recognised, not bound
PATIENCE = 90
WEB = ["--interface=wsgi", "--workers=2", "--blocking-threads=8", "--workers-kill-timeout=10", "--no-ws"]
WORKER = [
    "--concurrency=2",
    "--prefetch-multiplier=1",
    "--loglevel=INFO",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
]


def commands(host, port, state):
    """The product's own processes by name, as argument lists; the sweeper keeps its clock in the folder ``state``.

    docker-compose.yml starts the same ones.
    """
    celery = [sys.executable, "-m", "celery", "--quiet", "--app=releasemgr"]
    web = [
        sys.executable,
        "-m",
        "granian",
        *WEB,
        f"--host={host}",
        f"--port={port}",
        "releasemgr.wsgi:application",
    ]
    return {
        "web": web,
        "worker": [*celery, "worker", *WORKER],
        "sweeper": [*celery, "beat", f"--schedule={state}/beat", "--pidfile="],
    }


@dataclass(frozen=True)
class Readiness:
    """What `/readyz` said: ready or the reason why not."""

    is_ready: bool
    text: str


class Address:
    """Where the web server listens and what people call it; `PUBLIC_URL` names a proxy in front of it."""

    def __init__(self, host, port):
        self.host = host
        self.port = port
        self.url = os.environ.get("PUBLIC_URL") or f"http://{self._public_host()}:{port}/"
        if not self.url.endswith("/"):
            self.url += "/"

    @property
    def is_loopback(self):
        """True when only this machine reaches it."""
        return self.host in LOOPBACK

    @property
    def is_plain(self):
        """True when people use it without https."""
        return self.url.startswith("http:")

    def environment(self):
        """The settings' variables about the address; on the loopback every name of it is served."""
        names = {"PUBLIC_URL": self.url}
        if self.is_loopback:
            others = ("localhost", "127.0.0.1", "[::1]", os.environ.get("ALLOWED_HOSTS", ""))
            names["ALLOWED_HOSTS"] = ",".join(filter(None, others))
        return names

    def readiness(self):
        """Ask `/readyz` once, as a proxy in front of it would."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        public = urlsplit(self.url)
        connection = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            connection.request(
                "GET", "/readyz", headers={"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
            )
            response = connection.getresponse()
            text = response.read(2000).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return Readiness(is_ready=False, text=str(error))
        finally:
            connection.close()
        return Readiness(is_ready=response.status == 200, text=f"{response.status} {text}")

    def _public_host(self):
        if self.host in EVERYWHERE:
            return socket.getfqdn()
        return f"[{self.host}]" if ":" in self.host else self.host


if (
    __name__ == "__main__"
):  # the health check of a container: run by its path, needs the standard library alone
    sys.exit(not Address("127.0.0.1", 8000).readiness().is_ready)
