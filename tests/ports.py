"""Ports of this machine that nobody listens on."""

import os
import socket
from contextlib import suppress
from itertools import count

# Below those the kernel gives to whoever calls out, and a stretch for each process: tests that run beside each other don't meet.
_PORTS = count(15_000 + os.getpid() % 150 * 100)


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on."""
    for port in _PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("ports never end")
