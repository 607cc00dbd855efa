"""A lock file: let go by the kernel when its holder dies, so there is no stale one."""

import fcntl
import os
from pathlib import Path


class Lock:
    """One lock file (flock). Children do not inherit it: it is held as long as this process lives and wants it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    def _take(self, how: int) -> bool:
        if self._handle is None:
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, how)
        except BlockingIOError:
            self.let_go()
            return False
        return True

    def take(self) -> bool:
        """Take it alone, at once; False when somebody else holds it."""
        return self._take(fcntl.LOCK_EX | fcntl.LOCK_NB)

    def wait(self) -> None:
        """Take it alone, however long that takes."""
        self._take(fcntl.LOCK_EX)

    def share(self) -> None:
        """Hold it beside others who share it; waits for one who holds it alone. Held alone before, it is opened to others."""
        self._take(fcntl.LOCK_SH)

    def let_go(self) -> None:
        """Give it back; nothing happens when it is not held."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
