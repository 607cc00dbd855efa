"""The files of data/, read once."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from shapely import Geometry
from shapely.geometry import shape

ROOT = Path(__file__).resolve().parents[2] / "data"
Layer = dict[str, Any]
Rows = list[dict[str, str]]


def layer(name: str) -> Layer:
    loaded: Layer = json.loads((ROOT / "geojson" / f"{name}.geojson").read_text(encoding="utf-8"))
    return loaded


def rows(name: str) -> Rows:
    with (ROOT / "categories" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def grids() -> Layer:
    return layer("grids")


@pytest.fixture(scope="session")
def shapes(grids: Layer) -> dict[str, Geometry]:
    """Every grid's shape by its code."""
    return {f["properties"]["code"]: shape(f["geometry"]) for f in grids["features"]}


@pytest.fixture(scope="session")
def cameras() -> Layer:
    return layer("cameras")


@pytest.fixture(scope="session")
def service_points() -> Layer:
    return layer("service-points")


@pytest.fixture(scope="session")
def zones() -> Layer:
    return layer("zones")


@pytest.fixture(scope="session")
def cases() -> Layer:
    return layer("cases")


@pytest.fixture(scope="session")
def categories() -> Rows:
    return rows("categories")


@pytest.fixture(scope="session")
def time_limits() -> Rows:
    return rows("time_limits")


@pytest.fixture(scope="session")
def source_codes() -> Rows:
    return rows("source_codes")
