"""A progress line on stderr: rewritten in place on a terminal, every five seconds anew where it goes into a file."""

import sys
import time

from gridmap.cli.words import say
from gridmap.errors import msg

_WORDS = {"read": msg("reading"), "check": msg("checking"), "write": msg("writing"), "route": msg("routing")}
_PAUSE_S = 5.0


class Ticker:
    """Call it as a `Progress`; call `done` at the end."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last = time.monotonic()
        self._shown = False

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._terminal and now - self._last < _PAUSE_S:
            return
        self._last, self._shown = now, True
        line = f"{say(_WORDS.get(what, what))} {done:,}" + (f" / {total:,}" if total else "")
        sys.stderr.write(f"\r\x1b[K{line}" if self._terminal else line + "\n")
        sys.stderr.flush()

    def done(self) -> None:
        """Take the line away again."""
        if self._terminal and self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
