"""Files of history, and what was loaded."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from shapely.geometry import Point, mapping
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.past import EVERY_CASE
from gridmap.desk.alerts import Policy
from gridmap.desk.history.load import load_history
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.report import Report
from gridmap.geo.datum import Datum
from tests import town

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
POLICY = Policy(30.0, 50.0, 72.0)
KEY = {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}
Facts = dict[str, Any]


def past(number: int = 1, at: tuple[float, float] | None = (0.5, 0.5), **facts: Any) -> Facts:
    """A case of spring, closed in time; `at` is a place in cells of the tiny town."""
    came = datetime(2026, 3, 1, 1, 0, tzinfo=UTC) + timedelta(hours=number)
    lon, lat = town.spot(*at) if at else (None, None)
    return {
        "source": "test",
        "source_id": f"h-{number}",
        "occurred_at": came.isoformat(),
        "received_at": (came + timedelta(minutes=5)).isoformat(),
        "closed_at": (came + timedelta(hours=3)).isoformat(),
        "state": "closed",
        **KEY,
        "address": f"一路{number}号",
        "text": "垃圾",
        "lon": lon,
        "lat": lat,
    } | facts


def many(count: int, seed: int = 1) -> list[Facts]:
    """Cases of ten months, all over the town."""
    chance = random.Random(seed)  # places, no secrets
    return [
        past(
            n,
            (chance.uniform(0.01, 2.99), chance.uniform(0.01, 2.99)),
            **_lived(datetime(2026, 1, 2, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 290)), chance),
        )
        for n in range(count)
    ]


def _lived(came: datetime, chance: random.Random) -> Facts:
    closed = came + timedelta(hours=chance.randrange(1, 100))
    return {"occurred_at": came.isoformat(), "received_at": came.isoformat(), "closed_at": closed.isoformat()}


def parquet(path: Path, cases: Sequence[Facts]) -> Path:
    """As Parquet, moments as such."""
    names = list(dict.fromkeys(name for case in cases for name in case))
    rows = [{name: case.get(name) for name in names} for case in cases]
    table = pa.Table.from_pylist(rows)
    for name in ("occurred_at", "received_at", "closed_at"):
        moments = [datetime.fromisoformat(str(row[name])) if row[name] else None for row in rows]
        table = table.set_column(table.column_names.index(name), name, pa.array(moments, pa.timestamp("us", "UTC")))
    pq.write_table(table, path, row_group_size=500)
    return path


def table(path: Path, cases: Sequence[Facts]) -> Path:
    """As CSV."""
    names = list(dict.fromkeys(name for case in cases for name in case))
    lines = [",".join(_cell(case.get(name)) for name in names) for case in cases]
    path.write_text("\n".join([",".join(names), *lines]) + "\n", encoding="utf-8")
    return path


def _cell(value: Any) -> str:
    said = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else "" if value is None else str(value)
    return '"' + said.replace('"', '""') + '"' if any(c in said for c in ',"\n') else said


def features(path: Path, cases: Sequence[Facts]) -> Path:
    """As GeoJSON-lines, or, with the suffix .geojson, as one collection."""
    made = [
        {
            "type": "Feature",
            "geometry": None if case["lon"] is None else mapping(Point(case["lon"], case["lat"])),
            "properties": {name: value for name, value in case.items() if name not in ("lon", "lat")},
        }
        for case in cases
    ]
    if path.suffix == ".geojson":
        path.write_text(json.dumps({"type": "FeatureCollection", "features": made}))
    else:
        path.write_text("\n".join(map(json.dumps, made)))
    return path


WRITERS = {".parquet": parquet, ".csv": table, ".geojsonl": features}


def load(engine: Engine, path: Path, *, commit: bool = True, datum: Datum | None = Datum.WGS84, **terms: Any) -> Report:
    """Load it as history."""
    with clock.frozen(NOW), Session(engine) as session:
        return load_history(session, path, datum=datum, terms=Terms(actor="test", now=NOW, **terms), commit=commit)


def all_cases(engine: Engine) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Everything on record about every case, by (source, source_id), but for what it is called and how it was routed."""
    with engine.connect() as connection:
        rows = connection.execute(text(f"SELECT *, ST_AsText(location) AS place FROM {EVERY_CASE} c")).mappings()
        return {
            (row["source"], row["source_id"]): {key: row[key] for key in row if key not in ("id", "number", "route", "location")}
            for row in rows
        }


def pieces(engine: Engine) -> set[str]:
    """The tables that are pieces of the past, attached or not."""
    with engine.connect() as connection:
        return set(connection.execute(text("SELECT relname FROM pg_class WHERE relname ~ '^past_case_[0-9]+$'")).scalars())
