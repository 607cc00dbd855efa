"""`python -m tools.bench.locating [--quick] [--record]`: points to polygons, beside others that can do it.

Everyone is asked on one thread where they let us say so, one after the other in each round, so that a busy moment of the machine
meets them all. Answers are compared with shapely's on every point both were asked.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from gridmap.cluster.server import open_cluster
from gridmap.db import make_engine
from gridmap.resources import CHECKOUT
from tools.bench import upkeep
from tools.bench.figures import machine
from tools.bench.peers import known, sorted_candidates
from tools.bench.workloads import Ask, Shapes, Workload, workloads

PAGE = CHECKOUT / "docs" / "benchmarks.md"
MARK = "<!-- points: written by python -m tools.bench.locating --record -->"
OURS = "gridmap"
_SECONDS = 1.0  # What a peer may take for one round, about: slow ones are asked fewer points.


class Measured(NamedTuple):
    """One program at one workload: seconds to be made ready, millions of points a second, points asked, and answered amiss."""

    name: str
    ready_s: float
    rate: float
    asked: int
    wrong: int


def main() -> None:
    """Measure, print, record."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.locating", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run that proves the bench works; its figures mean little")
    parser.add_argument("--record", action="store_true", help="also put the tables into docs/benchmarks.md")
    given = parser.parse_args()
    small, large, points, rounds = (100, 400, 20_000, 2) if given.quick else (1_024, 50_176, 2_000_000, 5)
    home = Path(tempfile.mkdtemp(prefix="gridmap-bench-"))
    home.chmod(0o755)  # The database may run as another user.
    cluster = open_cluster(home)
    try:
        engine = make_engine(cluster.ensure())
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis")
        told = machine("")
        tables = [_table(made := make(), _measured(made, known(engine), rounds)) for make in workloads(small, large, points)]
        engine.dispose()
    finally:
        cluster.stop()
        shutil.rmtree(home, ignore_errors=True)
    head = f"{told['cpu']}, {told['cores']} cores, load before {told['load_before']}; medians of {rounds} rounds, one thread"
    _tell("what the index costs")
    costs = upkeep.table(upkeep.upkeep(small, large))
    report = "\n\n".join([head, f"Copying the same points in memory: {_copying():,.0f} million a second.", *tables, costs])
    print(report)
    if given.record:
        before, _, rest = PAGE.read_text().partition(MARK)
        PAGE.write_text(f"{before}{MARK}\n{report}\n{MARK}{rest.partition(MARK)[2]}")


def _measured(work: Workload, programs: dict[str, Callable[[Shapes], Ask]], rounds: int) -> list[Measured]:
    ready: dict[str, tuple[Ask, float]] = {}
    for name, make in programs.items():
        _tell(f"{work.name}: {name}")
        begun = time.perf_counter()
        ready[name] = (make(work.polygons), time.perf_counter() - begun)
    asked = {name: _how_many(ask, work) for name, (ask, _) in ready.items()}
    truth = sorted_candidates(work.polygons)(work.x, work.y)
    rates: dict[str, list[float]] = {name: [] for name in ready}
    for _ in range(rounds):
        for name, (ask, _) in ready.items():
            begun = time.perf_counter()
            ask(work.x[: asked[name]], work.y[: asked[name]])
            rates[name].append(asked[name] / (time.perf_counter() - begun) / 1e6)
    return [
        Measured(name, seconds, median(rates[name]), n := asked[name], int((ask(work.x[:n], work.y[:n]) != truth[:n]).sum()))
        for name, (ask, seconds) in ready.items()
    ]


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def _how_many(ask: Ask, work: Workload) -> int:
    """So many points as it answers in about a second."""
    few = min(10_000, len(work.x))
    ask(work.x[:few], work.y[:few])  # Warm.
    begun = time.perf_counter()
    ask(work.x[:few], work.y[:few])
    return int(min(len(work.x), max(few, few * _SECONDS / (time.perf_counter() - begun))))


def _table(work: Workload, found: list[Measured]) -> str:
    ours = next(one for one in found if one.name == OURS)
    lines = [
        f"**{work.name}**",
        "",
        "| | million points/s | gridmap is | made ready in s | points asked | unlike shapely |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in sorted(found, key=lambda one: -one.rate):
        times = "" if one is ours else f"{ours.rate / one.rate:,.1f} ×"
        lines.append(f"| {one.name} | {one.rate:,.2f} | {times} | {one.ready_s:,.2f} | {one.asked:,} | {one.wrong:,} |")
    return "\n".join(lines)


def _copying() -> float:
    """Millions of pairs of doubles copied a second: the memory's own limit."""
    pairs = np.zeros((5_000_000, 2))
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        pairs.copy()
        seconds.append(time.perf_counter() - begun)
    return len(pairs) / median(seconds) / 1e6


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    main()
