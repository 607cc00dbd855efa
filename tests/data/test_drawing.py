"""The generator: pure parts, and that the committed files are what it draws."""

from __future__ import annotations

import json
import math
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from tests.data.conftest import ROOT
from tools.demo_town import __main__ as demo_town
from tools.demo_town import arcs, frame, moments

metres = st.floats(min_value=-8000.0, max_value=8000.0, allow_nan=False)


@given(lon=st.floats(121.3, 121.5), lat=st.floats(31.5, 31.7))
def test_the_plane_goes_there_and_back(lon: float, lat: float) -> None:
    back = frame.to_degrees(np.array([frame.to_plane(lon, lat)]), 10)[0]
    assert back == pytest.approx((lon, lat), abs=1e-9)


@given(bearing=st.floats(min_value=0.0, max_value=359.99))
def test_bearings_go_there_and_back(bearing: float) -> None:
    difference = (frame.bearing_of(frame.direction_of(bearing)) - bearing + 180.0) % 360.0 - 180.0
    assert abs(difference) < 1e-9


@given(points=st.lists(st.tuples(metres, metres), min_size=2, max_size=12, unique=True), outer=st.booleans())
def test_a_resampled_line_keeps_its_ends_and_has_20_to_100_vertices(points: list[tuple[float, float]], outer: bool) -> None:
    out = arcs.resample(np.array(points), outer=outer)
    assert 20 <= len(out) <= 100
    assert tuple(out[0]) == points[0]
    assert tuple(out[-1]) == points[-1]


def test_near_junctions_become_one_crossroads() -> None:
    short = LineString([(0, 0), (30, 0)])
    arms = [LineString([end, far]) for end, far in (((0, 0), (-500, 400)), ((0, 0), (-500, -400)), ((30, 0), (500, 0)))]
    joined = arcs.joined([short, *arms])
    assert len(joined) == 3
    assert all((15.0, 0.0) in line.coords for line in joined)


def test_moments_are_ascending_and_not_after_the_reference() -> None:
    reference = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
    drawn = moments.drawn(reference, 300, Random(1))
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 300
    assert drawn[-1] < reference


@pytest.mark.parametrize("layer", ["grids", "zones", "service-points", "cameras", "cases"])
def test_the_committed_files_are_what_the_generator_draws(layer: str, drawn_again: Path) -> None:
    committed = json.loads((ROOT / "geojson" / f"{layer}.geojson").read_text(encoding="utf-8"))
    again = json.loads((drawn_again / f"{layer}.geojson").read_text(encoding="utf-8"))
    assert_same(committed, again)


@pytest.mark.parametrize("table", ["people", "rosters", "departments"])
def test_the_committed_tables_are_what_the_generator_writes(table: str, drawn_again: Path) -> None:
    assert (drawn_again / f"{table}.csv").read_bytes() == (ROOT / "people" / f"{table}.csv").read_bytes()
    assert demo_town.ROOT / "data" == ROOT


@pytest.fixture(scope="module")
def drawn_again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("town")
    demo_town.write(out, seed=310151101, until=datetime.fromisoformat(demo_town.UNTIL), staff=out)
    return out


def assert_same(one: Any, other: Any) -> None:
    """Equal but for the last digit of coordinates, which the machine's arithmetic may move."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for key, value in one.items():
            assert_same(value, other[key])
    elif isinstance(one, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    elif isinstance(one, float):
        assert math.isclose(one, other, rel_tol=0.0, abs_tol=1e-6)
    else:
        assert one == other
