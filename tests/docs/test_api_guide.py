"""docs/api.md and the README's tour are true: their commands run against the demo town, and the answers hold what is shown."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from gridmap import clock
from gridmap.api.live import end_streams
from gridmap.config import Settings
from gridmap.desk.loading.demo import load_demo
from gridmap.desk.loading.job import Terms
from gridmap.live import relay
from gridmap.resources import data_dir
from tests.conftest import running
from tests.docs.pages import CHECKOUT, DOCS, Block, blocks, blocks_of
from tests.waiting import A_STORY_S

GUIDE = DOCS / "api.md"
END = "=== end of a block ==="
# What differs from day to day; that it is there is enough.
OF_THE_DAY = {"id", "case", "distance_m"}


@pytest.fixture
def demo(committing: Engine) -> Engine:
    """The demo town in a database of its own."""
    with Session(committing) as session:
        load_demo(session, data_dir(), Terms(actor="test", now=clock.now(), ahead=timedelta(minutes=10), nearest_limit_m=30.0))
        session.commit()
    return committing


@pytest.fixture
def served(demo: Engine, tmp_path: Path) -> Iterator[str]:
    """The address of the whole application, its relay beside it."""
    with running(demo, tmp_path) as app:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        stop = Event()
        threads = [Thread(target=server.serve_forever), Thread(target=relay.run, args=(demo, Settings(home=tmp_path), stop))]
        for thread in threads:
            thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        stop.set()
        end_streams(app)
        server.shutdown()
        for thread in threads:
            thread.join()
        server.server_close()


@pytest.fixture
def environment(demo: Engine, tmp_path: Path) -> dict[str, str]:
    """A shell that knows `gridmap` as an installed one does, and a curl."""
    programs = tmp_path / "bin"
    programs.mkdir()
    commands = {"gridmap": "-m gridmap", "python3": ""}
    if shutil.which("curl") is None:
        commands["curl"] = str(Path(__file__).with_name("curl.py"))
    for name, arguments in commands.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        program.chmod(0o755)
    url = demo.url.set(drivername="postgresql").render_as_string(hide_password=False)
    own = {"GRIDMAP_DATABASE_URL": url, "GRIDMAP_HOME": str(tmp_path), "PYTHONPATH": str(CHECKOUT), "NO_PROXY": "127.0.0.1"}
    return {**os.environ, **own, "PATH": f"{programs}:{os.environ['PATH']}"}


def examples() -> list[tuple[str, Block | None]]:
    """Each block of commands, and the answer the page shows below it."""
    found = blocks(GUIDE)
    answers: list[Block | None] = [*found[1:], None]
    return [(b.text, a if a and a.kind != "sh" else None) for b, a in zip(found, answers, strict=True) if b.kind == "sh"]


def run(commands: list[str], environment: dict[str, str], folder: Path) -> list[str]:
    """Run the blocks one after the other in one shell; what each printed."""
    script = "set -eu\n" + f"echo; echo '{END}'\n".join([*commands, ""])
    done = subprocess.run(
        ["bash"], input=script, env=environment, cwd=folder, capture_output=True, text=True, timeout=A_STORY_S, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return done.stdout.split(END)


def holds(told: Any, shown: Any, place: str = "") -> Iterator[str]:
    """Where an answer lacks what the page shows of it."""
    if isinstance(shown, dict) and isinstance(told, dict):
        for key, value in shown.items():
            if key not in told:
                yield f"{place}.{key} is not there"
            elif key not in OF_THE_DAY or isinstance(value, dict):
                yield from holds(told[key], value, f"{place}.{key}")
    elif isinstance(shown, list) and isinstance(told, list) and len(shown) == len(told):
        for i, (one, other) in enumerate(zip(told, shown, strict=True)):
            yield from holds(one, other, f"{place}[{i}]")
    elif told != shown:
        yield f"{place} is {told!r}, the page shows {shown!r}"


def lines_missing(told: str, shown: str) -> Iterator[str]:
    """Lines of the page that the text lacks, in their order; "…" ends a line of which only the beginning counts."""
    rest = iter(told.splitlines())
    for line in shown.splitlines():
        wanted, _, _ = line.partition("…")
        if not any(one.startswith(wanted) if "…" in line else one == line for one in rest):
            yield f"no line {line!r}"


def faults(told: str, answer: Block) -> list[str]:
    """What is wrong with an answer."""
    if answer.kind == "json":
        return list(holds(orjson.loads(told), orjson.loads(answer.text)))
    if answer.kind == "ndjson":
        pairs = zip(told.strip().splitlines(), answer.text.strip().splitlines(), strict=True)
        return [fault for one, shown in pairs for fault in holds(orjson.loads(one), orjson.loads(shown))]
    assert answer.kind == "text", answer.kind
    return list(lines_missing(told, answer.text))


def tour() -> list[tuple[str, Block | None]]:
    """The README's tour as an installed program takes it: in Chinese, the English one being the same but for its words."""
    halves = [
        [re.sub(r"【演示】[^\"]*", "", block.text) for block in blocks_of(half) if block.kind == "sh"]
        for half in (CHECKOUT / "README.md").read_text().split("\n## English")
    ]
    assert halves[0] == halves[1]
    return [(text.replace(".venv/bin/", ""), None) for text in halves[0]]


def test_every_command_works_and_answers_as_shown(served: str, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(CHECKOUT / "data")
    shown = [*examples(), *tour()]
    assert len(shown) > 14
    printed = run([text.replace("http://127.0.0.1:8000", served) for text, _ in shown], environment, tmp_path)
    assert (tmp_path / "meeting.html").stat().st_size > 100_000
    wrong = [
        f"{text}\n{fault}"
        for (text, answer), told in zip(shown, printed, strict=False)
        if answer
        for fault in faults(told, answer)
    ]
    assert not wrong, "\n\n".join(wrong)
