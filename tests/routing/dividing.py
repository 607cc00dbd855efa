"""Small towns whose cells are divided all the same, for the tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def dividing(many: int) -> Iterator[None]:
    """Cells with more edges than so many get cells of their own, whatever room these take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gridmap.routing.cells.build.MANY", many)
        patch.setattr("gridmap.routing.cells.build.MOST_FOR_ONE", 10_000)
        patch.setattr("gridmap.routing.cells.levels._LEAST_DEG", 1e-5)  # Not as far as it goes, where every corner is divided.
        yield
