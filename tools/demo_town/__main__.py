"""Write the demo town's files: python -m tools.demo_town [--out DIR] [--seed N] [--until TIME]."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from random import Random

from tools.demo_town import boundaries, cameras, cases, grids, people, photo, roads, service_points, writing, zones

ROOT = Path(__file__).resolve().parents[2]
UNTIL = "2026-11-20T15:00:00+08:00"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.demo_town", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "geojson", help="folder to write to")
    parser.add_argument("--people", type=Path, default=ROOT / "data" / "people", help="folder for the people's tables")
    parser.add_argument("--seed", type=int, default=310151101, help="the seed of every random draw")
    parser.add_argument("--until", type=datetime.fromisoformat, default=UNTIL, help="the reference time, with its zone")
    chosen = parser.parse_args()
    if chosen.until.tzinfo is None:
        parser.error("--until needs a time zone, for example 2026-11-20T15:00:00+08:00")
    for folder in (chosen.out, chosen.people):
        folder.mkdir(parents=True, exist_ok=True)
    write(chosen.out, chosen.seed, chosen.until, staff=chosen.people)


def write(out: Path, seed: int, until: datetime, *, staff: Path) -> None:
    """Draw the town and write its five layers into `out`, its people into `staff`. The same arguments write the same bytes."""

    def rng(part: str) -> Random:
        return Random(f"{seed} {part}")

    town = boundaries.draw(rng("boundaries"))
    streets = roads.named(town)
    finder = roads.Finder(town.micros, streets)
    poles = cameras.placed(streets, finder, rng("cameras"))
    scene = cases.Scene(town, streets, poles, finder, rng("cases"))
    still, moving = {"seed": seed}, {"seed": seed, "reference_time": until.isoformat()}
    writing.write(out / "grids.geojson", "grids", grids.lines(town), still)
    writing.write(out / "zones.geojson", "zones", zones.lines(town, streets), still)
    writing.write(out / "service-points.geojson", "service-points", service_points.lines(town, finder, rng("points")), still)
    writing.write(out / "cameras.geojson", "cameras", cameras.lines(poles, until, rng("states")), moving)
    writing.write(out / "cases.geojson", "cases", cases.lines(scene, until), moving)
    people.write(staff, town, rng("people"))
    photo.write(staff / "demo-after.jpg")


if __name__ == "__main__":
    main()
