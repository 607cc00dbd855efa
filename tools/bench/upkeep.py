"""What an index of a city costs beside its answers: making it, memory, one single look-up, and keeping up with a publish."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
import shapely
from shapely.geometry import MultiPolygon

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.lookup import NOTHING_YET, Span
from gridmap.grids.redrawn import Fresh, Redrawn, redraw
from gridmap.routing.index import GridIndex
from tools.bench.workloads import bent

_SPLITS = 9
_LOOKS = 100_000
_SPAN = Span(1, 1, datetime(2026, 1, 1, tzinfo=UTC), None)


class Upkeep(NamedTuple):
    """Of one index, in a process of its own: all of it in MB, seconds, microseconds and milliseconds."""

    grids: int
    made_s: float
    look_up_us: float
    resident_mb: float
    peak_mb: float
    surroundings_s: float
    patched_ms: float


def upkeep(*how_many: int) -> list[Upkeep]:
    """Of an index of so many grids each, measured one after the other."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1) as pool:
        return list(pool.map(_of, how_many))


def table(found: list[Upkeep]) -> str:
    """As Markdown."""
    head = ("grids", "made in s", "one look-up µs", "process then MB", "at its peak", "surroundings in s", "both patched, ms")
    lines = [
        f"| {one.grids:,} | {one.made_s:.2f} | {one.look_up_us:.1f} | {one.resident_mb:,.0f} | {one.peak_mb:,.0f}"
        f" | {one.surroundings_s:.1f} | {one.patched_ms:.1f} |"
        for one in found
    ]
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---:|" * len(head), *lines])


def _of(how_many: int) -> Upkeep:
    _index(64).prepare()  # What a process does once, reading what is compiled, is not the index's.
    index = _index(how_many)
    made = _seconds(index.prepare)
    resident, peak = _memory_mb("VmRSS"), _memory_mb("VmHWM")
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(index.held.shapes[len(index.codes) // 2])).T
    surroundings = _seconds(lambda: index.facts(lon, lat, np.zeros(1), 30.0))
    return Upkeep(
        len(index.codes), made, _look_up_us(index, float(lon[0]), float(lat[0])), resident, peak, surroundings, _patched_ms(index)
    )


def _index(how_many: int) -> GridIndex:
    """Of grids as the database gives them; nothing is made of them yet."""
    shapes = [MultiPolygon([shape]) for shape in bent(how_many)]
    codes = [f"{number:09d}0" for number in range(len(shapes))]
    return GridIndex(replace(NOTHING_YET, codes=codes, spans=[_SPAN] * len(codes), shapes=shapes))


def _look_up_us(index: GridIndex, lon: float, lat: float) -> float:
    index.locate_one(lon, lat)
    rounds = [_seconds(lambda: [index.locate_one(lon, lat) for _ in range(_LOOKS)]) for _ in range(5)]
    return median(rounds) / _LOOKS * 1e6


def _patched_ms(index: GridIndex) -> float:
    """One grid after the other cut in two, each by an index that the one before was patched to."""
    chosen = np.random.default_rng(5).choice(len(index.codes), _SPLITS, replace=False)
    took = []
    for code in [index.codes[place] for place in chosen]:
        redrawn = _split(index, code)
        begun = time.perf_counter()
        index = index.patched(redrawn)
        took.append(time.perf_counter() - begun)
    return median(took) * 1000


def _split(index: GridIndex, code: str) -> Redrawn:
    shape = index.held.shapes[index.codes.index(code)]
    west, south, east, north = shape.bounds
    middle = (west + east) / 2
    halves = [
        shapely.intersection(shape, shapely.box(*box)) for box in ((west, south, middle, north), (middle, south, east, north))
    ]
    fresh = [Fresh(new, _SPAN, as_multipolygon(half)) for new, half in zip((code, code[:-1] + "1"), halves, strict=True)]
    return redraw(index.held, {code}, fresh)


def _memory_mb(name: str) -> float:
    """Of this process. What `getrusage` has for the peak, a process takes over from the one that started it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def _seconds(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun
