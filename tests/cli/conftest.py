"""The command line as it is typed, in English."""

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from gridmap.cli import main, words

Types = Callable[..., Result]


@pytest.fixture
def types(committing: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Types]:
    """`types("load", "grids", …)` in a database of its own, in English."""
    url = committing.url.set(drivername="postgresql").render_as_string(hide_password=False)
    monkeypatch.setenv("GRIDMAP_DATABASE_URL", url)
    monkeypatch.setenv("GRIDMAP_LANGUAGE", "en")
    words._catalogue.cache_clear()
    yield lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])
    words._catalogue.cache_clear()
