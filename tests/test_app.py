"""The composition itself."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gridmap.config import Settings
from gridmap.http.secret import secret_key

SELDOM = ("folium", "pandas", "geopandas", "openpyxl")  # what some pages and files need, and what takes long to import


def test_the_first_key_is_everybodys(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    with ThreadPoolExecutor(16) as workers:
        keys = set(workers.map(lambda _: secret_key(settings), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) > 40
    (kept,) = settings.home.iterdir()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_start_does_not_wait_for_what_only_some_pages_need() -> None:
    story = f"import sys, gridmap.app; print([name for name in {SELDOM!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", story], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1]
    )
    assert done.stdout.strip() == "[]"
