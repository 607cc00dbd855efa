"""Processes that tests bear end with them."""

import subprocess
import sys
import time
from pathlib import Path

from tests.offspring import CHECKOUT

LONG_S = 60.0
STORY = """
import sys
from pathlib import Path
from tests import offspring
offspring._context.set_forkserver_preload([])  # the program itself would take long
child = offspring.born(["http.server", "0", "--bind", "127.0.0.1"], env={}, log=Path(sys.argv[1]))
print(child.pid, flush=True)
sys.stdin.read()
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_they_end_when_the_tests_are_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STORY, str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        pid = int(tests.stdout.readline())
        assert alive(pid)
        tests.kill()
    deadline = time.monotonic() + LONG_S
    while alive(pid):
        assert time.monotonic() < deadline, "it lives on"
        time.sleep(0.05)
