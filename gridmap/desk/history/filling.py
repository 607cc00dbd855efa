"""Through the file: each batch is read ahead, settled, made into rows, and written behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from gridmap.cases.past import MONTH_IDS
from gridmap.db import copy_binary, engine_of
from gridmap.desk.history import ledger, pieces, rows
from gridmap.desk.history.cells import Mask
from gridmap.desk.history.keys import Keys
from gridmap.desk.history.ledger import Begun
from gridmap.desk.history.odd import Odd
from gridmap.desk.history.plain import Plain
from gridmap.desk.history.reading import Columns
from gridmap.desk.history.rows import Bytes
from gridmap.desk.history.settled import COLUMNS, Settled
from gridmap.desk.loading.fields import known
from gridmap.desk.loading.job import Job
from gridmap.errors import msg
from gridmap.geo.files.placing import Way
from gridmap.geo.streams.batches import Batch, Source
from gridmap.hands import ahead, second_hand

LAYER = "cases"
_MOST_REFUSED = 100_000  # A file with as many is not looked at further: what is told of them has to find room.
_ODD_AT_ONCE = 20_000  # Rows that become objects at a time.


class Rows(NamedTuple):
    """Some more rows of one piece, as binary COPY takes them."""

    first_id: int
    cases: int
    data: Bytes


@dataclass
class Filling:
    """What takes the rows of one load's file into its pieces.

    Args:
        session: asks, and never writes: what is written has one of its own.
        there: from the file's coordinates to ours.
        keys: told all that are written.
    """

    session: Session
    job: Job
    source: Source
    there: Way
    begun: Begun
    keys: Keys
    plain: Plain
    odd: Odd
    _firsts: dict[int, int] = field(init=False)  # By month the first id of its piece,
    _nexts: dict[int, int] = field(init=False)  # and by that the next one: of what is made, though it may not be written yet.

    def __post_init__(self) -> None:
        self._firsts = {first_id // MONTH_IDS: first_id for first_id in self.begun.counts}
        self._nexts = {first_id: first_id + count for first_id, count in self.begun.counts.items()}

    def fill(self) -> None:
        """Go through the whole file, from where the load was. From the first refusal on nothing is written."""
        report = self.job.report
        report.total = self.begun.rows
        with Session(engine_of(self.session)) as writing, second_hand() as reader, second_hand() as writer:
            written: Callable[[], None] = _nothing
            for batch in ahead(reader, self.source.batches(self.begun.rows)):
                settled = self._settled(batch)
                report.total += len(batch.numbers)
                made = [] if report.refuses else [each for part in settled for each in self._made(*part)]
                written()  # At most one batch waits for the database.
                if not report.refuses:
                    written = writer.ask(self._write, writing, made, report.total)
                self.job.terms.progress("write", report.total, self.source.held.rows)
                if len(report.refused) >= _MOST_REFUSED:
                    self.job.warn(
                        "file", msg("There are too many refusals; the file was read up to here: %(rows)s"), rows=report.total
                    )
                    break
            written()
        self.session.commit()

    def _settled(self, batch: Batch) -> list[tuple[Settled, Mask]]:
        """Past cases, and which of the rows are meant."""
        lon, lat = self.there.degrees(batch.x, batch.y)
        table = known(LAYER, dict(zip(batch.table.column_names, batch.table.itercolumns(), strict=True)))
        settled, sound = self.plain.settle(Columns(table, lon, lat, batch.numbers))
        parts = [(settled, sound)]
        there, left = np.column_stack([lon, lat]), np.flatnonzero(~sound)
        for begin in range(0, len(left), _ODD_AT_ONCE):
            rest = self.odd.settle(batch, there, left[begin : begin + _ODD_AT_ONCE])
            parts += [(rest, np.ones(len(rest.line), dtype=bool))] if rest is not None else []
        return parts

    def _made(self, settled: Settled, which: Mask) -> list[Rows]:
        order = settled.by_month(which)
        firsts = [self._first(month) for month in order.months]
        nexts = [self._nexts.setdefault(first_id, first_id) for first_id in firsts]
        prints = np.split(settled.keys(order), order.begins[1:-1]) if firsts else []
        for first_id, some in zip(firsts, prints, strict=True):
            self.keys.add(self._nexts[first_id], some)
            self._nexts[first_id] += len(some)
        counts = np.diff(order.begins).tolist()
        return [Rows(*each) for each in zip(firsts, counts, settled.written(order, nexts), strict=True)]

    def _first(self, month: int) -> int:
        if month not in self._firsts:
            self._firsts[month] = ledger.first_of(self.session, month)
        return self._firsts[month]

    def _write(self, session: Session, made: list[Rows], total: int) -> None:
        ledger.claim(session, self.begun)
        for first_id, cases, data in made:
            ledger.begin_piece(session, self.begun, first_id)
            copy_binary(session, pieces.name_of(first_id), COLUMNS, (rows.HEAD, data.data, rows.TAIL))
            self.begun.counts[first_id] += cases
        ledger.keep(session, self.begun, total)
        session.commit()


def _nothing() -> None:
    """Nothing was asked yet."""
