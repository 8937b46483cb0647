"""docker-compose.yml without an engine: its shape by the published schema, its commands by running them."""

import http.client
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from releasemgr.local import processes, programs
from releasemgr.local.folder import DataFolder
from releasemgr.local.ports import free_port
from releasemgr.local.postgres import Postgres
from releasemgr.local.postgres import programs as postgres_programs
from releasemgr.local.valkey import program as valkey_program
from tests.local.conftest import CHECKOUT, plain_environment, status_of

FILE = CHECKOUT / "docker-compose.yml"
SECRETS = {
    "POSTGRES_PASSWORD": "a" * 20,
    "OWNER_PASSWORD": "b" * 20,
    "APP_PASSWORD": "c" * 20,
    "VALKEY_PASSWORD": "d" * 20,
    "SECRET_KEY": "e" * 60,
    "PUBLIC_URL": "https://releases.example",
}
OURS = ("migrate", "web", "worker", "sweeper")


def services():
    return YAML(typ="safe").load(FILE)["services"]


def filled(value):
    """``value`` with the variables of compose replaced by ours; a variable without default must be one of them."""
    if isinstance(value, str):
        value = re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda m: SECRETS.get(m[1], m[2]), value)
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [filled(part) for part in value]
    return {key: filled(part) for key, part in value.items()}


def test_it_follows_the_compose_specification():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", ["postgres", "valkey", *OURS])
def test_every_service_is_confined_and_comes_back(name):
    service = services()[name]

    assert service["user"] not in {"", "root", "0"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert ("healthcheck" in service) == (name != "migrate")


def test_no_secret_has_a_default():
    text = FILE.read_text()

    asked = set(re.findall(r"\$\{(\w+):\?", text))
    assert asked == set(SECRETS)
    assert re.findall(r"\$\{(\w*(?:PASSWORD|KEY)\w*):-", text) == []


def test_it_starts_the_same_processes_as_up():
    ours = programs.commands("0.0.0.0", 8000, "/state")  # noqa: S104 - compared, not bound

    assert {name: services()[name]["command"][1:] for name in ours} == {
        name: c[1:] for name, c in ours.items()
    }


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """The compose file's services without containers: the same commands and variables, other addresses."""
    stage = Stage(tmp_path_factory.mktemp("compose"))
    yield stage
    stage.stop()


class Stage:
    """Runs the services one by one, on ports of this machine instead of the network of the containers."""

    def __init__(self, path):
        self.path = path
        self.ports = {"postgres": free_port(), "valkey": free_port(), "web": free_port()}
        self.running = {}
        self.programs = path / "bin"
        self.programs.mkdir()
        (self.programs / "python").symlink_to(sys.executable)
        for name, program in (
            ("valkey-server", valkey_program()),
            ("initdb", postgres_programs() / "initdb"),
        ):
            (self.programs / name).symlink_to(program)

    def translated(self, value):
        """Addresses and folders of the containers as they are here."""
        text = filled(value)
        for theirs, ours in {
            "@postgres:5432": f"@127.0.0.1:{self.ports['postgres']}",
            "@valkey:6379": f"@127.0.0.1:{self.ports['valkey']}",
            "--host=0.0.0.0": "--host=127.0.0.1",
            "--port=8000": f"--port={self.ports['web']}",
            "/state/": f"{self.path}/",
            "/files": f"{self.path}/files",
            "\nEND": f"\nport {self.ports['valkey']}\ndir {self.path}\nbind 127.0.0.1\nEND",
        }.items():
            text = text.replace(theirs, ours)
        return text

    def environment(self, name):
        """Nothing of ours but the search path, as in a container."""
        theirs = {
            key: self.translated(value) for key, value in services()[name].get("environment", {}).items()
        }
        search = f"{self.programs}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        return {
            "PATH": search,
            "RELEASEMGR_VENV": sys.prefix,
            "STATIC_ROOT": str(self.path / "static"),
            **theirs,
        }

    def command(self, name):
        command = [self.translated(part) for part in services()[name]["command"]]
        return [sys.executable, *command[1:]] if command[0] == "python" else command

    def run(self, name):
        """Start a service and leave it running."""
        log = (self.path / f"{name}.log").open("wb")
        self.running[name] = processes.start(
            self.command(name),
            mark=str(self.path),
            output=log,
            environment=self.environment(name),
            cwd=CHECKOUT,
        )
        return self.running[name]

    def said(self, name):
        return (self.path / f"{name}.log").read_text()

    def stop(self):
        for process in reversed(self.running.values()):
            processes.stop(process, mark=str(self.path), by=signal.SIGTERM, patience=15)


def database_with(stage):
    """The cluster the compose file asks for: its initdb arguments and password, our programs."""
    folder = DataFolder(stage.path / "cluster").prepare()
    kept = folder.path / "secrets.json"
    kept.write_text(
        kept.read_text().replace(folder.secrets["postgres_password"], SECRETS["POSTGRES_PASSWORD"])
    )
    server = Postgres(folder, is_expendable=True)
    wanted = filled(services()["postgres"]["environment"])["POSTGRES_INITDB_ARGS"].split()
    server.initdb_options = wanted
    return server


@pytest.mark.faults
@pytest.mark.xdist_group("compose")
def test_the_services_come_up_in_their_order_and_serve(production):
    server = database_with(production)
    process = server.start(output=lambda: (production.path / "postgres.log").open("wb"))
    production.ports["postgres"] = server.port
    try:
        assert production.run("valkey").poll() is None
        assert production.run("migrate").wait(timeout=90) == 0, production.said("migrate")
        build_static_files(production)
        for name in ("web", "worker", "sweeper"):
            production.run(name)
        port = production.ports["web"]
        ready = processes.wait_until(lambda: is_served(port), seconds=60, every=0.5)

        assert ready, production.said("web")
        assert secure_answer(port)
        assert processes.wait_until(lambda: "ready" in production.said("worker"), seconds=30), (
            production.said("worker")
        )
        assert production.running["sweeper"].poll() is None
        assert processes.wait_until(lambda: list(production.path.glob("beat*")), seconds=30)
    finally:
        production.stop()
        server.stop(process)


def build_static_files(stage):
    """The last step of the image: no secret is needed for it."""
    environment = plain_environment(STATIC_ROOT=str(stage.path / "static"), RELEASEMGR_VENV=sys.prefix)
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"]
    subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)


def is_served(port):
    try:
        return status_of(port, host="releases.example") == 200
    except OSError:
        return False


def secure_answer(port):
    """Over the proxy's https the sign-in page comes with its policies; without it one is sent to https."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", "/accounts/login/", headers={"Host": "releases.example"})
    plain = connection.getresponse()
    plain.read()
    connection.request(
        "GET", "/accounts/login/", headers={"Host": "releases.example", "X-Forwarded-Proto": "https"}
    )
    secure = connection.getresponse()
    secure.read()
    connection.close()
    assert (plain.status, plain.headers["Location"]) == (301, "https://releases.example/accounts/login/")
    assert secure.status == 200
    assert "frame-ancestors 'none'" in secure.headers["Content-Security-Policy"]
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]
    return True
