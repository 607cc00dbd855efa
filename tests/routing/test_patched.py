"""An index after random publishes, patched one after the other, against one built of what is in force then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from shapely.geometry import MultiPolygon

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.lookup import InForce, Span
from gridmap.grids.redrawn import Fresh, Redrawn, redraw
from gridmap.routing.borders import Borders
from gridmap.routing.cells.levels import MANY
from gridmap.routing.index import GridIndex
from tests.partitions import Shape, held, partitions, patchworks, places_on
from tests.patchwork import patches
from tests.redraws import redrawn
from tests.routing.dividing import dividing

SINCE = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_towns_are_patched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridmap.routing.cells.patch._MOST", 2.0)


def changed(before: InForce, after: dict[str, MultiPolygon]) -> Redrawn:
    shapes = dict(zip(before.codes, before.shapes, strict=True))
    gone = {code for code, shape in shapes.items() if after.get(code) is not shape}
    fresh = {code: shape for code, shape in after.items() if shapes.get(code) is not shape}
    return redraw(before, gone, [Fresh(code, Span(1000, 2, SINCE, None), shape) for code, shape in fresh.items()])


def redraw_some(before: InForce, chance: Generator, taken: set[str]) -> Redrawn:
    """Borders moved, grids split and merged; or two grids take each other's ground: every border stays, and whose it is does not."""
    shapes: dict[str, MultiPolygon] = dict(zip(before.codes, before.shapes, strict=True))
    if chance.random() < 0.2:
        one, other = chance.choice(before.codes, 2, replace=False).tolist()
        after = {**shapes, one: shapes[other], other: shapes[one]}
    else:
        after = redrawn(shapes, chance, taken)
    taken |= after.keys()
    return changed(before, after)


def agree(patched: GridIndex, xy: np.ndarray, reach_m: float) -> None:
    """It answers each question as a new index does."""
    new, (lon, lat) = GridIndex(patched.held), xy.T
    assert patched.locate(lon, lat).tolist() == new.locate(lon, lat).tolist()
    assert [patched.locate_one(*p) for p in xy[:20].tolist()] == new.locate(lon[:20], lat[:20]).tolist()
    reach = np.full(len(xy), reach_m)
    assert patched.facts(lon, lat, reach, 30.0) == new.facts(lon, lat, reach, 30.0)
    for within in (30.0, np.inf):
        np.testing.assert_array_equal(patched.nearest(lon, lat, within), new.nearest(lon, lat, within))
    view = shapely.buffer(shapely.Point(xy[len(xy) // 2]), 0.004)
    assert patched.touching(view) == new.touching(view)
    grids, point = range(0, len(new.codes), 3), (float(lon[0]), float(lat[0]))
    assert [patched.metres(point, grid) for grid in grids] == [new.metres(point, grid) for grid in grids]


def asked(shapes: list[Shape], chance: Generator) -> np.ndarray:
    """Places on the borders, a hair beside them, in the shapes and a little outside; (n, 2) degrees."""
    on = places_on(shapes)
    west, south, east, north = shapely.total_bounds(shapes)
    near = on[:: max(1, len(on) // 60)]
    return np.vstack([near, np.nextafter(near, np.inf), chance.uniform((west - 0.002, south), (east + 0.002, north), (60, 2))])


@settings(max_examples=20, deadline=None)
@given(
    st.one_of(partitions(), patchworks()),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 5.0, 300.0]),
    st.sampled_from([MANY, 3]),
)
def test_after_random_publishes_it_is_as_if_built_anew(shapes: list[Shape], seed: int, reach_m: float, many: int) -> None:
    assume(len(shapes) > 1)
    with dividing(many):
        follow(GridIndex(held(shapes)), np.random.default_rng(seed), reach_m)


def follow(first: GridIndex, chance: Generator, reach_m: float) -> None:
    """Patch it once or several times: each is as if built anew, and the first as it was."""
    index, taken = first, set(first.codes)
    lon, lat = (xy := asked([*first.held.shapes], chance)).T
    reach = np.full(len(xy), reach_m)
    before = first.locate(lon, lat).tolist(), first.facts(lon, lat, reach, 30.0)
    for _ in range(chance.integers(1, 4)):
        index = index.patched(redraw_some(index.held, chance, taken))
        agree(index, asked([*index.held.shapes], chance), reach_m)
    assert (first.locate(lon, lat).tolist(), first.facts(lon, lat, reach, 30.0)) == before


def halves(index: GridIndex, number: int) -> Redrawn:
    """One grid cut in two."""
    code, shape = index.codes[number], index.held.shapes[number]
    west, south, east, north = shape.bounds
    half = as_multipolygon(shapely.intersection(shape, shapely.box(west, south, (west + east) / 2, north)))
    after = dict(zip(index.codes, index.held.shapes, strict=True))
    return changed(index.held, {**after, code: half, f"{index.codes[-1]}9": as_multipolygon(shapely.difference(shape, half))})


def test_of_a_large_town_the_parts_are_taken_over() -> None:
    """Nothing is made anew that need not be, and who still asks the old index meanwhile is answered as before."""
    index = GridIndex(held(list(patches(3, 400))))
    xy = asked([*index.held.shapes], np.random.default_rng(1))
    lon, lat = xy.T
    wanted = index.locate(lon, lat).tolist(), index.facts(lon, lat, np.zeros(len(xy)), 30.0)
    with pytest.MonkeyPatch.context() as frozen, ThreadPoolExecutor(4) as pool:
        frozen.setattr("gridmap.routing.cells.patch._MOST", 0.25)
        frozen.setattr("gridmap.routing.cells.index.table_of", None)
        frozen.setattr(Borders, "build", None)
        asking = [pool.submit(index.facts, lon, lat, np.zeros(len(xy)), 30.0) for _ in range(4)]
        placing = [pool.submit(index.locate, lon, lat) for _ in range(20)]
        branches = list(pool.map(lambda number: index.patched(halves(index, number)), range(0, 400, 40)))
        answers = [branch.locate(lon, lat) for branch in branches]
    assert all(one.result() == wanted[1] for one in asking)
    assert all(one.result().tolist() == wanted[0] for one in placing)
    for branch, answer in zip(branches, answers, strict=True):
        assert answer.tolist() == GridIndex(branch.held).locate(lon, lat).tolist()


def test_where_the_table_has_no_room_left_a_new_one_is_made() -> None:
    index = GridIndex(held(list(patches(3, 40))))
    xy = asked([*index.held.shapes], np.random.default_rng(1))
    index.prepare()
    for _ in range(12):
        index = index.patched(halves(index, 0))
        agree(index, xy, 0.0)
