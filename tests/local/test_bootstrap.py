"""The environment is made once, reused at once, repaired after an interruption, and made by one process at a time."""

import json
import os
import runpy
import shutil
import subprocess
import sys
import time

import pytest

from tests.local.conftest import CHECKOUT, plain_environment

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("bootstrap")]

STAND_IN = (
    "import sys\ndef main(checkout, argv):\n    sys.stdout.write(sys.prefix + ' ' + argv[1])\n    return 7\n"
)


def copied(place):
    """A checkout at ``place`` with an empty lock file, whose only command says where it runs and exits with 7."""
    (place / "releasemgr" / "local").mkdir(parents=True)
    for package in ("releasemgr", "releasemgr/local"):
        (place / package / "__init__.py").touch()
    shutil.copy(CHECKOUT / "manage.py", place)
    shutil.copy(CHECKOUT / "releasemgr" / "bootstrap.py", place / "releasemgr")
    (place / "releasemgr" / "local" / "commands.py").write_text(STAND_IN)
    (place / "requirements.lock").write_text("")
    return place


@pytest.fixture
def checkout(tmp_path):
    """One that nobody has started yet."""
    return copied(tmp_path / "fresh")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """One whose environment stands; the tests that use it leave it standing."""
    checkout = copied(tmp_path_factory.mktemp("made") / "checkout")
    assert run(checkout)[:2] == (7, f"{checkout}/.venv hello")
    return checkout


def base_python():
    """The interpreter outside every environment."""
    return os.path.join(sys.base_prefix, "bin", "python3")


def command(checkout):
    environment = plain_environment(RELEASEMGR_VENV="")
    return subprocess.Popen(
        [base_python(), str(checkout / "manage.py"), "hello"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(checkout):
    process = command(checkout)
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def test_the_second_start_takes_less_than_a_second(made):
    started = time.monotonic()
    code, out, err = run(made)

    assert time.monotonic() - started < 1
    assert (code, out, err) == (7, f"{made}/.venv hello", "")


def test_the_stamp_names_lock_and_python(made):
    stamp = json.loads((made / ".venv" / "releasemgr-stamp.json").read_text())

    assert stamp["python"] == ".".join(map(str, sys.version_info[:3]))
    assert len(stamp["lock"]) == 64


def test_a_changed_lock_file_is_installed_once(made):
    (made / "requirements.lock").write_text("# another\n")

    assert "releasemgr: ready after" in run(made)[2]
    assert run(made) == (7, f"{made}/.venv hello", "")


def test_a_failed_install_says_what_pip_said_and_counts_as_none(made):
    before = (made / "requirements.lock").read_text()
    (made / "requirements.lock").write_text("not a requirement\n")

    code, _, err = run(made)

    assert code == 1
    assert "the install failed; start again to repair it" in err
    assert "Invalid requirement" in err
    (made / "requirements.lock").write_text(before)
    assert run(made)[0] == 7


def test_a_half_made_environment_is_repaired(made):
    (made / ".venv" / "releasemgr-stamp.json").unlink()
    (made / ".venv" / "bin" / "python").unlink()

    assert run(made)[:2] == (7, f"{made}/.venv hello")


def test_two_at_once_wait_for_each_other_and_a_link_stays_a_link(checkout, tmp_path):
    (checkout / ".venv").symlink_to(tmp_path / "shared")
    both = [command(checkout), command(checkout)]

    said = [process.communicate(timeout=60) for process in both]

    assert [process.returncode for process in both] == [7, 7]
    assert [out for out, _ in said] == [f"{tmp_path}/shared hello"] * 2
    assert sum("releasemgr: preparing" in err for _, err in said) == 1
    assert (checkout / ".venv").is_symlink()


def test_another_place_can_be_named(checkout, monkeypatch):
    bootstrap = runpy.run_path(str(checkout / "releasemgr" / "bootstrap.py"))
    monkeypatch.setenv("RELEASEMGR_VENV", "/elsewhere/venv")

    assert str(bootstrap["environment_of"](checkout)) == "/elsewhere/venv"


def test_a_read_only_checkout_is_named(checkout):
    bootstrap = runpy.run_path(str(checkout / "releasemgr" / "bootstrap.py"))
    blocked = checkout / "file"
    blocked.touch()

    with pytest.raises(bootstrap["BootstrapError"], match="name one with RELEASEMGR_VENV"):
        bootstrap["ensure"](blocked / "venv", checkout / "requirements.lock")


def test_an_old_python_is_refused_by_its_version(checkout, monkeypatch):
    bootstrap = runpy.run_path(str(checkout / "releasemgr" / "bootstrap.py"))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(bootstrap["BootstrapError"], match=r"Python 3\.11 or newer is needed"):
        bootstrap["ensure"](checkout / ".venv", checkout / "requirements.lock")
