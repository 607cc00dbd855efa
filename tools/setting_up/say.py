"""What set-up tells the person who waits, and how it runs the commands they wait for."""

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

LOG = Path(__file__).resolve().parents[2] / ".setup" / "log.txt"


class Failed(Exception):
    """Set-up cannot go on; the text tells why and what to type, in Chinese and English."""


def _tick(title: str, begun: float, done: threading.Event) -> None:
    live = sys.stdout.isatty()
    while not done.wait(1 if live else 15):
        seconds = f"{time.monotonic() - begun:3.0f} s"
        print(f"\r… {title} {seconds}", end="", flush=True) if live else print(f"  … {seconds}", flush=True)


@contextmanager
def step(chinese: str, english: str) -> Iterator[None]:
    """Announce a step that takes a while, count its seconds, and say how long it took."""
    title = f"{chinese} · {english}"
    begun, done = time.monotonic(), threading.Event()
    print(f"… {title}", end="" if sys.stdout.isatty() else "\n", flush=True)
    clock = threading.Thread(target=_tick, args=(title, begun, done), daemon=True)
    clock.start()
    mark = "✗"
    try:
        yield
        mark = "✓"
    finally:
        done.set()
        clock.join()
        print(f"{chr(13) if sys.stdout.isatty() else ''}{mark} {title} {time.monotonic() - begun:.1f} s", flush=True)


def run(command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a command to its end; what it printed. Raises Failed with its last words when it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise Failed(f"{shlex.join(words)}\n{error}") from error
    with LOG.open("a") as log:
        log.write(f"$ {shlex.join(words)}\n{done.stdout}\n")
    if done.returncode:
        last = "\n".join(done.stdout.strip().splitlines()[-25:])
        raise Failed(
            f"命令失败（完整记录见 {LOG}）。 A command failed (the whole record: {LOG}).\n  {shlex.join(words)}\n\n{last}"
        )
    return done.stdout


def works(*command: str) -> bool:
    """Whether a command exists and ends well, without showing anything."""
    try:
        return not subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=60).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False
