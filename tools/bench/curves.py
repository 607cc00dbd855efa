"""`python -m tools.bench.curves [--quick] [--record]`: how costs grow with grids, cases and live clients, as plots and a table.

Points and live clients are told by the clock, tiles and alerts by processor time (`tools.bench.tiles`).
"""

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.config import Settings
from gridmap.db import make_engine
from gridmap.desk.alerts import Incoming, Policy, receive
from gridmap.resources import CHECKOUT
from gridmap.routing.index import GridIndex
from tools.bench.city import City
from tools.bench.figures import machine
from tools.bench.fixture import Size, standing
from tools.bench.plots import Line, Plot, draw
from tools.bench.publishing import ACTOR, add_cases, city_alone
from tools.bench.streams import delivery
from tools.bench.tiles import LAYERS, costs, processor_ms
from tools.bench.workloads import SEED, bent

PAGE = CHECKOUT / "docs" / "benchmarks.md"
PICTURE = CHECKOUT / "docs" / "pictures" / "curves.svg"
MARK = "<!-- curves: written by python -m tools.bench.curves --record -->"
ROUNDS = 5


class Span(NamedTuple):
    """How far the curves go.

    Attributes:
        grids: how many to locate points in.
        cases: how many there are in a city of `city` grids.
        points: asked at once.
        alerts: taken at once.
        tiles: looked at, of each zoom.
        live: the stand whose live clients are served.
    """

    grids: Sequence[int]
    cases: Sequence[int]
    city: int
    points: int
    alerts: int
    tiles: int
    live: Size


FULL = Span(
    (100, 1_000, 10_000, 50_000),
    (10_000, 100_000, 1_000_000),
    *(5_000, 1_000_000, 5_000, 30),
    Size(grids=50, cases=1_000, repeats=3, seconds=5.0, streams=(10, 50, 200, 500, 1_000, 2_000), batch=0),
)
QUICK = Span(
    (100, 400), (100, 200), 100, 10_000, 20, 2, Size(grids=50, cases=50, repeats=1, seconds=0.4, streams=(2, 5), batch=0)
)


def main() -> None:
    """Measure, draw, record."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.curves", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run that proves it works; its figures mean little")
    parser.add_argument("--record", action="store_true", help="also put the plots and the table into the documents")
    given = parser.parse_args()
    told, span = machine(""), QUICK if given.quick else FULL
    plots = [*by_grids(span), *by_cases(span), by_clients(span)]
    report = f"{told['cpu']}, {told['cores']} cores, load before {told['load_before']}\n\n{table(plots)}"
    print(report)
    if given.record:
        draw(plots, PICTURE)
        record(PAGE, report)


def by_grids(span: Span) -> list[Plot]:
    """Points located a second on one thread, and the seconds until the table for them is made."""
    GridIndex.build(["0"], bent(1)).prepare()  # What a process does once is not asked here.
    rates, ready = [], []
    for shapes in map(bent, span.grids):
        began = time.perf_counter()
        index = GridIndex.build([f"{n:06}" for n in range(len(shapes))], shapes)
        index.prepare()
        ready.append(time.perf_counter() - began)
        box = shapely.total_bounds(shapes)
        lon, lat = np.random.default_rng(SEED).uniform(box[:2], box[2:], (span.points, 2)).T.copy()
        rates.append(span.points / 1e6 / _middle(lambda: index.locate(lon, lat)))  # noqa: B023  # asked before the next
    return [
        Plot("Points located, one thread", "grids", "million a second", (Line("gridmap", span.grids, rates),)),
        Plot("Made ready for them", "grids", "seconds", (Line("gridmap", span.grids, ready),)),
    ]


def by_cases(span: Span) -> list[Plot]:
    """What a tile and an alert take, with ever more cases in one city."""
    tiles: dict[str, list[float]] = {name: [] for name in LAYERS}
    alerts, there = [], 0
    city = City(span.city)
    with city_alone(city, 0) as filling:
        for wanted in span.cases:
            add_cases(filling, there // span.city + 1, wanted // span.city)
            there = wanted
            with _fresh(filling) as engine:  # Nothing of what it remembers of fewer cases.
                for name, zooms in costs(engine, each=span.tiles).items():
                    tiles[name].append(max(cost.p95 for cost in zooms.values()))
                alerts.append(_alert_us(engine, city, span.alerts))
    lines = [Line(name, span.cases, ms) for name, ms in tiles.items() if name.endswith("cases")]
    return [
        Plot("A tile, p95 of the dearest zoom", "cases", "ms of processor time", lines),
        Plot("An alert of a batch", "cases", "µs of processor time", (Line("gridmap", span.cases, alerts),)),
    ]


def by_clients(span: Span) -> Plot:
    """How late an event reaches the last byte at each of ever more live clients."""
    with standing(span.live) as stand:
        found = delivery(stand, span.live)
    middle, late = ([one.value for one in found if one.name.endswith(word)] for word in ("p50", "p99"))
    lines = (Line("p50", span.live.streams, middle), Line("p99", span.live.streams, late))
    return Plot("An event to every live client", "clients", "ms", lines)


@contextmanager
def _fresh(engine: Engine) -> Iterator[Engine]:
    made = make_engine(engine.url.render_as_string(hide_password=False))
    try:
        yield made
    finally:
        made.dispose()


def _alert_us(engine: Engine, city: City, how_many: int) -> float:
    settings, now = Settings(), clock.now()
    policy = Policy(settings.nearest_limit_m, settings.duplicate_radius_m, settings.duplicate_hours)
    spent = []
    for turn in range(ROUNDS):
        places = city.places(how_many, f"curve-{turn}").tolist()
        alerts = [Incoming("bench", f"curve-{turn}-{n}", now, "{}", lon=lon, lat=lat) for n, (lon, lat) in enumerate(places)]
        with Session(engine) as session:  # Rolled back: the next turn finds as many cases as this one.
            backend = int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
            before = processor_ms(backend)
            receive(session, alerts, actor=ACTOR, policy=policy)
            spent.append((processor_ms(backend) - before) * 1000 / how_many)
    return median(spent)


def _middle(do: Callable[[], object]) -> float:
    """Seconds, the median of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        do()
        spent.append(time.perf_counter() - began)
    return median(spent)


def table(plots: Sequence[Plot]) -> str:
    """A row for each line of each plot, as Markdown."""
    rows = ["| what | | grows with | |", "|---|---|---|---|"]
    for plot in plots:
        for line in plot.lines:
            steps = ", ".join(f"{x:,}: {_short(y)}" for x, y in zip(line.x, line.y, strict=True))
            rows.append(f"| {plot.title}: {line.name} | {plot.unit} | {plot.along} | {steps} |")
    return "\n".join(rows)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def record(page: Path, report: str) -> None:
    """Replace what stands between the page's two marks."""
    before, _, rest = page.read_text().partition(MARK)
    page.write_text(f"{before}{MARK}\n{report}\n{MARK}{rest.partition(MARK)[2]}")


if __name__ == "__main__":
    main()
