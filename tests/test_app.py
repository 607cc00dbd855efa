"""The composition itself."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gridmap.config import Settings
from gridmap.http.secret import secret_key

SELDOM = ("folium", "pandas", "geopandas", "openpyxl", "numba")  # what some pages and files need, and what takes long to import
FIGURES = ("pandas", "pyarrow", "geopandas")  # what Folium would import for figures nobody draws


def test_the_first_key_is_everybodys(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    with ThreadPoolExecutor(16) as workers:
        keys = set(workers.map(lambda _: secret_key(settings), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) > 40
    (kept,) = settings.home.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_start_waits_neither_for_what_only_some_pages_need_nor_for_figures_nobody_draws() -> None:
    story = (
        "import sys, gridmap.app\n"
        f"print([name for name in {SELDOM!r} if name in sys.modules])\n"
        "import gridmap.maps.operator\n"
        f"print([name for name in {FIGURES!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", story], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.split() == ["[]", "[]"]
