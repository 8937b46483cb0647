"""The demo organisations of a new data folder, and their logins.

The passwords are random for each data folder. Since `up` shows them on the screen, they are no protection on a
network: a folder that has them is served on the loopback only.
"""

import json
import os

import psycopg

from releasemgr.local.console import LocalError


def seed_if_empty(product, urls):
    """Make the demo when the database has no organisation, or when an earlier attempt was cut off."""
    is_cut_off = _unfinished(product.folder).exists()
    if (
        product.options.no_demo
        or not product.address.is_loopback
        or not (is_cut_off or _is_empty(urls["owner"]))
    ):
        return
    product.console.say("making the demo organisations")
    _unfinished(product.folder).touch()
    partial = _kept(product.folder).with_suffix(".new")
    output = os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w")
    product.run_once("seed_demo", "--json", database_url=urls["app"], output=output)
    partial.replace(_kept(product.folder))
    _unfinished(product.folder).unlink()


def logins(folder):
    """The lines that tell who can sign in, empty without a demo."""
    try:
        people = json.loads(_kept(folder).read_text())["logins"]
    except FileNotFoundError:
        return []
    widest = max(len(person["email"]) for person in people)
    return ["demo logins:", *(f"  {p['email']:<{widest}}  {p['password']}  {p['role']}" for p in people)]


def refuse_if_reachable(folder, address):
    """Raise LocalError when others could use the demo's logins over the network."""
    if not address.is_loopback and (_kept(folder).exists() or _unfinished(folder).exists()):
        raise LocalError(
            f"{folder.path} holds the demo with its logins; it is served on the loopback only, not at "
            f"{address.host}. Name another folder with --data."
        )


def _kept(folder):
    return folder.path / "demo.json"


def _unfinished(folder):
    return folder.path / "demo.unfinished"


def _is_empty(owner_url):
    with psycopg.connect(owner_url, connect_timeout=10) as connection:
        return not connection.execute("SELECT EXISTS (SELECT FROM tenancy_organisation)").fetchone()[0]
