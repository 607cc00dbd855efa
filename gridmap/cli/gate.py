"""A gate in front of the web server: it imports the program while the database is made ready, and begins when that is done.

The gate is a pipe. Who waits reads to its end, which comes when the other side is closed; whoever comes later finds it open.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FD = "GATE_FD"  # The environment's name for the file descriptor to wait at.


@contextmanager
def gate() -> Iterator[tuple[int, Callable[[], None]]]:
    """The file descriptor to wait at, for children that are started anew too, and what opens the gate for good."""
    here, there = os.pipe()
    opened = False

    def open_it() -> None:
        nonlocal opened
        if not opened:
            os.close(there)
        opened = True

    try:
        yield here, open_it
    finally:
        open_it()
        os.close(here)


def wait_at_gate() -> None:
    """Until it is open; at once where there is none."""
    if fd := os.environ.get(FD):
        os.read(int(fd), 1)
