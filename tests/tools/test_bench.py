"""The bench works, and its made-up city is a proper town."""

import json
import subprocess
import sys
from pathlib import Path

import shapely

from gridmap.grids.coverage import problems
from gridmap.resources import CHECKOUT
from tools.bench.__main__ import MARK, record
from tools.bench.city import City
from tools.bench.figures import figure, table


def test_the_city_is_a_partition_and_the_same_every_time() -> None:
    city = City(200)
    shapes = dict(zip(city.codes, city.polygons(), strict=True))
    assert len(shapes) == 200
    assert problems(shapes) == []
    assert shapes == dict(zip(City(200).codes, City(200).polygons(), strict=True))
    whole = shapely.union_all(list(shapes.values()))
    places = city.places(500, "here")
    assert shapely.contains_xy(whole, *places.T).mean() > 0.95
    assert (places == City(200).places(500, "here")).all()
    assert (places != city.places(500, "there")).all()


def test_a_table_says_what_was_promised_and_kept() -> None:
    told = table(
        [
            figure("quick", [3.0, 1.0, 2.0], "ms", 2.5),
            figure("slow", [9.0], "ms", 5),
            figure("many", [1200.0], "alerts/s", 500),
            figure("other", [1.0], "ms"),
        ]
    )
    assert told.splitlines()[2:] == [
        "| quick | 2.0 ms | < 2.5 ms | yes |",
        "| slow | 9.0 ms | < 5 ms | **no** |",
        "| many | 1,200 alerts/s | ≥ 500 alerts/s | yes |",
        "| other | 1.0 ms |  |  |",
    ]


def test_a_run_can_be_recorded_in_the_page(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{MARK}\nold\n{MARK}\nafter\n")
    for cores in (2, 4):
        record(page, {"cores": cores}, [figure("quick", [1.0], "ms", 2)])
    told = page.read_text()
    assert told.startswith(f"before\n{MARK}\n- cores: 4\n")
    assert "| quick | 1.0 ms | < 2 ms | yes |" in told
    assert "old" not in told
    assert told.endswith(f"{MARK}\nafter\n")


def test_a_quick_run_measures_everything(tmp_path: Path) -> None:
    written = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tools.bench", "--quick", "--json", str(written)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=540, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(written.read_text())
    assert told["machine"]["cores"]
    assert len(told["figures"]) == 22
    assert all(one["value"] > 0 for one in told["figures"])
    assert "| map page |" in done.stdout
