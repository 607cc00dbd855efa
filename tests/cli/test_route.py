"""`gridmap route`, as it is typed."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests import town
from tests.cli.conftest import Types


@pytest.fixture
def founded(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    places = [town.spot(0.5, 0.5), town.spot(-0.001, 0.5), town.spot(9, 9), (31.6, 121.4)]
    path.write_text("\n".join(["x,y", *(f"{lon},{lat}" for lon, lat in places), "=1"]))
    return path


@pytest.mark.usefixtures("founded")
def test_it_tells_what_became_of_the_rows(types: Types, table: Path, tmp_path: Path) -> None:
    done = types("route", table, tmp_path / "out.csv", "--datum", "wgs84", "--facts")
    assert done.exit_code == 1, done.output
    assert "1 in their grids, 1 to the nearest, 2 unrouted" in done.output
    assert "1 rows stay unrouted: longitude and latitude are swapped (rows 5)" in done.output
    assert "row 6: There are fewer cells than columns: 1" in done.output
    assert "By publication 1 of 2026-01-01T08:00:00+08:00" in done.output
    assert "rows a second" in done.output
    kept_out = list(csv.reader((tmp_path / "out.refused.csv").read_text("utf-8-sig").splitlines()))
    assert kept_out == [["row", "reason", "text"], ["6", "There are fewer cells than columns: 1", "'=1"]]
    metres = [row["distance_to_border_m"] for row in csv.DictReader((tmp_path / "out.csv").read_text("utf-8-sig").splitlines())]
    assert [bool(one) for one in metres] == [True, True, True, False]
    table.write_text("x,y\n1,2\n")
    assert types("route", table, tmp_path / "out.csv", "--datum", "wgs84", "--again").exit_code == 0
    assert not (tmp_path / "out.refused.csv").exists()


@pytest.mark.usefixtures("founded")
@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["out.csv"], 2, "name the datum"),
        (["out.csv", "--lon", "x"], 2, "--lon and --lat go together"),
        (["out.csv", "--datum", "wgs84", "--lon", "x", "--lat", "z"], 1, "no column 'z' among x, y"),
        (["out.csv", "--datum", "wgs84", "--as-of", "2025-01-01T00:00:00Z"], 1, "No boundaries"),
        (["out.doc", "--datum", "wgs84"], 1, "'.doc' can't be read or written row by row"),
        (["no/such/out.csv", "--datum", "wgs84"], 1, "can't be written"),
    ],
)
def test_what_makes_no_sense_ends_in_a_sentence(
    types: Types, table: Path, tmp_path: Path, *, words: list[str], status: int, told: str
) -> None:
    out, *options = words
    done = types("route", table, tmp_path / out, *options)
    assert done.exit_code == status, done.output
    assert told in done.output
    assert "Traceback" not in done.output
    assert [one.name for one in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.usefixtures("founded")
def test_the_index_is_not_made_ready_for_what_can_not_be_routed(
    types: Types, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a city's boundaries it takes its time."""
    monkeypatch.setattr("gridmap.routing.index.GridIndex.prepare", lambda _: pytest.fail("made ready for nothing"))
    assert "name the datum" in types("route", table, tmp_path / "out.csv").output
    assert "'.doc' can't be read or written row by row" in types("route", table, tmp_path / "out.doc", "--datum", "wgs84").output


@pytest.mark.usefixtures("founded")
def test_files_that_are_none(types: Types, tmp_path: Path) -> None:
    for name, data in (
        ("a.parquet", b"PAR1"),
        ("b.parquet", b""),
        ("c.csv", b"\0"),
        ("d.csv", b""),
        ("e.csv", b'lon,lat\n"1,2'),
        ("e2.csv", b'lon,lat\n1,"2\n3,4\n5,6\n'),
        ("e.gpkg", b"x"),
        ("e2.gpkg", b"SQLite format 3\0" + b"x" * 100),
        ("f.csv", b"lon,lat\n1,2\n" * 10 + b"\xff\xff,1\n"),
        ("g.csv", b"lon,lat,lon\n1,2,3\n"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        done = types("route", path, tmp_path / f"{name}.out.csv", "--datum", "wgs84")
        assert done.exit_code == 1, (name, done.output)
        assert done.output.strip()
        assert isinstance(done.exception, SystemExit), name
        assert not (tmp_path / f"{name}.out.csv").exists()
