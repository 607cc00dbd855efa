"""`gridmap load`, `gridmap export` and `gridmap demo`, as they are typed."""

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.resources import data_dir
from tests.cli.conftest import Types

TOWN = data_dir() / "geojson"


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_dry_run_does_everything_and_writes_nothing(committing: Engine, types: Types) -> None:
    dry = types("load", "grids", TOWN / "grids.geojson", "--datum", "wgs84")
    assert dry.exit_code == 0, dry.output
    assert "grids: 120 read, 120 new" in dry.output
    assert "Dry run" in dry.output
    assert count(committing, "grid") == count(committing, "journal") == 0
    real = types(
        "load", "grids", TOWN / "grids.geojson", "--datum", "wgs84", "--commit", "--valid-from", "2026-01-01T00:00:00+08:00"
    )
    assert real.exit_code == 0, real.output
    assert "Committed" in real.output
    assert count(committing, "grid") == 120
    again = types("load", "grids", TOWN / "grids.geojson", "--datum", "wgs84", "--commit")
    assert "0 new, 0 changed, 120 unchanged" in again.output
    assert count(committing, "publication") == 1


def test_a_refused_file_exits_1_and_is_written_down(committing: Engine, types: Types, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    lines = [f"=CMD{n},探头,121.4,31.6" for n in range(30)]
    bad.write_text("\n".join(["id,name,lon,lat", *lines]))
    report = tmp_path / "report.csv"
    done = types("load", "cameras", bad, "--datum", "wgs84", "--commit", "--limit-refusals", "3", "--report", report)
    assert done.exit_code == 1, done.output
    assert "line 2: A GB/T 28181 id has 20 digits, got '=CMD0'" in done.output
    assert "line 5:" not in done.output
    assert "… and 27 more" in done.output
    assert "cameras: refused, 30 reasons; nothing is loaded" in done.output
    rows = list(csv.reader(report.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["line", "field", "reason"]
    assert rows[30][:2] == ["31", "id"]
    assert count(committing, "camera") == 0


def test_a_database_lost_on_the_way_is_said_in_a_sentence(types: Types, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(session: Session, *_: object, **__: object) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    monkeypatch.setattr("gridmap.cli.load.load_file", lose)
    lost = types("load", "cameras", TOWN / "cameras.geojson", "--datum", "wgs84")
    assert lost.exit_code == 69, lost.output
    assert lost.output.startswith("The database does not answer: ")


@pytest.mark.parametrize(
    "args",
    [
        ["load", "roads", "x.csv"],
        ["load", "grids"],
        ["load", "grids", "no-such-file.geojson"],
        ["load", "grids", TOWN / "grids.geojson"],
        ["load", "grids", TOWN / "grids.geojson", "--datum", "mars"],
        ["load", "grids", TOWN / "grids.geojson", "--datum", "wgs84", "--valid-from", "2026-01-01"],
        ["load", "grids", TOWN / "grids.geojson", "--datum", "wgs84", "--valid-from", "soon"],
        ["export", "roads", "x.csv"],
        ["export", "grids", "x.csv", "--at", "2026-01-01T00:00"],
    ],
)
def test_usage(types: Types, args: list[object]) -> None:
    done = types(*args)
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output


def test_files_that_are_none(types: Types, tmp_path: Path) -> None:
    for name, data in (
        ("a.geojson", b"{"),
        ("b.zip", b"PK"),
        ("c.gpkg", b"x"),
        ("d.xlsx", b"x"),
        ("e.csv", b"\0"),
        ("f.doc", b"x"),
        ("g.csv", b""),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        done = types("load", "cameras", path, "--datum", "wgs84")
        assert done.exit_code == 1, (name, done.output)
        assert done.output.strip()
        assert done.exception is None or isinstance(done.exception, SystemExit)


def test_a_contradiction_is_explained(types: Types, tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps(json.loads((TOWN / "cameras.geojson").read_text()) | {"datum": "wgs84"}))
    done = types("load", "cameras", path, "--datum", "gcj02")
    assert done.exit_code == 2
    assert "name no datum" in done.output


def test_the_demo_town(committing: Engine, types: Types, tmp_path: Path) -> None:
    done = types("demo")
    assert done.exit_code == 0, done.output
    assert count(committing, "cases") == 600
    with committing.connect() as connection:
        newest, unrouted, ahead = connection.execute(
            text(
                "SELECT now() - max(received_at) < '2 h', count(*) FILTER (WHERE grid_code IS NULL), bool_or(received_at > now())"
                " FROM cases"
            )
        ).one()
    assert newest
    assert 0 < unrouted < 50
    assert not ahead
    for layer in ("grids", "cameras", "service-points", "cases"):
        out = tmp_path / f"{layer}.geojson"
        assert types("export", layer, out).exit_code == 0
        back = types("load", layer, out)
        assert back.exit_code == 0, back.output
        assert "0 new, 0 changed" in back.output
    once = types("demo")
    assert once.exit_code == 1
    assert "needs an empty one" in once.output


def test_a_report_that_cannot_be_written_keeps_the_file_out(committing: Engine, types: Types, tmp_path: Path) -> None:
    args = ["load", "grids", TOWN / "grids.geojson", "--datum", "wgs84", "--commit", "--report", tmp_path / "no" / "x.csv"]
    done = types(*args)
    assert done.exit_code == 1
    assert "can't be written" in done.output
    assert count(committing, "grid") == 0


def test_nothing_is_exported_that_could_not_be_loaded_again(types: Types, tmp_path: Path) -> None:
    done = types("export", "cameras", tmp_path / "cameras.kml")
    assert done.exit_code == 1
    assert "these can: .geojson .json .gpkg .zip .csv .tsv .xlsx" in done.output
    assert not (tmp_path / "cameras.kml").exists()


def test_an_export_that_cannot_be_written(types: Types, tmp_path: Path) -> None:
    done = types("export", "cameras", tmp_path / "no" / "such" / "folder.csv")
    assert done.exit_code == 1
    assert "can't be written" in done.output
