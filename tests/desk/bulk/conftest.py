"""Routing files by the tiny town's boundaries."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gridmap.desk.bulk.drafts import Order
from gridmap.desk.bulk.route import route_file
from gridmap.desk.bulk.tally import Tally
from gridmap.errors import Fault
from gridmap.geo.files.contents import silent
from gridmap.routing.ask import index_at
from gridmap.routing.index import GridIndex

LIMIT_M = 30.0
Routes = Callable[..., Tally]


@pytest.fixture
def index(tiny_town: Session) -> GridIndex:
    return index_at(tiny_town)


@pytest.fixture
def refused() -> list[tuple[int, str, str]]:
    """The rows that were kept out: number, reason, text."""
    return []


@pytest.fixture
def route(index: GridIndex, refused: list[tuple[int, str, str]]) -> Routes:
    """`route(source, target, datum=…)` by the town as it was founded, or by another `index`."""

    def refuse(number: int, fault: Fault, text: str) -> None:
        refused.append((number, str(fault), text))

    def do(source: Path, target: Path, *, by: GridIndex = index, **told: Any) -> Tally:
        given = {"datum": None, "columns": None, "distances": False, "again": False, "limit_m": LIMIT_M} | told
        return route_file(by, Order(source, target, **given), refuse=refuse, progress=silent)

    return do
