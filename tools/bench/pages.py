"""Tiles and pages: what one request takes, its whole answer read."""

import math
import time
from collections.abc import Mapping

from tools.bench.city import SOUTH, WEST
from tools.bench.figures import Figure, figure, percentile
from tools.bench.fixture import Size, Stand
from tools.bench.wire import Answer, Wire

TIMES = 40
ZOOM = 9


def _tile() -> str:
    """The tile that holds the whole city."""
    lon, lat = WEST + 0.05, SOUTH + 0.05
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"/tiles/grids/{ZOOM}/{int((lon + 180) / 360 * 2**ZOOM)}/{int(row * 2**ZOOM)}.mvt?level=micro"


def tiles_and_pages(stand: Stand, size: Size) -> list[Figure]:
    """The tile of the whole city, made anew and revalidated; the map page."""
    packed = {"Accept-Encoding": "gzip"}
    with Wire(stand.port, {"Authorization": f"Bearer {stand.key}"}) as wire:
        tile = _ask(wire, _tile())
        tag = {"If-None-Match": tile.headers["etag"]}
        bare = _median_ms(wire, size, _tile(), {}, 200)
        gzipped = _median_ms(wire, size, _tile(), packed, 200)
        held = _median_ms(wire, size, _tile(), tag, 304)
        page = _median_ms(wire, size, "/", packed, 200)
    kilobytes = len(tile.body) / 1000
    return [
        figure(f"tile of {size.grids:,} grids, made anew ({kilobytes:,.0f} kB)", bare, "ms", 50),
        figure("the same, gzipped for the browser", gzipped, "ms"),
        figure("the same, client holds its ETag", held, "ms", 3),
        figure("map page", page, "ms", 30),
    ]


def _ask(wire: Wire, path: str) -> Answer:
    answer = wire.get(path)
    if answer.status != 200 or not answer.body:
        raise RuntimeError(f"{path}: {answer.status}")
    return answer


def _median_ms(wire: Wire, size: Size, path: str, headers: Mapping[str, str], status: int) -> list[float]:
    """The median over the requests of each repeat."""
    medians = []
    for _ in range(size.repeats):
        took = []
        for _ in range(TIMES if size.repeats > 1 else 3):
            begun = time.perf_counter()
            answer = wire.get(path, headers)
            took.append(1000 * (time.perf_counter() - begun))
            if answer.status != status:
                raise RuntimeError(f"{path}: {answer.status} instead of {status}")
        medians.append(percentile(took, 50))
    return medians
