"""A virtual environment from the lock file, with the standard library alone.

Written so that an old Python can still read it and say what it lacks. The environment counts as whole when its
stamp names the lock file's hash; the stamp is written last, so that an interrupted install is seen and repaired.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
STAMP = "releasemgr-stamp.json"


class BootstrapError(Exception):
    """The environment can't be made; the text tells the person at the terminal what to do."""


def enter(checkout, argv):
    """Return when this process runs in the environment of ``checkout``; else make it and start again inside it.

    ``RELEASEMGR_VENV`` names another folder than ``.venv`` for the environment. Exits with 1 and a message when
    the environment can't be made.
    """
    try:
        environment = environment_of(checkout)
        ensure(environment, checkout / "requirements.lock")
    except BootstrapError as error:
        sys.exit(f"releasemgr: {error}")
    if Path(sys.prefix).resolve() == environment:
        return
    python = str(environment / "bin" / "python")
    sys.stdout.flush()
    os.execv(python, [python, *argv])  # noqa: S606 - our own interpreter and our own arguments


def environment_of(checkout):
    """The folder of the environment, with links followed, so that its scripts name the real place."""
    return Path(os.environ.get("RELEASEMGR_VENV") or checkout / ".venv").resolve()


def ensure(environment, lock_file):
    """Make, complete or repair ``environment`` until its stamp matches ``lock_file``.

    Waits for another process that is doing the same. Raises BootstrapError.
    """
    digest = hashlib.sha256(lock_file.read_bytes()).hexdigest()
    if is_whole(environment, digest):
        return
    if sys.version_info < OLDEST_PYTHON:
        raise BootstrapError(
            "Python {}.{} or newer is needed; this is {}.".format(*OLDEST_PYTHON, sys.version.split()[0])
        )
    with _alone(environment):
        if not is_whole(environment, digest):
            _install(environment, lock_file, digest)


def is_whole(environment, digest):
    """True when the environment was finished for this lock file and its interpreter is still there."""
    try:
        stamp = json.loads((environment / STAMP).read_text())
    except (OSError, ValueError):
        return False
    return stamp.get("lock") == digest and os.access(str(environment / "bin" / "python"), os.X_OK)


@contextlib.contextmanager
def _alone(environment):
    """Hold the lock beside ``environment``; the kernel frees it however the holder ends."""
    try:
        environment.parent.mkdir(parents=True, exist_ok=True)
        lock = open(str(environment) + ".lock", "w")  # noqa: SIM115 - closed below
    except OSError as error:
        raise BootstrapError(
            f"can't write {error.filename}: {error.strerror}. "
            "The environment needs a folder you may write; name one with RELEASEMGR_VENV."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _tell(f"another process is preparing {environment}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(environment, lock_file, digest):
    started = time.monotonic()
    _tell(f"preparing {environment} with Python {sys.version.split()[0]}")
    if not _pip_works(environment):
        _make(environment)
    _pip_install(environment, lock_file)
    stamp = {"lock": digest, "python": _version(environment)}
    partial = environment / (STAMP + ".new")
    partial.write_text(json.dumps(stamp))
    os.replace(str(partial), str(environment / STAMP))
    _tell(f"ready after {time.monotonic() - started:.0f} s")


def _pip_works(environment):
    """False for a folder that is missing, half made, or whose Python went away or is too old."""
    python = environment / "bin" / "python"
    if not python.exists():
        return False
    code = f"import pip, sys; sys.exit(sys.version_info < {OLDEST_PYTHON!r})"
    return subprocess.run([str(python), "-c", code], capture_output=True, check=False).returncode == 0


def _version(environment):
    command = [str(environment / "bin" / "python"), "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _make(environment):
    """An empty environment with pip; what stood there before goes, a link to the folder stays."""
    for entry in environment.iterdir() if environment.is_dir() else ():
        shutil.rmtree(str(entry)) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(environment)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise BootstrapError(
            "this Python can't make a virtual environment (on Debian and Ubuntu: install python3-venv).\n"
            + (made.stdout + made.stderr).strip()
        )


def _pip_install(environment, lock_file):
    """Install what the lock file names, package by package on the screen; the hashes decide what is accepted."""
    wanted = len(re.findall(r"^[\w.-]+==", lock_file.read_text(), re.MULTILINE))
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "--only-binary", ":all:", "--require-hashes", "-r", str(lock_file)]
    pip = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, seen = [], 0
    for line in pip.stdout:
        said.append(line)
        step = re.match(r"(?:Collecting|Processing|Ignoring|Requirement already satisfied:) (\S+)", line)
        if step:
            seen += 1
            _progress(seen, wanted, step.group(1).rsplit("/", 1)[-1].rstrip(":"))
        elif line.startswith("Installing collected"):
            _tell("unpacking")
    if pip.wait():
        raise BootstrapError(
            "the install failed; start again to repair it. pip said:\n" + "".join(said[-15:])
        )


def _progress(seen, wanted, name):
    """One line that rewrites itself on a terminal; a line for every tenth package in a log."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[Kreleasemgr: fetching {seen} of {wanted}: {name}")
        sys.stderr.flush()
    elif seen % 10 == 1:
        _tell(f"fetching {seen} of {wanted}: {name}")


def _tell(text):
    start = "\r\x1b[K" if sys.stderr.isatty() else ""
    sys.stderr.write(f"{start}releasemgr: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    try:
        ensure(environment_of(here), here / "requirements.lock")
    except BootstrapError as error:
        sys.exit(f"releasemgr: {error}")
