"""`up` under everything that can end it: signals, crashes of its children, a second copy, a taken port."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from releasemgr.local import processes
from releasemgr.local.folder import DataFolder
from releasemgr.local.servers import Servers
from tests.local.conftest import CHECKOUT, manage, plain_environment, status_of

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("up")]


def test_ctrl_c_stops_everything_and_keeps_the_folder_closed(used_folder, start):
    up = start(used_folder).wait_ready()

    assert up.interrupt() == 0
    assert up.left() == []
    assert up.folder.running()["processes"] == {}
    assert up.folder.path.stat().st_mode & 0o777 == 0o700
    assert (up.folder.path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_another_copy_runs_beside_it(used_folder, start, tmp_path):
    first = start(used_folder)
    second = start(tmp_path / "other")

    assert status_of(first.wait_ready().port) == 200
    assert status_of(second.wait_ready().port) == 200
    assert first.interrupt(signal.SIGTERM) == 0
    assert status_of(second.port) == 200


def test_a_taken_port_is_named_with_its_holder(start, tmp_path):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]

        up = start(tmp_path, port=port)

        assert up.end() == 1
        assert f"Port {port} of 127.0.0.1 is taken by" in " ".join(up.said)
        assert f"(process {os.getpid()})" in " ".join(up.said)


@pytest.mark.parametrize(
    "victim",
    [
        "worker",
        "postgres",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("web", "sweeper", "valkey")),
    ],
)
def test_a_killed_child_stops_the_rest(used_folder, start, victim):
    up = start(used_folder).wait_ready()

    os.kill(up.pid_of(victim), signal.SIGKILL)

    assert up.end() == 1
    assert f"{victim} ended by itself (signal SIGKILL)" in "\n".join(up.said)
    assert up.left() == []


def test_the_next_up_recovers_from_a_killed_one(used_folder, start):
    first = start(used_folder).wait_ready()
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    assert "postgres" in first.left()

    second = start(used_folder, port=first.port)

    second.wait_for("stopped what an earlier run left behind")
    assert status_of(second.wait_ready().port) == 200
    assert second.interrupt() == 0
    assert second.left() == []


def test_after_a_crash_of_the_machine_the_next_up_recovers(used_folder, start):
    first = start(used_folder).wait_ready()
    os.kill(first.process.pid, signal.SIGKILL)
    for process in processes.marked(first.folder.secrets["mark"]):
        process.kill()
    # The pid file now names a stranger: ourselves.
    pid_file = first.folder.postgres / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

    second = start(used_folder).wait_ready()

    assert status_of(second.port) == 200


def test_a_stranger_with_a_recorded_number_is_left_alone(used_folder, start):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    folder = DataFolder(used_folder)
    folder.record({"web": stranger.pid})
    record = folder.path / "running.json"
    record.write_text(record.read_text().replace(processes.started_at(stranger.pid), "another time"))

    up = start(used_folder).wait_ready()

    assert up.interrupt() == 0
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_command_starts_the_servers_for_itself(used_folder):
    done = manage(used_folder, "showmigrations", "tenancy")

    assert "[X] 0001_initial" in done.stdout
    assert processes.marked(DataFolder(used_folder).secrets["mark"]) == []


def test_two_commands_share_servers_and_the_last_one_stops_them(used_folder):
    waiting = [sys.executable, "manage.py", "shell", "-c", "import sys; sys.stdin.read()"]
    environment = plain_environment(DATA_DIR=str(used_folder))
    folder = DataFolder(used_folder)
    first = subprocess.Popen(waiting, cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE)
    processes.wait_until(lambda: "valkey" in folder.running()["processes"], seconds=30)
    server = folder.running()["processes"]["postgres"]

    assert manage(used_folder, "showmigrations", "tenancy").returncode == 0

    assert folder.running()["processes"]["postgres"] == server
    first.communicate()
    assert folder.running()["processes"] == {}
    assert processes.marked(folder.secrets["mark"]) == []


def test_a_terminated_command_takes_its_servers_along(used_folder):
    folder = DataFolder(used_folder)
    command = [sys.executable, "manage.py", "shell", "-c", "import sys; sys.stdin.read()"]
    environment = plain_environment(DATA_DIR=str(used_folder))
    process = subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE)
    processes.wait_until(lambda: "valkey" in folder.running()["processes"], seconds=30)

    process.terminate()

    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert processes.marked(folder.secrets["mark"]) == []
    process.stdin.close()


def test_other_servers_replace_the_embedded_ones(start, tmp_path):
    theirs = Servers(DataFolder(tmp_path / "theirs").prepare(), is_expendable=True, environment={})
    theirs.start(lambda name: (tmp_path / name).open("w"))
    environment = plain_environment(DATABASE_URL=theirs.admin_url, REDIS_URL=theirs.redis_url)
    try:
        up = start(tmp_path / "ours", environment=environment).wait_ready()

        assert set(up.folder.running()["processes"]) == {"up", "web", "worker", "sweeper"}
        assert not (tmp_path / "ours" / "postgres").exists()
        second = start(tmp_path / "more", environment=environment)
        assert second.end() == 1
        assert "Another copy of the product is connected" in " ".join(second.said)
        assert up.interrupt() == 0
        assert start(tmp_path / "more", environment=environment).wait_ready().interrupt() == 0
    finally:
        theirs.stop()


def test_a_folder_with_demo_logins_is_not_served_to_others(start, tmp_path):
    (tmp_path / "demo.json").write_text('{"logins": []}')

    up = start(tmp_path, "--host", "::")

    assert up.end() == 1
    assert "served on the loopback only" in " ".join(up.said)
