#!/usr/bin/env python3
"""The one entry to releasemgr: `up`, `test`, and every Django command.

`python3 manage.py up` needs nothing but Python 3.11 or newer: the first run makes `.venv` from the hash-pinned
lock file, later runs enter it at once.
"""

import importlib
import runpy
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent

if __name__ == "__main__":
    # Run from its path, not imported: the package `releasemgr` itself needs what the bootstrap installs.
    runpy.run_path(str(CHECKOUT / "releasemgr" / "bootstrap.py"))["enter"](CHECKOUT, sys.argv)
    sys.path.insert(0, str(CHECKOUT))
    sys.exit(importlib.import_module("releasemgr.local.commands").main(CHECKOUT, sys.argv))
