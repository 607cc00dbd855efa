"""`python -m tools.bench.panning --candidates FOLDER [--grids N] [--with NAME …] [--record]`: what libraries take to draw grids.

A headless Chromium drags a city's map, a mouse's way, and zooms through it, with one library at a time, in turns. Processor time
is the browser's own account of it: of the page's main thread, and of all its processes together (drawing on a machine without
a graphics card is done by the processor, in threads and processes of its own). FOLDER is a node_modules with maplibre-gl,
@maplibre/maplibre-gl-leaflet and protomaps-leaflet; without it only what this checkout has is measured.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page, ViewportSize, sync_playwright
from sqlalchemy import Engine

from gridmap.db import make_engine
from gridmap.resources import CHECKOUT
from tools.bench.city import CELL_LAT, CELL_LON, SOUTH, WEST, City
from tools.bench.figures import percentile
from tools.bench.panning.serving import serving
from tools.bench.publishing import city_alone
from tools.setting_up.browser import find_chromium

RECORD = CHECKOUT / "docs" / "benchmarks.md"
MARK = "<!-- panning: written by python -m tools.bench.panning --record -->"
FLAGS = ["--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
VIEW = ViewportSize(width=1366, height=768)
OURS = ("standing", "vectorgrid")
KINDS = (*OURS, "protomaps", "maplibre")
PAN_ZOOMS = (13, 15)
FRAMES, DX, DY = 240, -1, 12  # Some 2,900 pixels to the north: nearly four views' height.
STEPS = [13, 14, 15, 14, 13, 12]
LATE_MS = 25  # A frame that came this long after the last left one out.


class Cost(NamedTuple):
    """What one way over the map took: frames seen, the share that came late, the longest wait, processor time; in ms."""

    frames: int
    late: float
    longest: float
    main: float
    script: float
    all: float

    @property
    def line(self) -> str:
        """As the table has it."""
        return f"{self.frames:.0f} | {self.late:.0%} | {self.longest:.0f} | {self.main:.0f} | {self.script:.0f} | {self.all:.0f}"


class Meter:
    """The browser's own account of the processor time it took."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self._page: CDPSession = page.context.new_cdp_session(page)
        self._whole = browser.new_browser_cdp_session()
        self._page.send("Performance.enable", {"timeDomain": "threadTicks"})  # What others take meanwhile does not count.

    def read(self) -> dict[str, float]:
        """Milliseconds since the page began: main thread, scripts, all processes."""
        told = {one["name"]: one["value"] for one in self._page.send("Performance.getMetrics")["metrics"]}
        processes = self._whole.send("SystemInfo.getProcessInfo")["processInfo"]
        seconds = {
            "main": told["TaskDuration"],
            "script": told["ScriptDuration"],
            "all": sum(one["cpuTime"] for one in processes),
        }
        return {name: value * 1000 for name, value in seconds.items()}


def measure(browser: Browser, origin: str, kind: str, zoom: int, way: str) -> Cost:
    """One way over a fresh page's map: `way` is a script that answers the moments of its frames."""
    page = browser.new_page(viewport=VIEW)
    try:
        where = f"lat={SOUTH + 120 * CELL_LAT}&lon={WEST + 50 * CELL_LON}&zoom={zoom}"
        page.goto(f"{origin}/page?with={kind}&{where}")
        page.wait_for_function("() => window.panning")
        page.wait_for_load_state("networkidle")
        meter = Meter(browser, page)
        before = meter.read()
        moments: list[float] = page.evaluate(way)
        page.wait_for_load_state("networkidle")
        spent = {name: value - before[name] for name, value in meter.read().items()}
    finally:
        page.close()
    waits = [later - one for one, later in pairwise(moments)]
    return Cost(len(moments), sum(wait > LATE_MS for wait in waits) / len(waits), percentile(waits, 99), **spent)


def compare(engine: Engine, candidates: Path, kinds: Sequence[str], repeats: int) -> str:
    """The table: medians of the repeats, in turns."""
    ways: list[tuple[str, int, str]] = [
        (f"drag at zoom {zoom}", zoom, f"() => window.panning.drag({FRAMES}, {DX}, {DY})") for zoom in PAN_ZOOMS
    ]
    ways.append(("zoom 12 to 15 and back", 12, f"() => window.panning.steps({STEPS})"))
    found: dict[tuple[str, str], list[Cost]] = {}
    with sync_playwright() as playwright, serving(engine, candidates) as origin:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for name, zoom, way in ways:
            for _ in range(repeats + 1):  # The first fills the server's cache of tiles.
                for kind in kinds:
                    cost = measure(browser, origin, kind, zoom, way)
                    print(f"… {name}, {kind}: {cost.line}", file=sys.stderr, flush=True)
                    found.setdefault((name, kind), []).append(cost)
        browser.close()
    lines = [
        "| way | drawn with | frames | late | p99 wait ms | main thread ms | scripts ms | all processes ms |",
        "|---|---|" + "---:|" * 6,
    ]
    for name, _, _ in ways:
        for kind in kinds:
            costs = found[name, kind][1:]
            lines.append(f"| {name} | {kind} | {Cost(*(median(column) for column in zip(*costs, strict=True))).line} |")
    return "\n".join(lines)


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.panning", description=__doc__)
    parser.add_argument("--candidates", type=Path, metavar="FOLDER")
    parser.add_argument("--grids", type=int, default=50_000)
    parser.add_argument("--with", dest="kinds", choices=KINDS, action="append")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--database", help="an address of one that is filled already")
    parser.add_argument("--record", action="store_true", help="also put the table into docs/benchmarks.md")
    given = parser.parse_args()
    kinds = given.kinds or (KINDS if given.candidates else OURS)
    if not given.candidates and not set(kinds) <= set(OURS):
        parser.error("--candidates: where are the libraries that this checkout does not have?")
    asked: dict[str, Any] = {"candidates": given.candidates or CHECKOUT, "kinds": kinds, "repeats": given.repeats}
    if given.database:
        report = compare(make_engine(given.database), **asked)
    else:
        with city_alone(City(given.grids), 0) as engine:
            report = compare(engine, **asked)
    print(report)
    if given.record:
        before, _, rest = RECORD.read_text("utf-8").partition(MARK)
        RECORD.write_text(f"{before}{MARK}\n{report}\n{MARK}{rest.partition(MARK)[2]}", "utf-8")


if __name__ == "__main__":
    main()
