"""`python -m tools.bench [--quick] [--json FILE] [--only NAME] [--record]`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gridmap.resources import CHECKOUT
from tools.bench.alerts import batches, eight_connections, one_connection
from tools.bench.bulk import routes
from tools.bench.figures import Figure, as_json, machine, table
from tools.bench.fixture import FULL, QUICK, Size, Stand, calm, standing
from tools.bench.history import loads
from tools.bench.pages import tiles_and_pages
from tools.bench.publishing import splits
from tools.bench.streams import delivery
from tools.bench.tiles import every_zoom

RECORD = CHECKOUT / "docs" / "benchmarks.md"
MARK = "<!-- figures: written by python -m tools.bench --record -->"

MEASUREMENTS: dict[str, Callable[[Stand, Size], list[Figure]]] = {
    "pages": tiles_and_pages,
    "one": one_connection,
    "eight": eight_connections,
    "streams": delivery,
    "batch": batches,
    "publish": splits,
    "tiles": every_zoom,
    "history": loads,
    "bulk": routes,
}


def main() -> None:
    """Measure, print, and fail only when something did not work: a slow machine is no error."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small run that proves the bench works; its figures mean little")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write machine and figures here")
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="measure this only (may be repeated)")
    parser.add_argument("--record", action="store_true", help="also put machine and figures into docs/benchmarks.md")
    given = parser.parse_args()
    size = QUICK if given.quick else FULL
    figures: list[Figure] = []
    with standing(size) as stand:
        told = machine(stand.database)
        for name in given.only or MEASUREMENTS:
            print(f"… measuring: {name}", file=sys.stderr, flush=True)
            calm(stand)
            figures += MEASUREMENTS[name](stand, size)
    told["data"] = f"demo town + {size.grids:,} grids, {size.cases:,} cases; median of {size.repeats} repeats"
    report = "\n".join([*(f"{key:12} {value}" for key, value in told.items()), "", table(figures)])
    print(report)
    if given.json:
        given.json.write_text(json.dumps({"machine": told, "figures": as_json(figures)}, indent=2, ensure_ascii=False) + "\n")
    if given.record:
        record(RECORD, told, figures)


def record(page: Path, told: Mapping[str, object], figures: Sequence[Figure]) -> None:
    """Replace what stands between the page's two marks."""
    before, _, rest = page.read_text().partition(MARK)
    after = rest.partition(MARK)[2]
    facts = "\n".join(f"- {key.replace('_', ' ')}: {value}" for key, value in told.items())
    page.write_text(f"{before}{MARK}\n{facts}\n\n{table(figures)}\n{MARK}{after}")


if __name__ == "__main__":
    main()
