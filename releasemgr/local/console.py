"""One log stream for several processes: every line carries the name of who said it."""

import os
import sys
import threading

COLOURS = {"up": 36, "postgres": 34, "valkey": 35, "web": 32, "worker": 33, "sweeper": 95}
WIDEST = max(map(len, COLOURS))


class LocalError(Exception):
    """Something on this machine stands in the way; the text says what, and what to do about it."""


class Console:
    """Writes whole lines to ``stream``, so that lines of different processes never mix."""

    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.is_coloured = self.stream.isatty() and "NO_COLOR" not in os.environ
        self._turn = threading.Lock()

    def say(self, text, *, who="up"):
        """Write each line of ``text`` with the prefix of ``who``; a reader who has gone is no error."""
        prefix = f"{who:<{WIDEST}} |"
        if self.is_coloured:
            prefix = f"\x1b[{COLOURS.get(who, 37)}m{prefix}\x1b[0m"
        lines = "".join(f"{prefix} {line}\n" for line in text.splitlines() or [""])
        try:
            with self._turn:
                self.stream.write(lines)
                self.stream.flush()
        except (BrokenPipeError, ValueError):
            self.stream = open(os.devnull, "w")  # noqa: SIM115 - lives as long as the process

    def pipe(self, who):
        """The writing end of a pipe whose lines appear here under the name ``who`` until its writers are gone."""
        reading, writing = os.pipe()
        threading.Thread(target=self._repeat, args=(os.fdopen(reading, "rb"), who), daemon=True).start()
        return os.fdopen(writing, "wb")

    def _repeat(self, pipe, who):
        with pipe:
            for line in pipe:
                self.say(line.decode(errors="replace").rstrip("\n"), who=who)
