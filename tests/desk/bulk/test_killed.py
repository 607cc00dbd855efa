"""A run that is killed is gone on with, and writes what it would have written."""

import json
import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pyogrio
import pytest
from shapely.geometry import Polygon
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from gridmap.desk.bulk.route import Piece, Router
from gridmap.desk.bulk.tally import Tally
from gridmap.errors import Conflict, Invalid
from gridmap.geo.datum import Datum
from gridmap.geo.streams import batches, delimited, parquet_writing
from gridmap.geo.streams.batches import Batch
from gridmap.routing.ask import index_at
from tests import town
from tests.desk.bulk.conftest import Routes
from tests.desk.bulk.points import geoparquet, line, scattered
from tests.offspring import born
from tests.waiting import LONG_S

KILLED_AT_ROW = 14_000


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_writing, "PART_ROWS", 4000)
    monkeypatch.setattr(delimited, "BATCH_BYTES", 1 << 16)
    monkeypatch.setattr(batches, "BATCH_BYTES", 1 << 16)


@pytest.fixture
def stand(committing: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """The tiny town, for other processes to see."""
    url = committing.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    with Session(committing) as session:
        town.found(session)
        session.commit()
        yield session


def table(path: Path) -> Path:
    """A CSV of 20,000 points, one row in a thousand broken."""
    lon, lat = scattered(20_000)
    lines = [f"{n},{x},{y},文字" if n % 1000 else f"{n},broken" for n, (x, y) in enumerate(zip(lon, lat, strict=True))]
    path.write_text("\n".join(["id,lon,lat,note", *lines]))
    return path


def features(path: Path) -> Path:
    """20,000 points as GeoJSON-lines, one line in a thousand broken."""
    lon, lat = (column.tolist() for column in scattered(20_000))
    lines = [line(x, y, id=n) if n % 1000 else "{broken" for n, (x, y) in enumerate(zip(lon, lat, strict=True))]
    path.write_text("\n".join(lines))
    return path


SOURCES = {"csv": table, "parquet": lambda path: geoparquet(path, *scattered(20_000)), "ndjson": features}


def whole(path: Path) -> dict[str, object]:
    """The bytes of a file, or of each file of a folder; of a GeoPackage, which writes down when it was written, its rows."""
    if path.suffix == ".gpkg":
        return {"": pyogrio.read_arrow(path, layer=path.stem)[1].to_pydict()}
    return {one.name: one.read_bytes() for one in path.iterdir()} if path.is_dir() else {"": path.read_bytes()}


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("csv", "out.csv"),
        ("csv", "out"),
        ("parquet", "out"),
        ("parquet", "out.csv"),
        ("parquet", "out.parquet"),
        ("parquet", "out.gpkg"),
        ("ndjson", "out.ndjson"),
        ("ndjson", "out"),
    ],
)
def test_kill_9(stand: Session, tmp_path: Path, route: Routes, kind: str, target: str) -> None:
    source = SOURCES[kind](tmp_path / f"in.{kind}")
    out, datum = tmp_path / "once" / target, None if kind == "parquet" else Datum.WGS84
    out.parent.mkdir()
    words = ["route", str(source), str(out), *(["--datum", "wgs84"] if datum else [])]
    killed = born(["tests.desk.bulk.dying", str(KILLED_AT_ROW), *words], env=os.environ, log=tmp_path / "log")
    killed.join(LONG_S)
    assert killed.exitcode == -signal.SIGKILL, (tmp_path / "log").read_text()
    assert not out.exists()
    by = index_at(stand)
    gone_on = route(source, out, by=by, datum=datum)
    if target != "out.parquet":  # Its index comes last: one file is written anew.
        assert gone_on.before > 0
    (tmp_path / "plain").mkdir()
    plain = route(source, tmp_path / "plain" / target, by=by, datum=datum)
    assert whole(out) == whole(tmp_path / "plain" / target)
    assert gone_on.noted() == plain.noted()
    assert {one.name for one in out.parent.iterdir()} - {"out.refused.csv"} == {target}


class Died(Exception):
    """As far as the files are concerned the process ended here."""


@pytest.fixture
def begun(tmp_path: Path, route: Routes, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table of which half is routed into out.csv."""
    source = table(tmp_path / "in.csv")
    own = Router.routed

    def dies(self: Router, batch: Batch, tally: Tally) -> Piece:
        if batch.numbers[0] > 10_000:
            raise Died
        return own(self, batch, tally)

    with monkeypatch.context() as half:
        half.setattr(Router, "routed", dies)
        with pytest.raises(Died):
            route(source, tmp_path / "out.csv", datum=Datum.WGS84)
    return source


def test_a_changed_file_is_not_gone_on_with(begun: Path, tmp_path: Path, route: Routes) -> None:
    os.utime(begun, ns=(1, 1))
    with pytest.raises(Invalid, match=r"file to be routed has changed. --again"):
        route(begun, tmp_path / "out.csv", datum=Datum.WGS84)
    assert route(begun, tmp_path / "out.csv", datum=Datum.WGS84, again=True).before == 0


def test_other_options_and_other_boundaries_are_not_gone_on_with(
    begun: Path, tmp_path: Path, route: Routes, tiny_town: Session
) -> None:
    with pytest.raises(Invalid, match="options are others"):
        route(begun, tmp_path / "out.csv", datum=Datum.WGS84, distances=True)
    earlier = index_at(tiny_town)
    bent = Polygon([town.spot(2, 2), town.spot(3, 2), town.spot(3.2, 2.5), town.spot(3, 3), town.spot(2, 3)])
    town.found(tiny_town, at=town.FOUNDED + timedelta(days=1), m33=bent)
    with pytest.raises(Invalid, match="other boundaries are in force"):
        route(begun, tmp_path / "out.csv", by=index_at(tiny_town), datum=Datum.WGS84)
    assert route(begun, tmp_path / "out.csv", by=earlier, datum=Datum.WGS84).before > 0


def test_a_torn_line_of_the_ledger_does_not_count(begun: Path, tmp_path: Path, route: Routes) -> None:
    ledger = tmp_path / "out.csv.unfinished.json"
    lines = ledger.read_bytes().splitlines(keepends=True)
    assert len(lines) > 3
    ledger.write_bytes(b"".join(lines[:3]) + lines[3][:10])
    with (tmp_path / "out.unfinished.csv").open("ab") as draft:
        draft.write(b"half a li")
    gone_on = route(begun, tmp_path / "out.csv", datum=Datum.WGS84)
    assert gone_on.before == json.loads(lines[2])["tally"]["rows"]
    route(begun, tmp_path / "plain.csv", datum=Datum.WGS84)
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()


def test_what_is_there_is_not_written_over_unasked(tmp_path: Path, route: Routes) -> None:
    source = geoparquet(tmp_path / "in.parquet", *scattered(10))
    for target in (tmp_path / "out.parquet", tmp_path / "out"):
        route(source, target)
        with pytest.raises(Conflict, match="--again"):
            route(source, target)
        route(source, target, again=True)
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(Conflict, match="other files"):
        route(source, tmp_path / "out", again=True)
    with pytest.raises(Invalid, match="the one that is read"):
        route(source, source, again=True)


def test_two_at_once(begun: Path, tmp_path: Path, route: Routes, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def meanwhile(what: str, done: int, total: int) -> None:
        with pytest.raises(Conflict, match="Another process"):
            route(begun, tmp_path / "out.csv", datum=Datum.WGS84)
        seen.append(done)

    monkeypatch.setattr("tests.desk.bulk.conftest.silent", meanwhile)
    route(begun, tmp_path / "out.csv", datum=Datum.WGS84)
    assert seen


def test_a_folder_in_and_a_folder_out(tmp_path: Path, route: Routes) -> None:
    (tmp_path / "in").mkdir()
    for n in range(3):
        geoparquet(tmp_path / "in" / f"{n}.parquet", *scattered(3000, seed=n))
    assert route(tmp_path / "in", tmp_path / "out").rows == 9000
    assert pq.read_table(tmp_path / "out").column("id").to_pylist() == [*range(3000)] * 3
    pq.write_table(pq.read_table(tmp_path / "in" / "0.parquet").drop(["id"]), tmp_path / "in" / "3.parquet")
    with pytest.raises(Invalid, match=r"columns of 3\.parquet"):
        route(tmp_path / "in", tmp_path / "out2")
    assert batches.batch_rows(1) > batches.batch_rows(1e9) == 1024
