"""docs/operating.md is true where it matters most: what its backup wrote, its restore brings back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gridmap.cluster.server import Cluster, temporary_cluster
from gridmap.db import make_engine
from gridmap.journal.feed import advance, last_position
from gridmap.journal.models import JournalEntry
from gridmap.migrations import migrate
from gridmap.places.models import ServicePoint
from tests import town
from tests.docs.pages import CHECKOUT, DOCS
from tests.waiting import A_STORY_S

PAGE = DOCS / "operating.md"


def commands(heading: str) -> str:
    """The first block of commands below a heading."""
    _, found, rest = PAGE.read_text().partition(f"\n## {heading}\n")
    assert found
    return rest.partition("```sh\n")[2].partition("```")[0]


def shell(script: str, cluster: Cluster, folder: Path) -> None:
    """Run commands of the page beside a private cluster."""
    gridmap = folder / "gridmap"
    gridmap.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gridmap "$@"\n')
    gridmap.chmod(0o755)
    # Where the programs were unpacked rather than installed they lie elsewhere, as the page says.
    script = "\n".join(f"PG={cluster.programs.bin}" if line.startswith("PG=") else line for line in script.splitlines())
    own = {"GRIDMAP_HOME": str(cluster.home), "PYTHONPATH": str(CHECKOUT), "PATH": f"{folder}:{os.environ['PATH']}"}
    env = {**cluster.programs.env(), **own}
    env.pop("GRIDMAP_DATABASE_URL", None)
    done = subprocess.run(
        ["bash"], input=f"set -eu\n{script}", env=env, cwd=folder, capture_output=True, text=True, timeout=A_STORY_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_backed_up_comes_back(tmp_path: Path) -> None:
    with temporary_cluster() as cluster:
        engine = make_engine(cluster.url())
        migrate(engine)
        with Session(engine) as session:
            town.found(session)
            town.service_point(session, 1)
            advance(session)
            session.commit()
        shell(commands("备份 · Backup"), cluster, tmp_path)
        with Session(engine) as session:
            town.service_point(session, 2)
            session.commit()
        engine.dispose()
        cluster.stop()
        shell(commands("恢复 · Restore"), cluster, tmp_path)
        cluster.start()
        engine = make_engine(cluster.url())
        with Session(engine) as session:
            assert session.scalars(select(ServicePoint.code)).all() == ["SP-001"]
            assert last_position(session) == 1
            session.delete(session.scalars(select(JournalEntry)).one())
            with pytest.raises(DBAPIError, match="append-only"):
                session.flush()
        engine.dispose()
