"""Route a file: read ahead, route, write behind."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gridmap.desk.bulk.answers import Answers
from gridmap.desk.bulk.ledger import Ledger, Reached
from gridmap.desk.bulk.tally import Tally
from gridmap.durable import keep_names
from gridmap.errors import Conflict, Invalid, NotFound, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Progress
from gridmap.geo.files.placing import Way, unsaid, way
from gridmap.geo.streams import opening
from gridmap.geo.streams.batches import Batch, Floats, Refuse, Sink, Source
from gridmap.geo.streams.parquet import PART
from gridmap.hands import Hand, second_hand
from gridmap.routing import bulk
from gridmap.routing.index import GridIndex


@dataclass(frozen=True)
class Order:
    """What to route, and how.

    Attributes:
        source: the file with the points.
        target: the file to be written.
        datum: what the sender says of the coordinates; None leaves it to the file.
        columns: the columns of longitude and latitude, where the file does not call them so.
        distances: whether every row is told its distance to the border, in metres.
        again: begin anew, and take the place of what is there.
        limit_m: how near a grid must be to a point that none covers.
    """

    source: Path
    target: Path
    datum: Datum | None
    columns: tuple[str, str] | None
    distances: bool
    again: bool
    limit_m: float


def route_file(index: GridIndex, order: Order, *, refuse: Refuse, progress: Progress) -> Tally:
    """Write the file again with the grid of every row; go on where an earlier run of the same order was killed.

    Args:
        refuse: told of rows that can't be read, from the file's beginning, and are not written.
        progress: told how many rows are done.

    Returns:
        Counts of all rows, those of earlier runs included.

    Raises:
        NotFound: there is no such file, or no boundaries are in force.
        Invalid: the file makes no sense, nobody says what its coordinates are, or what was begun there is another job.
        Conflict: the target is there already, or is being written by another process.
    """
    if not index.codes:
        raise NotFound(msg("No boundaries are in force at that moment"))
    source = opening.source(order.source, order.columns, refuse, target=order.target)
    there = way(source.held.crs, source.held.datum, order.datum)
    if there is None:
        raise unsaid()
    opening.check_target(order.target)
    draft = order.target.with_name(f"{order.target.stem}{opening.UNFINISHED}{order.target.suffix}")
    _check_free(order, draft)
    ledger = Ledger(
        order.target.with_name(f"{order.target.name}{opening.UNFINISHED}.json"),
        _job(index, order),
        anew=order.again or not draft.exists(),
    )
    try:
        tally = _Run(index, order, source, there, progress).through(draft, ledger)
        _named(draft, order.target)
        ledger.done()
    finally:
        ledger.leave()
    return tally


def _check_free(order: Order, draft: Path) -> None:
    if order.target.resolve() == order.source.resolve():
        raise Invalid(msg("The file to be written is the one that is read"), field="file")
    if order.target.exists() and not draft.exists() and not order.again:
        raise Conflict(msg("%(file)s is there already; --again writes it anew"), file=str(order.target))
    if order.target.is_dir() and any(not one.match(PART) for one in order.target.iterdir()):
        raise Conflict(msg("The folder %(file)s holds other files than parts of an earlier run"), file=str(order.target))


def _job(index: GridIndex, order: Order) -> dict[str, Any]:
    files = sorted(order.source.iterdir()) if order.source.is_dir() else [order.source]
    return {
        "in": [[str(one.resolve()), one.stat().st_size, one.stat().st_mtime_ns] for one in files],
        "publication": [index.publication, index.at.isoformat()],
        "datum": order.datum,
        "columns": list(order.columns) if order.columns else None,
        "distances": order.distances,
        "limit_m": order.limit_m,
    }


def _named(draft: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)  # Nothing but parts of ours: `_check_free` looked.
    draft.replace(target)
    keep_names(target.parent)


@dataclass(frozen=True)
class _Run:
    index: GridIndex
    order: Order
    source: Source
    there: Way
    progress: Progress

    def through(self, draft: Path, ledger: Ledger) -> Tally:
        """Write the whole draft, from where the ledger says on."""
        tally = Tally.read(ledger.reached.tally) if ledger.reached else Tally()
        answers = Answers(self.index, distances=self.order.distances)
        held = self.source.held
        schema, mark = answers.schema(held.schema), ledger.reached.mark if ledger.reached else 0
        parts = opening.in_parts(self.order.target)
        sink = opening.sink(draft, schema, held, like=self.order.source, parts=parts, mark=mark)
        with ExitStack() as stack:
            stack.callback(sink.leave)
            reader, writer = stack.enter_context(second_hand()), stack.enter_context(second_hand())
            written: Callable[[], None] = _nothing
            for batch in _ahead(reader, self.source.batches(tally.rows)):
                piece = self._routed(batch, answers, tally)
                written()  # At most one batch waits for the disk.
                written = writer.ask(_write, sink, ledger, piece)
                self.progress("route", tally.rows, held.rows)
            written()
            sink.close()
        return tally

    def _routed(self, batch: Batch, answers: Answers, tally: Tally) -> "_Piece":
        lon, lat = self.there.degrees(batch.x, batch.y)
        tally.look_at(lon, lat, batch.numbers)
        grids = bulk.locate(self.index, lon, lat, limit_m=self.order.limit_m, distances=self.order.distances)
        tally.add(grids)
        return _Piece(answers.told(batch.table, grids), lon, lat, tally.noted())


class _Piece(NamedTuple):
    """Rows with their answers, their WGS-84 degrees, and the counts up to their end."""

    table: Any
    lon: Floats
    lat: Floats
    noted: dict[str, Any]


def _nothing() -> None:
    """Nothing was asked yet."""


def _ahead(reader: Hand, batches: Iterator[Batch]) -> Iterator[Batch]:
    """The batches, each read while the one before is in hand."""
    coming = reader.ask(next, batches, None)
    while (batch := coming()) is not None:
        coming = reader.ask(next, batches, None)
        yield batch


def _write(sink: Sink, ledger: Ledger, piece: _Piece) -> None:
    mark = sink.write(piece.table, piece.lon, piece.lat)
    if mark is not None:
        ledger.keep(Reached(mark, piece.noted))
