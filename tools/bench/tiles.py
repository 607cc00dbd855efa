"""`python -m tools.bench.tiles [--grids N] [--cases N] [--record]`: what the tiles of every zoom cost in a city.

Processor time, of this process and of its database's, because others disturb it less than the clock; every tile is made anew.
The tiles are those around cases drawn by lot, so a crowded one is asked for more often, as people do.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.lookup import Filter
from gridmap.cases.states import State
from gridmap.db import make_engine
from gridmap.geo.squares import Tile, square
from gridmap.maps import tiles
from gridmap.maps.crowds.tile import encoded, look
from gridmap.resources import CHECKOUT
from tools.bench.city import SEED, City
from tools.bench.figures import Figure, figure, percentile
from tools.bench.fixture import Size, Stand
from tools.bench.publishing import city_alone

RECORD = CHECKOUT / "docs" / "benchmarks.md"
MARK = "<!-- tiles: written by python -m tools.bench.tiles --record -->"
ZOOMS = range(19)
EACH = 30
PROMISE_MS = 80

Make = Callable[[Session, Tile], bytes]
_PLACES = text(
    "SELECT ST_X(location) AS lon, ST_Y(location) AS lat FROM cases WHERE source LIKE 'bench%' ORDER BY hashint8(id) LIMIT 1000"
)


class Cost(NamedTuple):
    """What the tiles of a zoom took: processor time in milliseconds, bytes."""

    ms: list[float]
    sizes: list[int]

    @property
    def p95(self) -> float:
        """What 95 of 100 do not exceed, in milliseconds."""
        return percentile(self.ms, 95)


def _grids(session: Session, tile: Tile) -> bytes:
    return tiles.tile(session, "grids", *tile)


def _cases(*states: State) -> Make:
    return lambda session, tile: encoded(session, look(session, Filter(states=states), (), tile, at=clock.now()))


LAYERS: dict[str, Make] = {"grids": _grids, "open cases": _cases(), "all cases": _cases(*State)}


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.tiles", description=__doc__)
    parser.add_argument("--grids", type=int, default=50_000)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--database", help="an address of one that is filled already")
    parser.add_argument("--record", action="store_true", help="also put the table into docs/benchmarks.md")
    given = parser.parse_args()
    if given.database:
        report = table(costs(make_engine(given.database)))
    else:
        with city_alone(City(given.grids), given.cases // given.grids) as engine:
            report = table(costs(engine))
    print(report)
    if given.record:
        record(RECORD, report)


def every_zoom(stand: Stand, size: Size) -> list[Figure]:
    """The dearest zoom of each layer in the stand's city."""
    engine = make_engine(stand.url)
    try:
        runs = [costs(engine, each=EACH if size.repeats > 1 else 3) for _ in range(size.repeats)]
    finally:
        engine.dispose()
    worst = {name: [max(cost.p95 for cost in run[name].values()) for run in runs] for name in LAYERS}
    return [figure(f"tiles of {name}, p95 of the dearest zoom, processor time", worst[name], "ms", PROMISE_MS) for name in LAYERS]


def costs(engine: Engine, *, each: int = EACH) -> dict[str, dict[int, Cost]]:
    """By layer and zoom, of `each` tiles."""
    with Session(engine) as session:
        places = np.array(session.execute(_PLACES).all(), dtype=np.float64)
        backend = int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
        found = {}
        for name, make in LAYERS.items():
            make(session, Tile(0, 0, 0))  # What a process does once is not asked here.
            found[name] = {zoom: _cost(session, backend, make, _tiles(places, zoom, each)) for zoom in ZOOMS}
        return found


def _tiles(places: np.ndarray[tuple[int, int], np.dtype[np.float64]], zoom: int, each: int) -> list[Tile]:
    x, y = square(places[:, 0], places[:, 1])
    every = [Tile(zoom, int(column), int(row)) for column, row in zip(x >> 31 - zoom, y >> 31 - zoom, strict=True)]
    chance = np.random.default_rng([SEED, zoom])
    return [every[which] for which in chance.integers(0, len(every), each)]


def _cost(session: Session, backend: int, make: Make, asked: Sequence[Tile]) -> Cost:
    spent, sizes = [], []
    for tile in asked:
        before = processor_ms(backend)
        sizes.append(len(make(session, tile)))
        spent.append(processor_ms(backend) - before)
    return Cost(spent, sizes)


def processor_ms(backend: int) -> float:
    """What this process and the database's `backend` have computed so far."""
    theirs = int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])
    return (time.process_time_ns() + theirs) / 1e6


def table(found: dict[str, dict[int, Cost]]) -> str:
    """By zoom, as Markdown."""
    lines = [
        "| zoom | " + " | ".join(f"{name}, p95 ms | largest kB" for name in found) + " |",
        "|---:|" + "---:|---:|" * len(found),
    ]
    for zoom in ZOOMS:
        cells = [f"{costs[zoom].p95:.1f} | {max(costs[zoom].sizes) / 1000:.1f}" for costs in found.values()]
        lines.append(f"| {zoom} | {' | '.join(cells)} |")
    return "\n".join(lines)


def record(page: Path, report: str) -> None:
    """Replace what stands between the page's two marks."""
    before, _, rest = page.read_text().partition(MARK)
    page.write_text(f"{before}{MARK}\n{report}\n{MARK}{rest.partition(MARK)[2]}")


if __name__ == "__main__":
    main()
