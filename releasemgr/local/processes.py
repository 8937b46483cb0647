"""Processes that outlive a crash of whoever started them: how they are marked, known again, and stopped.

Everything started for a data folder carries the folder's mark in its environment, and so do its own children. A
mark can't be inherited by a stranger, which a recorded number can: numbers are used again.
"""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil

from releasemgr.local.console import LocalError

MARK = "RELEASEMGR_FOLDER"
NOBODY = 65534
# Capabilities that let an unprivileged user enter folders closed to it, by their bit in the bounding set.
ENTER_FOLDERS = {"dac_read_search": 2, "dac_override": 1}


def start(command, *, mark, output, errors=None, environment=None, feed=None, owner=None, reach=(), cwd=None):
    """Start ``command`` in a session of its own, marked with ``mark``; what it writes goes to the file ``output``.

    What it writes to stderr goes to ``errors`` when given. Both files are closed here, the process keeps its own. ``feed`` (text) is written to its standard input, which is
    empty otherwise. ``owner`` is the user id to run as, None for our own, and ``reach`` the folders it must get to.
    Signals of our terminal don't arrive there: whoever starts it stops it.
    """
    command, identity = as_user(command, owner, reach=reach)
    with output, errors or contextlib.nullcontext():
        process = subprocess.Popen(
            command,
            env={**(os.environ if environment is None else environment), MARK: mark},
            stdin=subprocess.DEVNULL if feed is None else subprocess.PIPE,
            stdout=output,
            stderr=errors or subprocess.STDOUT,
            cwd=cwd or ("/" if owner is not None else None),
            start_new_session=True,
            **identity,
        )
    if feed is not None:
        process.stdin.write(feed.encode())
        process.stdin.close()
    return process


def as_user(command, owner, *, reach=()):
    """How to start ``command`` as user id ``owner``: the command itself and the keywords for Popen.

    ``reach`` are further folders it must get to. Under root, where the program's or the data's folder is closed to others (a clone under /root, a temporary
    folder), ``setpriv`` keeps the one capability that lets the process enter folders. Raises LocalError when this
    machine allows neither.
    """
    if owner is None or owner == os.geteuid():
        return command, {}
    if all(_is_open_to_all(path) for path in (Path(command[0]), *reach)):
        return command, {"user": owner, "group": owner, "extra_groups": []}
    capability = _allowed_capability()
    if capability is None:
        raise LocalError(
            "This checkout or data folder lies in a folder that only root may enter, and this machine lets root "
            "hand on no right to enter it. Start as an ordinary user, or move both to a folder open to all."
        )
    change = [shutil.which("setpriv"), f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
    change += ["--securebits=+no_setuid_fixup"]  # else access(2) looks without the capability
    return [*change, f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}", "--", *command], {}


def _is_open_to_all(path):
    """True when everybody may enter each folder above ``path``."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def _allowed_capability():
    if not sys.platform.startswith("linux") or not shutil.which("setpriv"):
        return None
    lines = Path("/proc/self/status").read_text().splitlines()
    bounds = int(next(line for line in lines if line.startswith("CapBnd:")).split()[1], 16)
    return next((name for name, bit in ENTER_FOLDERS.items() if bounds >> bit & 1), None)


def unprivileged_owner(folder):
    """The user id that servers on ``folder`` run as: None (ourselves), or for root the folder's owner or nobody.

    Raises LocalError when the folder belongs to another ordinary user.
    """
    owner = folder.stat().st_uid if folder.exists() else os.geteuid()
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise LocalError(
                f"{folder} belongs to user id {owner}; start as that user, or choose another --data."
            )
        return None
    return owner or NOBODY


def started_at(pid):
    """A text that differs for every process that ever has the number ``pid``, or None when none runs."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if sys.platform.startswith("linux"):  # ticks since boot don't move when the clock is set
            ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
            return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()}+{ticks}"
        return repr(process.create_time())
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None


def is_alive(pid, started):
    """True while the process that was started as ``pid`` at ``started`` runs, not another with its number."""
    return started is not None and started_at(pid) == started


def marked(mark):
    """The processes that carry ``mark``, without ourselves and the dead."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARK) == mark:
                found.append(process)
        except (psutil.Error, OSError):  # gone meanwhile, or somebody else's, which is not ours to stop
            continue
    return [process for process in found if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


def stop(process, *, mark, by=signal.SIGTERM, patience=10):
    """Stop ``process`` (Popen or psutil.Process) and all that it started; True when it went on its own feet.

    Sends ``by``, waits ``patience`` seconds, then kills what is left of its session.
    """
    send(process, by)
    went = _has_ended(process, patience)
    for left in _session(process.pid, mark):
        send(left, signal.SIGKILL)
    _has_ended(process, 5)
    return went


def send(process, number):
    """Send a signal to ``process``, unless it has ended; never to another that got its number."""
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
        process.send_signal(number)


def end(processes, *, patience=5):
    """End ``processes`` (psutil) politely, then for good."""
    for process in processes:
        send(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=patience)
    for process in alive:
        send(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=5)


def _session(leader, mark):
    """What still runs of the session that ``leader`` leads, as far as it carries our mark."""
    members = []
    for process in marked(mark):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(process.pid) == leader:
                members.append(process)
    return members


def _has_ended(process, patience):
    try:
        process.wait(timeout=patience)
    except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
        return False
    return True


def wait_until(condition, *, seconds, every=0.05):
    """True as soon as ``condition()`` is true, False when ``seconds`` have passed."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
