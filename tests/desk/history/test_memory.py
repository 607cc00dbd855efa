"""A load of history takes no more memory for a longer file, but for the keys' prints."""

import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from gridmap.desk.history.filling import Filling
from gridmap.geo.streams import batches
from tests.desk.history.made import load, many, parquet

ROWS_AT_ONCE = 1024  # As few as a batch can have.
A_KEY_BYTES = 32  # Its print of 8, again while all are sorted, and 12 bits of the sieve. A row as such has some 250.


def long(path: Path, times: int, name: str) -> Path:
    """A file of so many thousand cases, in the order of time."""
    thousand = pq.read_table(parquet(path, many(1000)))
    keys = [pa.array([f"{name}-{turn}-{n}" for n in range(1000)]) for turn in range(times)]
    at = thousand.column_names.index("source_id")
    whole = pa.concat_tables([thousand.set_column(at, "source_id", column) for column in keys])
    pq.write_table(whole.sort_by("received_at"), path, row_group_size=ROWS_AT_ONCE)
    return path


def test_it_does_not_grow_with_the_file(furnished: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 1)
    own, most = Filling._write, 0

    def watched(self: Any, *given: Any) -> None:
        nonlocal most
        most = max(most, pa.total_allocated_bytes() - before)
        own(self, *given)

    monkeypatch.setattr(Filling, "_write", watched)
    times = (2, 8, 32)  # Thousand. The first load meets everything that is kept for good.
    files = [long(tmp_path / f"{one}.parquet", one, f"of-{one}") for one in times]
    peaks = []
    for file in files:
        before, most = pa.total_allocated_bytes(), 0
        tracemalloc.start()
        assert load(furnished, file).refused == []
        peaks.append((most, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()
    _, (arrow, python), (arrow_of_more, python_of_more) = peaks
    assert arrow_of_more < 2 * arrow  # One batch more or less may be in hand when it is looked at.
    assert python_of_more < python + A_KEY_BYTES * 1000 * (times[2] - times[1])
