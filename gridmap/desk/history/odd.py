"""Rows that are not plainly in order: each is looked at by itself, as the plain loader does, and taken or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gridmap.cases.deadlines import Calendar
from gridmap.cases.past import ENDED_AS
from gridmap.desk.history.cells import Moments
from gridmap.desk.history.settled import TEXTS, Floats, Ints, Settled, micros
from gridmap.desk.loading import surroundings
from gridmap.desk.loading.case_rows import CaseRow, Known, on_record, read_case
from gridmap.desk.loading.case_rows import Settled as One
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.report import Refusal
from gridmap.errors import Fault, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files import columns
from gridmap.geo.files.contents import Contents, Row, silent
from gridmap.geo.files.delimited import restored
from gridmap.geo.files.placing import placed
from gridmap.geo.streams.batches import Batch, Held
from gridmap.grids.lookup import town_outline

_NO_POINT = msg("It must be a Point, not a %(kind)s")


@dataclass
class Odd:
    """How such rows are looked at, throughout one load.

    Args:
        asked: the datum the sender names.
        until: history ends there, see `cases.past.history_ends`.
    """

    session: Session
    job: Job
    held: Held
    asked: Datum | None
    until: datetime
    calendar: Calendar

    def settle(self, batch: Batch, there: Floats, which: Ints) -> Settled | None:
        """These rows of the batch as past cases, without those on record; None where there are none.

        `there` are the places of the whole batch, (n, 2) degrees WGS-84.

        What is wrong with them is noted in the job's report.
        """
        rows = placed(self._contents(batch, which), self.asked).rows
        firsts = Firsts()
        read = [
            (cells, read_case(cells, row.properties, self.job.terms, firsts)) for row in rows for cells in [Cells("cases", row)]
        ]
        for cells, case in read:
            if case is not None:
                self._check_past(cells, case)
        recorded = on_record(self.session, [case.key for _, case in read if case])
        fresh = [(cells, case) for cells, case in read if case is not None and case.key not in recorded]
        known = Known.of(self.session, [case for _, case in fresh])
        for cells, case in fresh:
            known.check(cells, case, keep_outside=self.job.terms.keep_outside)
        self._check_places(there, [(cells, case.point) for cells, case in fresh if case.point])
        self.job.collect(cells for cells, _ in read)
        if self.job.report.refuses or not fresh:
            return None
        cases = [case for _, case in fresh]
        settled = known.settle(self.session, cases, self.calendar, limit_m=self.job.terms.nearest_limit_m)
        return _by_columns([cells.number for cells, _ in fresh], settled)

    def _contents(self, batch: Batch, which: Ints) -> Contents:
        table = batch.table.take(pa.array(which))
        numbers = batch.numbers[which].tolist()
        names, held = table.column_names, self.held
        cells = [[self._cell(value) for value in column.to_pylist()] for column in table.itercolumns()]
        if held.geometry is None and not held.apart:
            return columns.contents(names, zip(numbers, zip(*cells, strict=True), strict=True), held.counted, silent)
        points = zip(batch.x[which].tolist(), batch.y[which].tolist(), strict=True)
        rows = [
            self._row(number, dict(zip(names, values, strict=True)), point)
            for number, values, point in zip(numbers, zip(*cells, strict=True), points, strict=True)
        ]
        return Contents(rows, held.counted, held.crs, held.datum)

    def _cell(self, value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value.isoformat()
        return restored(value) if self.held.verbatim and isinstance(value, str) else value

    def _row(self, number: int, properties: dict[str, Any], point: tuple[float, float]) -> Row:
        given = properties.pop(self.held.geometry, None) if self.held.geometry else None
        if np.isfinite(point).all():
            return Row(number, properties, Point(point))
        faults = () if given is None else (Fault("geometry", _NO_POINT, {"field": "geometry", "kind": "?"}),)
        return Row(number, properties, None, faults)

    def _check_past(self, cells: Cells, case: CaseRow) -> None:
        """Only what has come to its end, and long enough ago, is history."""
        if case.state not in ENDED_AS:
            cells.wrong("state", msg("History holds closed and void cases, this one is '%(state)s'"), state=str(case.state))
        for name in ("occurred_at", "received_at", "closed_at"):
            moment = getattr(case, name)
            if moment is not None and moment >= self.until:
                until = self.until.isoformat()
                cells.wrong(name, msg("%(field)s is not before %(until)s: such cases are loaded without --history"), until=until)

    def _check_places(self, there: Floats, places: Sequence[tuple[Cells, Point]]) -> None:
        if not places or self._outline is None:
            return
        keep = self.job.terms.keep_outside
        if surroundings.outside(self.job, places, self._outline, keep_outside=keep):
            found = there[np.isfinite(there).all(axis=1)]
            suspect = surroundings.suspected(self.job, found, self._outline, keep_outside=keep)
            if suspect is not None:
                self.job.report.refused.insert(0, Refusal(0, suspect.fault))

    @cached_property
    def _outline(self) -> BaseGeometry | None:
        return town_outline(self.session)


def _by_columns(lines: Sequence[int], settled: Sequence[One]) -> Settled:
    rows = [one.columns for one in settled]

    def moments(name: str) -> Moments:
        there = np.array([row[name] is not None for row in rows], dtype=bool)
        return Moments(np.array([0 if row[name] is None else micros(row[name]) for row in rows], dtype=np.int64), there)

    def floats(name: str) -> Any:
        return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)

    told = {
        **{name: [row[name] for row in rows] for name in TEXTS if name not in ("media", "route")},
        "media": [orjson.dumps(row["media"]).decode() if row["media"] else None for row in rows],
        "route": [orjson.dumps(row["route"]).decode() for row in rows],
    }
    return Settled(
        line=np.array(lines, dtype=np.int64),
        occurred_at=moments("occurred_at").micros,
        received_at=moments("received_at").micros,
        closed_at=moments("closed_at").micros,
        due_at=moments("due_at"),
        accuracy_m=floats("accuracy_m"),
        limit_value=floats("limit_value"),
        category_id=np.array([-1 if row["category_id"] is None else row["category_id"] for row in rows], dtype=np.int64),
        publication=np.array([one.route.publication or 0 for one in settled], dtype=np.int64),
        ambiguous=np.array([row["ambiguous"] for row in rows], dtype=bool),
        lon=floats("lon"),
        lat=floats("lat"),
        texts={name: pa.array(values, pa.string()) for name, values in told.items()},
    )
