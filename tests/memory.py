"""Room in memory for what a run throws away: a database copied there costs a third of what it costs on a disk."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from gridmap.cluster.server import open_cluster

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 4 * 2**30  # A run's clusters come to some 700 MB each, one a process.
FORGOTTEN_S = 600.0  # One that begins has no server yet.


def room() -> Path | None:
    """A folder in memory, where there is one with room; what runs that were killed have left there is gone first."""
    if not MEMORY.is_dir():
        return None
    for left in MEMORY.glob("gridmap-test-*"):
        with suppress(FileNotFoundError):  # Another process of this run has just removed it.
            if time.time() - left.stat().st_mtime > FORGOTTEN_S and not open_cluster(left, durable=False).running():
                shutil.rmtree(left, ignore_errors=True)
    return MEMORY if min(shutil.disk_usage(MEMORY).free, _available()) > ENOUGH_BYTES else None


def _available() -> int:
    """Bytes of memory that could be had."""
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].removesuffix(" kB")) * 1024
