"""What we serve of other people is exactly what VENDOR.toml says."""

import hashlib
import tomllib
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
LISTED = {
    f"{package['folder']}/{name}": sha256
    for package in tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))["package"]
    for name, sha256 in package["sha256"].items()
}


def test_every_vendored_file_is_listed_with_its_sum():
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDOR.toml"
    }

    assert found == LISTED


def test_every_package_brings_its_licence():
    folders = {path.split("/")[0] for path in LISTED}

    assert {folder for folder in folders if f"{folder}/LICENSE" not in LISTED} == set()


def test_no_vendored_file_names_a_source_map():
    """The hashed static storage refuses to collect a file whose map is missing."""
    naming = [path for path in LISTED if b"sourceMappingURL" in (VENDOR / path).read_bytes()]

    assert naming == []
