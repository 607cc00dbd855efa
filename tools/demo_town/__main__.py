"""`python -m tools.demo_town [--out DIR] [--seed N]`: write the demo town's files."""

from __future__ import annotations

import argparse
from pathlib import Path
from random import Random

from tools.demo_town import boundaries, grids, writing

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.demo_town", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "geojson", help="folder to write to")
    parser.add_argument("--seed", type=int, default=310151101, help="the seed of every random draw")
    chosen = parser.parse_args()
    town = boundaries.draw(Random(f"{chosen.seed} boundaries"))
    chosen.out.mkdir(parents=True, exist_ok=True)
    writing.write(chosen.out / "grids.geojson", "grids", grids.lines(town), {"seed": chosen.seed})


if __name__ == "__main__":
    main()
