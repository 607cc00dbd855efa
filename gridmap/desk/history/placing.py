"""The grids of a batch's rows, by the boundaries of their days."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.cases.categories import KnownCategory
from gridmap.desk.history.cells import Mask
from gridmap.desk.history.reading import Columns, Read
from gridmap.desk.history.settled import Floats, Ints, micros
from gridmap.desk.loading.case_rows import publications
from gridmap.routing.ask import index_at
from gridmap.routing.index import NOBODY, GridIndex
from gridmap.routing.route import Basis, Route, Rule
from gridmap.routing.zones import Sent


class Placed(NamedTuple):
    """The grid of each row as its place in the codes, the publication, the codes, and by row the routes that are to be kept."""

    grid: Ints
    publication: Ints
    codes: list[str]
    kept: dict[int, str]


@dataclass(frozen=True)
class Placing:
    """How places are routed, throughout one load.

    Args:
        limit_m: how near a grid must be to a place that none covers.
    """

    session: Session
    limit_m: float

    def of(self, given: Columns, read: Read, category: Ints, categories: list[KnownCategory | None]) -> Placed:
        """The grids of all rows that are in order so far; a row whose grid is not plain is no longer."""
        n = len(given.numbers)
        grid, publication = np.full(n, NOBODY, dtype=np.int64), np.zeros(n, dtype=np.int64)
        codes: dict[str, int] = {}
        kept: dict[int, str] = {}
        paths = np.array([known.path if known else None for known in categories], dtype=object)
        for index, asked in self._by_boundaries(read):
            found = index.locate(given.lon[asked], given.lat[asked])
            covered = (found != NOBODY) & self._unambiguous(index, given, asked, read.accuracy)
            read.sound[asked[~covered]] = False
            rows, lies_in = asked[covered], found[covered]
            to = np.array([codes.setdefault(code, len(codes)) for code in index.codes], dtype=np.int64)
            grid[rows], publication[rows] = to[lies_in], index.publication
            for row, sent in self._zoned(index, given, rows, lies_in, paths[category[rows]]):
                route = self._sent(given, read, row, sent, index.publication)
                kept[row], grid[row] = orjson.dumps(route.facts()).decode(), codes.setdefault(sent.zone.target, len(codes))
        return Placed(grid, publication, list(codes), kept)

    def _zoned(
        self, index: GridIndex, given: Columns, rows: Ints, lies_in: NDArray[np.int32], paths: NDArray[np.object_]
    ) -> Iterator[tuple[int, Sent]]:
        """The rows that a special zone sends on."""
        if index.zones:
            for n, zone in index.zones.taking(given.lon[rows], given.lat[rows], paths.tolist()).items():
                yield int(rows[n]), Sent(zone, index.codes[lies_in[n]])

    def _by_boundaries(self, read: Read) -> list[tuple[GridIndex, Ints]]:
        """The indexes by which the rows are routed that are in order so far, and these rows."""
        rows = np.flatnonzero(read.sound)
        moments = publications(self.session)
        if not moments:
            read.sound[rows] = False
            return []
        at = np.array([micros(moment) for moment in moments])
        number = np.maximum(np.searchsorted(at, read.moments["occurred_at"].micros[rows], side="right") - 1, 0)
        return [(index_at(self.session, moments[n]), rows[number == n]) for n in np.unique(number).tolist()]

    def _unambiguous(self, index: GridIndex, given: Columns, rows: Ints, accuracy: Floats) -> Mask:
        """Whether surely no other grid comes into question: the sender vouches for no radius, or none lies within it."""
        fine = np.isnan(accuracy[rows])
        asked = rows[~fine]
        fine[~fine] = index.alone(given.lon[asked], given.lat[asked], accuracy[asked])
        return fine

    def _sent(self, given: Columns, read: Read, row: int, sent: Sent, publication: int) -> Route:
        point = (float(given.lon[row]), float(given.lat[row]))
        accuracy = None if np.isnan(read.accuracy[row]) else float(read.accuracy[row])
        return Route(
            Rule.COVERS,
            Basis.LOCATION,
            sent.zone.target,
            point,
            publication,
            accuracy_m=accuracy,
            limit_m=self.limit_m,
            sent=sent,
        )
