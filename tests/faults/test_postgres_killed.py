"""`kill -9` of Postgres in the middle of an import: what was committed is there, the rest can be repeated."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.importers.long_pack import CYCLES, DELIVERABLES, VERSIONS, write_long_pack
from tests.local.conftest import CHECKOUT, manage, plain_environment, start  # noqa: F401 (a fixture)

pytestmark = pytest.mark.faults

ALL = CYCLES * DELIVERABLES * VERSIONS


def import_until(line_start, path, pack, then):
    """Run the import against a data folder and call ``then()`` at its first progress line that starts so."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_openstack", str(pack), "--org", "brook"],
        cwd=CHECKOUT,
        env=plain_environment(DATA_DIR=str(path)),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    for line in process.stderr:
        if line.strip().startswith(line_start):
            then()
            break
    said = process.stderr.read()
    return process.wait(timeout=60), said


def imported(path, pack):
    """The counts of a whole import."""
    done = manage(path, "import_openstack", str(pack), "--org", "brook", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_nothing_is_lost_and_nothing_half_done(tmp_path, start):  # noqa: F811
    pack, path = write_long_pack(_folder(tmp_path, "pack")), tmp_path / "data"
    up = start(path).wait_ready()

    code, _said = import_until("2/", path, pack, lambda: os.kill(up.pid_of("postgres"), signal.SIGKILL))

    assert code != 0
    assert up.end() == 1
    assert any("postgres ended by itself" in line for line in up.said)
    start(path).wait_ready()
    first = imported(path, pack)
    assert first["stored"]["versions"] == ALL
    assert first["created"]["version"] % (DELIVERABLES * VERSIONS) == 0  # only whole cycles were missing
    assert 0 < first["created"]["version"] < ALL
    assert imported(path, pack)["created"] == {}
    checked = manage(path, "verify_audit")
    assert checked.returncode == 0, checked.stderr


def _folder(parent, name):
    (parent / name).mkdir()
    return parent / name
