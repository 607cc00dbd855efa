"""The composition itself."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gridmap.config import Settings
from gridmap.http.secret import secret_key


def test_the_first_key_is_everybodys(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new" / "home")
    with ThreadPoolExecutor(16) as workers:
        keys = set(workers.map(lambda _: secret_key(settings), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) > 40
    (kept,) = settings.home.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
