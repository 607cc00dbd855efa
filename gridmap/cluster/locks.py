"""Who started the server, and who still uses it: two files locked with flock, let go by the kernel when a process dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Lock:
    """One lock file. Not inherited by children, so it is held exactly as long as this process lives or wants it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def _take(self, how: int) -> bool:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, how)
        except BlockingIOError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def take(self) -> bool:
        """Take it alone, at once; False when somebody else holds it."""
        return self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait(self) -> None:
        """Take it alone, however long that takes."""
        self._take(fcntl.LOCK_EX)

    def let_go(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold it beside others who do the same."""
        self._take(fcntl.LOCK_SH)
        try:
            yield
        finally:
            self.let_go()
