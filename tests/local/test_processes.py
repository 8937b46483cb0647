"""Processes started for a data folder: as whom, with which rights, and known again by their mark."""

import os
import subprocess
import sys

import pytest

from releasemgr.local import processes

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts processes as somebody else")
LOOK = "import os, sys; sys.stdout.write(f'{os.geteuid()} {os.access(sys.argv[1], os.R_OK)}')"


@ROOT_ONLY
def test_under_root_a_server_is_nobody_and_still_enters_closed_folders(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").write_text("")

    process = processes.start(
        [sys.executable, "-c", LOOK, str(closed / "file")],
        mark="closed",
        output=(tmp_path / "said").open("wb"),
        owner=processes.NOBODY,
        reach=[closed / "file"],
    )

    assert process.wait(timeout=10) == 0
    assert (tmp_path / "said").read_text() == f"{processes.NOBODY} True"


@ROOT_ONLY
def test_where_all_may_enter_no_capability_is_handed_on():
    command, keywords = processes.as_user(["/usr/bin/env"], processes.NOBODY)

    assert command == ["/usr/bin/env"]
    assert keywords == {"user": processes.NOBODY, "group": processes.NOBODY, "extra_groups": []}


def test_children_of_children_are_stopped_with_their_session(tmp_path):
    nested = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    process = processes.start(
        [sys.executable, "-c", nested], mark="nested", output=(tmp_path / "said").open("wb")
    )
    assert processes.wait_until(lambda: len(processes.marked("nested")) == 2, seconds=10)

    processes.stop(process, mark="nested")

    assert processes.marked("nested") == []


def test_one_that_ignores_the_signal_is_killed(tmp_path):
    stubborn = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    process = processes.start(
        [sys.executable, "-c", stubborn], mark="stubborn", output=(tmp_path / "said").open("wb")
    )
    assert processes.wait_until(lambda: (tmp_path / "said").read_text(), seconds=10)

    assert processes.stop(process, mark="stubborn", patience=0.3) is False
    assert process.poll() is not None


def test_a_number_used_again_is_not_the_same_process():
    first = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    started = processes.started_at(first.pid)

    assert processes.is_alive(first.pid, started)
    assert not processes.is_alive(os.getpid(), started)

    first.kill()
    assert processes.wait_until(lambda: not processes.is_alive(first.pid, started), seconds=5)
    first.wait()
