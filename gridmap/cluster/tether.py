"""Starts children that end with their parent, even when the parent is killed without a word (Linux: PR_SET_PDEATHSIG)."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from gridmap.cluster.owner import Owner

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def tie(parent: int, end_with: signal.Signals) -> Callable[[], None]:
    """What a child does after the fork, so that it gets `end_with` when `parent` goes; it goes at once if `parent` has gone.

    The fork must be made in the thread that lives as long as the parent.
    """

    def tied() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(end_with), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and here
            os._exit(1)

    return tied


def spawn(
    command: Sequence[str],
    *,
    end_with: signal.Signals = signal.SIGTERM,
    owner: Owner | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    output: IO[bytes] | int | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (Ctrl-C reaches only the parent) that gets `end_with` when we are gone.

    `owner` is who it runs as where that is not us; `output` takes both its streams; `pass_fds` stay open in it.
    Call it from the main thread: the tie is to the calling thread.
    """
    other = owner if owner and owner.is_other else None
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        env=None if env is None else dict(env),
        cwd=cwd,
        start_new_session=True,
        pass_fds=pass_fds,
        preexec_fn=tie(os.getpid(), end_with),  # noqa: PLW1509  # two system calls; we spawn from the main thread
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
    )


def run_as(owner: Owner, command: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end as `owner` with the root folder as working directory, and hand back what it said."""
    other = owner if owner.is_other else None
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=dict(env),
        cwd="/",
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
    )
