"""Route a file: read ahead, route, write behind."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from gridmap.desk.bulk.answers import Answers
from gridmap.desk.bulk.drafts import Order, drafted
from gridmap.desk.bulk.ledger import Ledger, Reached
from gridmap.desk.bulk.tally import Tally
from gridmap.errors import NotFound, msg
from gridmap.geo.files.contents import Progress
from gridmap.geo.files.placing import Way, unsaid, way
from gridmap.geo.streams import opening
from gridmap.geo.streams.batches import Batch, Floats, Held, Refuse, Sink, Source
from gridmap.hands import ahead, second_hand
from gridmap.routing import bulk
from gridmap.routing.index import GridIndex


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
    return opened(index, order, refuse=refuse).route(progress)


def opened(index: GridIndex, order: Order, *, refuse: Refuse) -> "Opened":
    """The file, looked at so far that it can be routed: for who has to make much ready before. Raises as `route_file` does."""
    source = opening.source(order.source, order.columns, refuse, target=order.target)
    router = Router.of(index, source.held, order)
    opening.check_target(order.target)
    return Opened(router, order, source)


class Piece(NamedTuple):
    """Rows with their answers, and their WGS-84 degrees."""

    table: Any
    lon: Floats
    lat: Floats


@dataclass(frozen=True)
class Router:
    """Answers for batches of one file by one set of boundaries."""

    index: GridIndex
    there: Way
    answers: Answers
    limit_m: float
    distances: bool

    @classmethod
    def of(cls, index: GridIndex, held: Held, order: Order) -> "Router":
        """For a file that says this of itself.

        Raises:
            NotFound: no boundaries are in force.
            Invalid: nobody says what its coordinates are.
        """
        if not index.codes:
            raise NotFound(msg("No boundaries are in force at that moment"))
        there = way(held.crs, held.datum, order.datum)
        if there is None:
            raise unsaid()
        return cls(index, there, Answers(index, distances=order.distances), order.limit_m, order.distances)

    def routed(self, batch: Batch, tally: Tally) -> Piece:
        """The batch with its answers, which are counted."""
        lon, lat = self.there.degrees(batch.x, batch.y)
        tally.look_at(lon, lat, batch.numbers)
        grids = bulk.locate(self.index, lon, lat, limit_m=self.limit_m, distances=self.distances)
        tally.add(grids)
        return Piece(self.answers.told(batch.table, grids), lon, lat)


@dataclass(frozen=True)
class Opened:
    """A file that is about to be routed."""

    router: Router
    order: Order
    source: Source

    def route(self, progress: Progress) -> Tally:
        """As `route_file`."""
        with drafted(self.router.index, self.order) as (draft, ledger):
            return self._through(draft, ledger, progress)

    def _through(self, draft: Path, ledger: Ledger, progress: Progress) -> Tally:
        """Write the whole draft, from where the ledger says on."""
        reached = ledger.reached[-1] if ledger.reached else None
        tally, mark = (Tally.read(reached.tally), reached.mark) if reached else (Tally(), 0)
        held = self.source.held
        schema = self.router.answers.schema(held.schema)
        parts = opening.in_parts(self.order.target)
        sink = opening.sink(draft, schema, held, like=self.order.source, parts=parts, mark=mark)
        with ExitStack() as stack:
            stack.callback(sink.leave)
            reader, writer = stack.enter_context(second_hand()), stack.enter_context(second_hand())
            written: Callable[[], None] = _nothing
            for batch in ahead(reader, self.source.batches(tally.rows)):
                piece = self.router.routed(batch, tally)
                written()  # At most one batch waits for the disk.
                written = writer.ask(_write, sink, ledger, piece, tally.noted())
                progress("route", tally.rows, held.rows)
            written()
            sink.close()
        return tally


def _nothing() -> None:
    """Nothing was asked yet."""


def _write(sink: Sink, ledger: Ledger, piece: Piece, noted: dict[str, Any]) -> None:
    mark = sink.write(*piece)
    if mark is not None:
        ledger.keep(Reached(mark, noted))
