"""Loopback ports: which are free, and who holds one that is not."""

import contextlib
import socket

import psutil


def free_port(wished=None):
    """``wished`` when nobody listens there, else a port the kernel chooses."""
    if wished and is_free("127.0.0.1", wished):
        return wished
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(host, port):
    """True when a server could listen at ``host``:``port``. Raises OSError for a host that isn't this machine's."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen()
        except (PermissionError, OSError) as error:
            if error.errno in (98, 48, 13):  # in use on Linux, on macOS; not allowed
                return False
            raise
    return True


def holder_of(port):
    """The program that listens on ``port``, as `name (process N)`, or None when this user can't see it."""
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return None
