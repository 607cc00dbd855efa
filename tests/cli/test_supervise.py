import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gridmap.cli import supervise
from gridmap.cli.supervise import Child, Stop, end, keep
from tests.waiting import eventually

CHECKOUT = Path(__file__).parents[2]


def child(story: str, name: str = "child") -> Child:
    return Child(name, [sys.executable, "-c", textwrap.dedent(story)], dict(os.environ))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_dies_is_started_again_and_the_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supervise, "BACK_OFF_S", (0.01, 0.01, 60.0))
    births = tmp_path / "births"
    one = child(f"open({str(births)!r}, 'a').write('x'); raise SystemExit(3)", "fragile")
    stop = Stop()

    def enough() -> None:
        if one.deaths == 3:
            stop.count = 1

    one.start()
    keep([one], stop, enough)
    end([one], stop)
    assert births.read_text() == "xxx"
    assert "fragile ended (3), starting again in 60 s" in capsys.readouterr().err


def test_a_child_ends_when_asked(tmp_path: Path) -> None:
    mark = tmp_path / "ended"
    one = child(
        f"""
        import signal, sys, time
        from pathlib import Path
        signal.signal(signal.SIGTERM, lambda *_: (Path({str(mark)!r}).touch(), sys.exit()))
        Path({str(mark) + ".up"!r}).touch()
        time.sleep(60)
        """
    )
    one.start()
    eventually(Path(str(mark) + ".up").exists)
    end([one], Stop())
    assert mark.exists()
    assert one.process is None


def test_a_deaf_child_and_its_own_children_are_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "GRACE_S", 0.2)
    grandchild = tmp_path / "grandchild"
    one = child(
        f"""
        import signal, subprocess, sys, time
        from pathlib import Path
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        below = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path({str(grandchild)!r} + ".half").write_text(str(below.pid))
        Path({str(grandchild)!r} + ".half").rename({str(grandchild)!r})
        time.sleep(60)
        """
    )
    one.start()
    assert one.process is not None
    pid = one.process.pid
    eventually(grandchild.exists)
    end([one], Stop())
    eventually(lambda: not alive(pid) and not alive(int(grandchild.read_text())))


def test_children_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    story = """
        import os, sys, time
        from gridmap.cli.supervise import Child
        one = Child("child", [sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
        one.start()
        print(one.process.pid, flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(story)], stdout=subprocess.PIPE, cwd=CHECKOUT) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    eventually(lambda: not alive(pid))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_stops_and_the_old_handlers_come_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    stop = Stop()
    with stop.on_signals():
        assert not stop
        os.kill(os.getpid(), number)
        eventually(lambda: bool(stop))
    assert signal.getsignal(number) == before
