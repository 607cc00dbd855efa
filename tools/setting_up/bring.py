"""The order of set-up."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.setting_up import browser, front_end, postgres, python, translations


def everything(checkout: Path, *, for_tests: bool, own_database: bool) -> None:
    """Bring what `make run` (or `make test`) needs. `own_database`: the user names a PostGIS, none need be installed."""
    with _alone(checkout):
        if for_tests or not own_database:
            postgres.bring(checkout)
        python.bring(checkout, for_tests=for_tests)
        translations.bring(checkout)
        front_end.bring(checkout)
        if for_tests:
            browser.bring(checkout)


@contextmanager
def _alone(checkout: Path) -> Iterator[None]:
    """One set-up at a time in a checkout: a second `make` waits for the first."""
    folder = checkout / ".setup"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("… 等待另一个安装过程结束 · waiting for another set-up to end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
