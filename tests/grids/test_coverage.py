"""The partition guarantee: every valid partition passes, every way of breaking one is found, with place and size."""

from collections.abc import Mapping

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon

from gridmap.geo.measure import area_m2
from gridmap.grids.coverage import Flaw, Problem, problems
from tests import town
from tests.partitions import FRAME, Shape, code, partitions, patchworks

WIDE, HIGH = 948.6, 1109.0  # A cell of the tiny town in metres.


def tiles(**changed: Shape) -> dict[str, Shape]:
    """The nine squares by names like `m23`, some of them changed."""
    return {f"m{x}{y}": town.square(x - 1, y - 1) for x in (1, 2, 3) for y in (1, 2, 3)} | changed


def only(shapes: Mapping[str, Shape]) -> Problem:
    (problem,) = problems(shapes)
    return problem


def coded(shapes: list[Shape]) -> dict[str, Shape]:
    return {code(i): shape for i, shape in enumerate(shapes)}


def metres(value: float) -> float:
    """Metres east as a part of a cell."""
    return value / WIDE


# ---- what is a partition


@settings(max_examples=60, deadline=None)
@given(partitions())
def test_every_partition_passes(shapes: list[Shape]) -> None:
    assert problems(coded(shapes)) == []


@settings(max_examples=40, deadline=None)
@given(patchworks())
def test_grids_in_several_parts_with_holes_filled_by_others_pass(shapes: list[Shape]) -> None:
    assume(shapely.union_all(shapes).equals(FRAME) and shapely.coverage_is_valid(shapes))
    assert problems(coded(shapes)) == []


@settings(max_examples=60, deadline=None)
@given(partitions(), st.data())
def test_whatever_is_moved_is_found(shapes: list[Shape], data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(shapes) - 1))
    vertex = data.draw(st.integers(0, len(shapes[i].exterior.coords) - 2))
    east, north = (data.draw(st.sampled_from([-3e-5, 3e-5, -1e-7, 1e-7])) for _ in range(2))
    ring = shapely.get_coordinates(shapes[i])[:-1]
    ring[vertex] += (east, north)
    moved = Polygon(ring.round(8))
    assume(moved.is_valid)
    whole = [*shapes[:i], moved, *shapes[i + 1 :]]
    found = problems(coded(whole))
    if _holes(whole) or not shapely.coverage_is_valid(whole):
        assert found
    elif shapely.coverage_is_valid(whole, gap_width=1.2e-5):  # GEOS takes a sharp tip for a gap, so it may be too strict.
        assert found == []


def _holes(shapes: list[Shape]) -> bool:
    return any(part.interiors for part in shapely.get_parts(shapely.union_all(shapes)))


@settings(max_examples=30, deadline=None)
@given(partitions(), st.data())
def test_whatever_is_missing_inside_is_a_gap_of_its_size(shapes: list[Shape], data: st.DataObject) -> None:
    inner = [i for i, shape in enumerate(shapes) if shape.disjoint(FRAME.exterior)]
    assume(inner)
    i = data.draw(st.sampled_from(inner))
    found = problems({code: shape for code, shape in coded(shapes).items() if shape is not shapes[i]})
    assert [problem.flaw for problem in found] == [Flaw.GAP]
    assert found[0].area_m2 == pytest.approx(area_m2(shapes[i]), rel=1e-3)
    assert shapes[i].covers(shapely.Point(found[0].lon, found[0].lat))


def test_a_sharp_tip_is_no_gap() -> None:
    tip = Polygon([town.spot(0, 0), town.spot(3, 0), town.spot(3, metres(0.4))])
    above = Polygon([town.spot(0, 0), town.spot(3, metres(0.4)), town.spot(3, 1), town.spot(0, 1)])
    below = Polygon([town.spot(0, -1), town.spot(3, -1), town.spot(3, 0), town.spot(0, 0)])
    assert problems({"above": above, "below": below, "tip": tip}) == []


def test_nothing_is_no_problem() -> None:
    assert problems({}) == []


# ---- every way of breaking one


def test_a_missing_grid_is_a_gap() -> None:
    shapes = tiles()
    del shapes["m22"]
    gap = only(shapes)
    assert gap.flaw is Flaw.GAP
    assert gap.codes == ("m12", "m21", "m23", "m32")
    assert gap.area_m2 == pytest.approx(WIDE * HIGH, rel=1e-3)
    assert gap.length_m == pytest.approx(np.hypot(WIDE, HIGH), rel=1e-3)
    assert town.square(1, 1).covers(shapely.Point(gap.lon, gap.lat))


def test_an_enclosed_sliver_is_a_gap() -> None:
    thin = Polygon([town.spot(1, 1), town.spot(2, 1), town.spot(2, 2), town.spot(1, 2), town.spot(1 + metres(0.2), 1.5)])
    west = Polygon([town.spot(0, 1), town.spot(1, 1), town.spot(1, 1.5), town.spot(1, 2), town.spot(0, 2)])
    gap = only(tiles(m22=thin, m12=west))
    assert (gap.flaw, gap.codes) == (Flaw.GAP, ("m12", "m22"))
    assert gap.area_m2 == pytest.approx(0.2 * HIGH / 2, rel=0.02)
    assert gap.length_m == pytest.approx(HIGH, rel=1e-3)


@pytest.mark.parametrize("width_m", [0.01, 0.3, 0.9])
def test_a_slit_open_to_the_outside_is_a_gap(width_m: float) -> None:
    slit = only(tiles(m21=town.square(1 + metres(width_m), 0, width=1 - metres(width_m))))
    assert (slit.flaw, slit.codes[:2]) == (Flaw.GAP, ("m11", "m21"))
    assert slit.length_m == pytest.approx(HIGH, rel=1e-2)
    assert slit.area_m2 == pytest.approx(width_m * HIGH, rel=0.05)
    assert slit.lon == pytest.approx(town.spot(1, 0)[0], abs=2e-5)


def test_a_bay_wider_than_a_gap_is_the_towns_own_shape() -> None:
    bay = Polygon([town.spot(1.4, 0.5), town.spot(1.4, 0), town.spot(1, 0), town.spot(1, 1), town.spot(2, 1), town.spot(2, 0),
                   town.spot(1.6, 0), town.spot(1.6, 0.5)])  # fmt: skip
    assert problems(tiles(m21=bay)) == []


@pytest.mark.parametrize("width_m", [0.01, 5.0, 300.0])
def test_an_overlap_is_told_with_its_size(width_m: float) -> None:
    wider = Polygon([town.spot(0, 1), town.spot(1, 1), town.spot(1 + metres(width_m), 1.2), town.spot(1 + metres(width_m), 1.8),
                     town.spot(1, 2), town.spot(0, 2)])  # fmt: skip
    overlap = only(tiles(m12=wider))
    assert (overlap.flaw, overlap.codes) == (Flaw.OVERLAP, ("m12", "m22"))
    assert overlap.area_m2 == pytest.approx(width_m * HIGH * 0.8, rel=0.06)
    assert overlap.length_m == pytest.approx(np.hypot(width_m, HIGH), rel=0.02)
    assert abs(overlap.lon - town.spot(1, 1)[0]) < 0.01


def test_one_grid_inside_another_overlaps() -> None:
    assert only({"a": town.square(0, 0), "b": town.square(0.4, 0.4, width=0.2, height=0.2)}).flaw is Flaw.OVERLAP


def test_the_same_grid_twice_overlaps_wholly() -> None:
    overlap = only({"a": town.square(0, 0), "b": town.square(0, 0)})
    assert overlap.flaw is Flaw.OVERLAP
    assert overlap.area_m2 == pytest.approx(WIDE * HIGH, rel=1e-3)


def test_a_corner_only_one_neighbour_has_is_found() -> None:
    halves = tiles(m12=town.square(0, 1, height=0.5), m14=town.square(0, 1.5, height=0.5))
    loose = only(halves)
    assert (loose.flaw, loose.area_m2) == (Flaw.UNNODED, 0.0)
    assert {"m12", "m14", "m22"} <= set(loose.codes)
    assert loose.length_m == pytest.approx(HIGH, rel=1e-2)
    assert (loose.lon, loose.lat) == pytest.approx(town.spot(1, 1.5), abs=0.006)
    assert "share their corners" in str(loose)


def test_a_corner_in_the_middle_of_a_long_edge_opens_nothing() -> None:
    halves = {"a": town.square(0, 0, width=3), "b": town.square(0, 1, width=1.4), "c": town.square(1.4, 1, width=1.6)}
    loose = only(halves)
    assert (loose.flaw, loose.codes, loose.area_m2) == (Flaw.UNNODED, ("a", "b", "c"), 0.0)
    assert loose.length_m == pytest.approx(3 * WIDE, rel=1e-2)


def test_flaws_far_apart_are_told_each() -> None:
    halves = tiles(m12=town.square(0, 1, height=0.5), m14=town.square(0, 1.5, height=0.5), m33=town.square(2, 1.9, height=1.1))
    found = problems(halves)
    assert {problem.flaw for problem in found} == {Flaw.OVERLAP, Flaw.UNNODED}
    assert {codes for problem in found if problem.flaw is Flaw.OVERLAP for codes in problem.codes} == {"m32", "m33"}


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (Polygon([town.spot(1, 1), town.spot(2, 2), town.spot(2, 1), town.spot(1, 2)]), "Self-intersection"),
        (Polygon(), "empty"),
        (MultiPolygon(), "empty"),
        (shapely.LineString([town.spot(1, 1), town.spot(2, 2)]), "not a polygon"),
        (shapely.GeometryCollection([town.square(1, 1)]), "not a polygon"),
        (MultiPolygon([town.square(1, 1), town.square(1.5, 1)]), "Self-intersection"),
        (Polygon([(121, 31), (121, 31), (121, 31), (121, 31)]), "Too few points"),
        (Polygon([(121, 31), (np.inf, 32), (122, 31)]), "Invalid Coordinate"),
        (Polygon([(500, 31), (501, 32), (502, 31)]), "off the earth"),
        (Polygon(town.square(1, 1).exterior, [town.square(0.5, 0.5).exterior]), "Self-intersection"),
    ],
)
def test_a_broken_polygon_is_told_first(shape: Shape, why: str) -> None:
    broken = only(tiles(m22=shape))
    assert (broken.flaw, broken.codes) == (Flaw.BROKEN, ("m22",))
    assert broken.why.startswith(why) or why in broken.why
    assert np.isfinite([broken.lon, broken.lat]).all()
    assert broken.why in str(broken)
