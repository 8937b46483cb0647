"""What a running `up` shows, to its owner, to a second `up` and to commands beside it."""

import signal

import psycopg
import pytest

from releasemgr.local import processes
from releasemgr.local.servers import Servers
from tests.local.conftest import Up, manage, status_of

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("up")]


@pytest.fixture(scope="module")
def running(used_folder):
    """One `up` for the tests that only look at it."""
    up = Up(used_folder, "--no-demo").wait_ready()
    yield up
    assert up.interrupt(signal.SIGTERM) == 0


def test_it_serves_every_name_of_this_machine_and_says_what_runs(running):
    assert status_of(running.port) == 200
    assert status_of(running.port, host=f"localhost:{running.port}") == 200
    assert set(running.folder.running()["processes"]) == {
        "up",
        "postgres",
        "valkey",
        "web",
        "worker",
        "sweeper",
    }


def test_passwords_stand_in_no_process_list(running):
    marked = processes.marked(running.folder.secrets["mark"])

    shown = " ".join(" ".join(process.cmdline()) for process in marked)

    assert [name for name, secret in running.folder.secrets.items() if secret in shown] == []


def test_a_second_up_says_who_runs_and_where(running, start):
    second = start(running.folder.path)

    assert second.end() == 1
    assert (
        f"already running at http://127.0.0.1:{running.port}/ (process {running.process.pid}"
        in second.said[-1]
    )
    assert status_of(running.port) == 200


def test_a_command_finds_the_servers_of_a_running_up(running):
    before = running.pid_of("postgres")

    done = manage(running.folder.path, "check", "--database", "default")

    assert done.returncode == 0
    assert running.pid_of("postgres") == before


def test_the_app_role_can_neither_truncate_nor_create(running):
    servers = Servers(running.folder, environment={})
    assert servers.adopt()

    with psycopg.connect(servers.provision()["app"], autocommit=True) as app:
        for statement in ("TRUNCATE tenancy_organisation", "CREATE TABLE mine (id int)", "CREATE ROLE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
        assert app.execute("SELECT count(*) FROM tenancy_organisation").fetchone() == (0,)
