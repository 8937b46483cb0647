"""Lay out ``static/vendor/`` from npm packages: a maintainer's tool, never run by users or CI.

``python .ci/vendor.py`` packs every package named below with ``npm pack`` (the client's own registry settings), copies
the served files, strips source-map comments, builds the icon sprite and writes ``static/vendor/VENDOR.toml`` with
the integrity npm reports and each file's sha256. To add an icon, put its Tabler name into ``.ci/icons.txt`` and run it again.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"

ICONS = (Path(__file__).parent / "icons.txt").read_text(encoding="utf-8").split()

TABLER_LICENCE = """The MIT License (MIT)

Copyright 2018-2026 The Tabler Authors
Copyright 2018-2026 codecalm.net Paweł Kuna
"""


@dataclass(frozen=True)
class Package:
    """One npm package and which of its files are served: ``{path in the package: name here}``."""

    name: str
    version: str
    licence: str
    files: dict[str, str]
    changed: str = "sourceMappingURL comments removed"
    licence_file: str = "LICENSE"

    @property
    def folder(self):
        return VENDOR / f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}"


PACKAGES = (
    Package(
        "@tabler/core",
        "1.6.1",
        "MIT",
        {"dist/css/tabler.min.css": "tabler.min.css"},
        licence_file="",
        changed="sourceMappingURL comments removed; LICENSE written from the notice in the style sheet: the package has none",
    ),
    Package("bootstrap", "5.3.9", "MIT", {"dist/js/bootstrap.bundle.min.js": "bootstrap.bundle.min.js"}),
    Package(
        "@tabler/icons",
        "3.51.0",
        "MIT",
        {},
        changed="icons.svg: the icons listed in .ci/icons.txt as symbols of one sprite",
    ),
    Package("idiomorph", "0.8.0", "0BSD", {"dist/idiomorph-ext.min.js": "idiomorph-ext.min.js"}),
    Package(
        "plotly.js-basic-dist-min",
        "4.1.1",
        "MIT",
        {"plotly-basic.min.js": "plotly-basic.min.js"},
        changed="plotly.css: the style rules that the bundle would insert itself",
    ),
    Package(
        "tom-select",
        "2.6.2",
        "Apache-2.0",
        {
            "dist/js/tom-select.base.min.js": "tom-select.base.min.js",
            "dist/css/tom-select.bootstrap5.min.css": "tom-select.bootstrap5.min.css",
        },
    ),
)


def main():
    for old in VENDOR.glob("*/"):
        shutil.rmtree(old)
    VENDOR.mkdir(parents=True, exist_ok=True)
    entries = [lay_out(package) for package in PACKAGES]
    (VENDOR / "VENDOR.toml").write_text(
        "# Written by .ci/vendor.py. Served files, where they come from and what was changed.\n\n"
        + "\n".join(entries),
        encoding="utf-8",
    )
    sys.stdout.write(f"{len(entries)} packages, {len(ICONS)} icons in {VENDOR}\n")


def lay_out(package):
    """Copy one package's served files; returns its ``[[package]]`` entry as TOML."""
    with tempfile.TemporaryDirectory() as scratch:
        integrity, source = unpack(package, Path(scratch))
        package.folder.mkdir(parents=True)
        for origin, name in package.files.items():
            text = (source / origin).read_text(encoding="utf-8")
            (package.folder / name).write_text(without_source_map(text), encoding="utf-8")
        if package.name == "@tabler/icons":
            (package.folder / "icons.svg").write_text(sprite(source), encoding="utf-8")
        if package.name.startswith("plotly"):
            css = plotly_css((source / "plotly-basic.min.js").read_text(encoding="utf-8"))
            (package.folder / "plotly.css").write_text(css, encoding="utf-8")
        (package.folder / "LICENSE").write_text(licence_text(package, source), encoding="utf-8")
    return entry(package, integrity)


def unpack(package, scratch):
    packed = subprocess.run(  # noqa: S603  (fixed argument list)
        ["npm", "pack", "--silent", "--json", f"{package.name}@{package.version}"],  # noqa: S607
        cwd=scratch,
        check=True,
        capture_output=True,
        text=True,
    )
    report = json.loads(packed.stdout)[0]
    shutil.unpack_archive(scratch / report["filename"].replace("@", "").replace("/", "-"), scratch)
    return report["integrity"], scratch / "package"


def without_source_map(text):
    """The hashed static storage refuses a file whose named map is missing."""
    return re.sub(r"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=.*?\*/)", "", text).rstrip() + "\n"


def sprite(source):
    """One SVG of symbols; strokes take the colour of the text around ``<use>``."""
    symbols = []
    for name in ICONS:
        svg = (source / "icons" / "outline" / f"{name}.svg").read_text(encoding="utf-8")
        paths = re.sub(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "", svg.split(">", 1)[1])
        body = " ".join(paths.removesuffix("</svg>").replace("</svg>", "").split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round">'
    )
    return "\n".join([head, *symbols, "</svg>", ""])


def plotly_css(bundle):
    """The rules of the bundle's own style table, in the order in which it would leave them in its sheet.

    The bundle inserts each rule before the last one, so the sheet ends up reversed.
    """
    table = re.search(r'=(\{"X,X div":.*?\});for\(', bundle, re.S).group(1)
    lines = []
    for quoted, bare, *declarations in re.findall(r"""(?:"([^"]*)"|(\w+)):(?:"([^"]*)"|'([^']*)')""", table):
        selector = re.sub("^,", " ,", quoted or bare)
        selector = selector.replace("X", ".js-plotly-plot .plotly").replace("Y", ".plotly-notifier")
        lines.append(f"{selector}{{{''.join(declarations)}}}")
    return "\n".join([*reversed(lines), ""])


def licence_text(package, source):
    if package.licence_file:
        return (source / package.licence_file).read_text(encoding="utf-8")
    return f"{TABLER_LICENCE}\n{MIT_TERMS}"


def entry(package, integrity):
    lines = [
        "[[package]]",
        f'name = "{package.name}"',
        f'version = "{package.version}"',
        f'licence = "{package.licence}"',
        f'integrity = "{integrity}"',
        f'changed = "{package.changed}"',
        f'folder = "{package.folder.name}"',
        "[package.sha256]",
    ]
    for path in sorted(package.folder.iterdir()):
        lines.append(f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"')
    return "\n".join([*lines, ""])


MIT_TERMS = """Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
"""

if __name__ == "__main__":
    main()
