"""Many machines write what one process writes: a real Dask scheduler with two workers, one of which is killed on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap import __version__
from gridmap.cli import main
from gridmap.desk.bulk import spread
from gridmap.desk.bulk.drafts import Order
from gridmap.desk.bulk.spread import route_spread
from gridmap.desk.bulk.tally import Tally
from gridmap.errors import Conflict, GridmapError, Invalid, NotFound, Unavailable
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import silent
from gridmap.geo.streams.parquet import ParquetSource
from gridmap.routing.index import GridIndex
from tests import town
from tests.desk.bulk.conftest import LIMIT_M, Routes
from tests.desk.bulk.points import geoparquet, rows, scattered
from tests.waiting import eventually

# What a worker reads before it begins: while the file it names is there, who takes it away dies over its part.
_STORY = """
import os, signal
from pathlib import Path
from gridmap import __version__
from gridmap.cli import main
from gridmap.desk.bulk import spread
own = vars(spread).setdefault("own", spread.write_part)  # It is read more than once.
def write_part(index, work, number, share):
    if number == 1:
        try:
            Path({bomb!r}).unlink()
        except FileNotFoundError:
            pass
        else:
            (work.draft / ".half").write_bytes(b"half a part")
            os.kill(os.getpid(), signal.SIGKILL)
    return own(index, work, number, share)
spread.write_part = write_part
"""
Spread = Callable[..., Tally]


class Cluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, home: Path) -> None:
        self.bomb, story, known = home / "bomb", home / "story.py", home / "scheduler.json"
        story.write_text(_STORY.format(bomb=str(self.bomb)))
        scheduler = ("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        worker = ("worker", "--nthreads", "1", "--no-nanny", "--preload", str(story), "--local-directory", str(home))
        begun = [self._begin(home, *words, "--scheduler-file", str(known)) for words in (scheduler, worker, worker)]
        self.processes, self.workers = begun, begun[1:]
        eventually(lambda: known.exists() and known.read_text().endswith("}"), seconds=60)
        self.address = str(json.loads(known.read_text())["address"])

    def _begin(self, home: Path, kind: str, *words: str) -> "subprocess.Popen[bytes]":
        module = f"distributed.cli.dask_{kind}"
        with (home / "log").open("ab") as log:
            # Away from the checkout, as on another machine.
            return subprocess.Popen(
                [sys.executable, "-m", module, *words, "--host", "127.0.0.1", "--no-dashboard"],
                cwd=home,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[3]), "PYTHONWARNINGS": "default"},
            )

    def end(self) -> None:
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(30)


@pytest.fixture(scope="module")
def cluster_of_two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("dask"))
    yield made
    made.end()


@pytest.fixture
def spread_out(cluster_of_two: Cluster, index: GridIndex, monkeypatch: pytest.MonkeyPatch) -> Spread:
    """`spread_out(source, target, …)` by the cluster, in parts of some 2,000 rows."""
    monkeypatch.setattr(spread, "SHARE_ROWS", 2000)

    def do(source: Path, target: Path, *, scheduler: str = cluster_of_two.address, progress: Any = silent, **told: Any) -> Tally:
        given = {"datum": None, "columns": None, "distances": False, "again": False, "limit_m": LIMIT_M} | told
        return route_spread(index, Order(source, target, **given), scheduler, progress=progress)

    return do


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three files of points, some of them no points at all."""
    (tmp_path / "in").mkdir()
    for n in range(3):
        lon, lat = scattered(3000, seed=n)
        lon[::500] = np.nan
        geoparquet(tmp_path / "in" / f"{n}.parquet", lon, lat, groups=700)
    return tmp_path / "in"


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_it_writes_the_rows_one_process_writes(folder: Path, tmp_path: Path, spread_out: Spread, route: Routes) -> None:
    told, plain = spread_out(folder, tmp_path / "out", distances=True), route(folder, tmp_path / "plain", distances=True)
    assert rows(tmp_path / "out") == rows(tmp_path / "plain")
    assert told.noted() == plain.noted()
    assert told.flaws["placeless"] == (18, [1, 501, 1001, 1501, 2001])
    assert len(files(tmp_path / "out")) == 6
    assert {pq.read_schema(part).metadata[b"gridmap"] for part in (tmp_path / "out").iterdir()} == {
        pq.read_schema(tmp_path / "plain/part-00000.parquet").metadata[b"gridmap"]
    }


def test_a_lost_workers_part_is_done_by_another(
    folder: Path, tmp_path: Path, spread_out: Spread, route: Routes, cluster_of_two: Cluster
) -> None:
    cluster_of_two.bomb.touch()
    spread_out(folder, tmp_path / "out")
    assert not cluster_of_two.bomb.exists()
    eventually(lambda: [one.poll() for one in cluster_of_two.workers].count(-signal.SIGKILL) == 1)
    route(folder, tmp_path / "plain")
    assert rows(tmp_path / "out") == rows(tmp_path / "plain")
    assert sorted(files(tmp_path / "out")) == [f"part-{n:05}.parquet" for n in range(6)]


def test_boundaries_that_a_lost_worker_alone_had_go_out_again(
    folder: Path, tmp_path: Path, spread_out: Spread, route: Routes, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, own = [], spread._asked

    def loses(*given: Any) -> Any:
        asked.append(given)
        yield from islice(own(*given), 2)
        if len(asked) == 1:
            raise CancelledError

    monkeypatch.setattr(spread, "_asked", loses)
    told = spread_out(folder, tmp_path / "out")
    assert len(asked) == 3  # Two parts a turn.
    assert told.noted() == route(folder, tmp_path / "plain").noted()
    assert rows(tmp_path / "out") == rows(tmp_path / "plain")


def test_a_cluster_that_is_lost_again_and_again_is_given_up(
    folder: Path, tmp_path: Path, spread_out: Spread, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses(*given: Any) -> Any:
        raise CancelledError

    monkeypatch.setattr(spread, "_asked", loses)
    with pytest.raises(Unavailable, match="The cluster was lost"):
        spread_out(folder, tmp_path / "out")


def test_what_was_done_is_not_done_again(folder: Path, tmp_path: Path, spread_out: Spread) -> None:
    class Died(Exception):
        pass

    def dies(what: str, done: int, total: int) -> None:
        if done > 3000:
            raise Died

    with pytest.raises(Died):
        spread_out(folder, tmp_path / "out", progress=dies)
    kept = files(tmp_path / "out.unfinished")
    (tmp_path / "out.unfinished" / next(iter(kept))).unlink()  # As a careless hand might.
    gone_on = spread_out(folder, tmp_path / "out")
    whole = spread_out(folder, tmp_path / "whole")
    assert 0 < gone_on.before < gone_on.rows == 9000
    assert gone_on.noted() == whole.noted()
    assert files(tmp_path / "out") == files(tmp_path / "whole")
    with pytest.raises(Conflict, match="--again"):
        spread_out(folder, tmp_path / "out")


def test_a_plain_file_with_columns_and_an_empty_one(tmp_path: Path, spread_out: Spread, route: Routes) -> None:
    lon, lat = scattered(5000)
    geoparquet(tmp_path / "in.parquet", lon, lat, x=lon, y=lat)
    spread_out(tmp_path / "in.parquet", tmp_path / "out", columns=("x", "y"), datum=Datum.GCJ02)
    route(tmp_path / "in.parquet", tmp_path / "plain", columns=("x", "y"), datum=Datum.GCJ02)
    assert rows(tmp_path / "out") == rows(tmp_path / "plain")
    geoparquet(tmp_path / "none.parquet", *scattered(0))
    assert spread_out(tmp_path / "none.parquet", tmp_path / "none").rows == 0
    assert rows(tmp_path / "none") == []


def test_another_version_is_refused_by_the_worker(
    folder: Path, tmp_path: Path, spread_out: Spread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "__version__", "99.0")
    with pytest.raises(Conflict, match=r"runs gridmap .*, not 99\.0"):
        spread_out(folder, tmp_path / "out")


@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ({"source": "in.csv"}, Invalid, "reads Parquet"),
        ({"target": "out.parquet"}, Invalid, "without a suffix"),
        ({"scheduler": "tcp://127.0.0.1:1"}, Unavailable, "does not answer"),
        ({"scheduler": "carrier-pigeon://loft"}, Invalid, "no address"),
        ({"columns": ("a", "b")}, Invalid, "no column 'a' among"),
    ],
)
def test_what_makes_no_sense_is_said(
    folder: Path,
    tmp_path: Path,
    spread_out: Spread,
    monkeypatch: pytest.MonkeyPatch,
    *,
    given: dict[str, Any],
    error: type[GridmapError],
    why: str,
) -> None:
    monkeypatch.setattr(spread, "ANSWERS_WITHIN_S", 1)
    told = {"source": folder.name, "target": "out"} | given
    paths = {name: tmp_path / told.pop(name) for name in ("source", "target")}
    with pytest.raises(error, match=why):
        spread_out(**paths, **told)
    assert not (tmp_path / "out").exists()


def test_a_worker_that_does_not_see_the_files_says_so(folder: Path, tmp_path: Path, index: GridIndex) -> None:
    source, order = (
        ParquetSource(folder, None),
        Order(folder, tmp_path / "out", None, None, distances=False, again=False, limit_m=LIMIT_M),
    )
    work = spread._Work(__version__, order, source.held, source.points, tmp_path / "elsewhere")
    with pytest.raises(NotFound, match=r"does not see .*elsewhere"):
        spread.write_part(index, work, 0, source.groups)
    assert files(folder).keys() == {"0.parquet", "1.parquet", "2.parquet"}


def test_it_is_typed_with_dask(folder: Path, tmp_path: Path, committing: Engine, cluster_of_two: Cluster) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
    url = committing.url.set(drivername="postgresql").render_as_string(hide_password=False)
    words = ["route", str(folder), str(tmp_path / "out"), "--dask", cluster_of_two.address]
    done = CliRunner().invoke(main, words, env={"GRIDMAP_DATABASE_URL": url})
    assert done.exit_code == 0, done.output
    assert len(rows(tmp_path / "out")) == 9000
