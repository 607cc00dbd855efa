"""Ended cases of months past, loaded as history: from the file on the disk to the last commit, which attaches them."""

import tempfile
import time
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.past import history_ends
from gridmap.db import make_engine
from gridmap.desk.history.load import load_history
from gridmap.desk.loading.job import Terms
from gridmap.geo.datum import Datum
from tools.bench.figures import Figure, figure
from tools.bench.fixture import ACTOR, CITY_FOR, Size, Stand

PROMISED = 200_000
_runs = count(1)


def loads(stand: Stand, size: Size) -> list[Figure]:
    """Cases a second of files as large as that, each of other cases; the first load, which compiles, does not count."""
    rates = []
    engine = make_engine(stand.url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for cases in (1000, *[size.history] * size.repeats):
                path = Path(folder) / f"{next(_runs)}.parquet"
                pq.write_table(_table(stand, cases, path.stem), path, row_group_size=131_072)
                begun = time.perf_counter()
                with Session(engine) as session:
                    terms = Terms(actor=ACTOR, now=clock.now(), keep_outside=True)
                    report = load_history(session, path, datum=Datum.WGS84, terms=terms, commit=True)
                took = time.perf_counter() - begun
                if (report.new, report.refused) != (cases, []):
                    raise RuntimeError(f"history went wrong: {report.new} of {cases}, {report.refused[:3]}")
                rates.append(cases / took)
    finally:
        engine.dispose()
    return [figure(f"history of {size.history:,} cases", rates[1:], "cases/s", PROMISED)]


def _table(stand: Stand, cases: int, name: str) -> pa.Table:
    """Over the time for which the city is there, up to where history ends."""
    chance = np.random.default_rng(len(name) + cases)
    since, until = (_micros(at) for at in (clock.now() - CITY_FOR + timedelta(hours=1), history_ends(clock.now())))
    occurred = np.sort(chance.integers(since, until - 2 * _micros_of(days=1), cases))
    closed = np.minimum(occurred + chance.integers(_micros_of(hours=1), _micros_of(days=20), cases), until - 1)
    lon, lat = np.round(stand.city.places(cases, f"history-{name}"), 7).T
    known = stand.categories[0]
    moment = pa.timestamp("us", "UTC")
    return pa.table(
        {
            "source": pa.array(np.char.add("bench-", (occurred % 5).astype(str))),
            "source_id": [f"history-{name}-{n}" for n in range(cases)],
            "occurred_at": pa.array(occurred, moment),
            "received_at": pa.array(occurred + _micros_of(minutes=5), moment),
            "closed_at": pa.array(closed, moment),
            "state": ["closed"] * cases,
            **{field: [value] * cases for field, value in known._asdict().items()},
            "address": [f"演示路{n % 1000}号" for n in range(cases)],
            "text": [f"测试案件 · made up by the bench, {n}" for n in range(cases)],
            "lon": lon,
            "lat": lat,
        }
    )


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1e6)


def _micros_of(**span: float) -> int:
    return timedelta(**span) // timedelta(microseconds=1)
