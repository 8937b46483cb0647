"""What `manage.py` does with its first argument, once the environment stands."""

import argparse
import os
import signal
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from releasemgr.local import backup, roles, testing, up
from releasemgr.local.console import Console, LocalError
from releasemgr.local.folder import DataFolder
from releasemgr.local.servers import borrowed, settings_environment

# Run as releasemgr_owner: they change tables, which the product's own role can't.
OWNER_COMMANDS = {"migrate", "makemigrations", "showmigrations", "createcachetable", "flush", "distribute"}
# Never look at the database.
OFFLINE_COMMANDS = {
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "collectstatic",
    "makemessages",
    "compilemessages",
}


def main(checkout, argv):
    """Run one command; returns the exit code. Errors of this machine end as one message, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasemgr.settings")
    name = argv[1] if len(argv) > 1 else "help"
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell's background jobs are started deaf to it
    try:
        if name == "up":
            return up.run(checkout, _up_options(argv[2:]), Console())
        if name == "test":
            return testing.run(checkout, argv[2:], Console())
        if name == "bench" and not os.environ.get("SECRET_KEY"):
            return testing.bench(checkout, argv[2:], Console())
        if name == "provision":
            return _provision()
        if name in {"backup", "restore"}:
            return _copy(checkout, name, argv[2:])
        return _django(checkout, name, argv)
    except LocalError as error:
        Console().say(str(error), who=name if name in {"up", "test"} else "manage")
        return 1
    except KeyboardInterrupt:
        return 130


def _leave(number, _frame):
    """End by way of every `finally`, so that servers started for a command don't outlive it."""
    sys.exit(128 + number)


def _up_options(arguments):
    parser = argparse.ArgumentParser(prog="manage.py up", description=up.__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
    parser.add_argument("--host", default="127.0.0.1", help="address it listens at (127.0.0.1)")
    parser.add_argument("--data", type=Path, help="data folder (.data in the checkout)")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    return parser.parse_args(arguments)


def _django(checkout, name, argv):
    """A Django command. With SECRET_KEY in the environment that environment counts as it is; else the data folder's."""
    if name in OFFLINE_COMMANDS:
        os.environ.setdefault("SECRET_KEY", "none: this command serves nobody")
        os.environ.setdefault("DATABASE_URL", "postgresql://none@127.0.0.1/none")
        os.environ.setdefault("PLAIN_HTTP", "yes")
        return _execute(argv)
    if os.environ.get("SECRET_KEY"):
        if name in OWNER_COMMANDS and os.environ.get("DATABASE_OWNER_URL"):
            os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        return _execute(argv)
    folder = DataFolder.of(checkout).prepare()
    with borrowed(folder) as (servers, urls):
        database_url = urls["owner" if name in OWNER_COMMANDS else "app"]
        os.environ.update(settings_environment(folder, servers, database_url=database_url))
        os.environ["DATABASE_OWNER_URL"] = urls["owner"]
        return _execute(argv)


def _copy(checkout, name, arguments):
    """`backup FILE` and `restore FILE`, as the owner role; tells how many rows they found."""
    parser = argparse.ArgumentParser(prog=f"manage.py {name}", description=backup.__doc__)
    parser.add_argument(
        "file", type=Path, help="the dump; beside it FILE.counts (rows) and FILE.files.tar (attached files)"
    )
    path = parser.parse_args(arguments).file.resolve()
    copy = {"backup": backup.back_up, "restore": backup.restore}[name]
    folder = DataFolder.of(checkout)
    if os.environ.get("SECRET_KEY"):
        counts = copy(os.environ["DATABASE_OWNER_URL"], path, files=folder.path / "files")
    else:
        with borrowed(folder.prepare()) as (_, urls):
            counts = copy(urls["owner"], path, files=folder.path / "files")
    sys.stdout.write(f"{sum(counts.values()):,} rows in {len(counts)} tables\n")
    return 0


def _execute(argv):
    """Django's own commands leave by SystemExit when they fail; its code is ours."""
    execute_from_command_line(argv)
    return 0


def _provision():
    """Make roles, database and privileges from the three URLs of a production environment."""
    missing = [
        name
        for name in ("DATABASE_ADMIN_URL", "DATABASE_OWNER_URL", "DATABASE_URL")
        if not os.environ.get(name)
    ]
    if missing:
        raise LocalError(f"provision needs {', '.join(missing)} in the environment.")
    roles.provision_from_urls(
        os.environ["DATABASE_ADMIN_URL"],
        owner_url=os.environ["DATABASE_OWNER_URL"],
        app_url=os.environ["DATABASE_URL"],
    )
    sys.stdout.write("roles, database and privileges are in place\n")
    return 0
