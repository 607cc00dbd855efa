"""The index against brute force: who covers a point, how far the borders are, who comes second, who is within reach."""

from itertools import pairwise
from threading import Barrier, Thread
from time import process_time

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geo.measure import plane_at
from gridmap.routing.index import MOST_OTHERS, GridIndex
from tests import town
from tests.partitions import FRAME, Shape, held, index_of, partitions, patchworks, places_on, spots

PLANE = plane_at(FRAME.centroid.x)
EXACT_M = 1e-3


def brute(shapes: list[Shape], lon: float, lat: float) -> tuple[list[int], list[float], list[float]]:
    """Of one point: the grids that cover it; the distance to each grid; the distance to each grid's border (metres)."""
    point = shapely.Point(lon, lat)
    flat = PLANE.flat(shapely.segmentize(np.array(shapes, dtype=object), 0.0005))  # Straight in degrees, not in the plane.
    here = shapely.Point(PLANE.metres(np.array([lon]), np.array([lat]))[0])
    covering = [i for i, shape in enumerate(shapes) if shape.covers(point)]
    away = [0.0 if i in covering else float(shapely.distance(shape, here)) for i, shape in enumerate(flat)]
    return covering, away, [float(shapely.distance(shape.boundary, here)) for shape in flat]


def agree(shapes: list[Shape], index: GridIndex, xy: np.ndarray, reach_m: float) -> None:
    """The index tells of every point what brute force finds."""
    lon, lat = xy.T
    for (x, y), facts in zip(xy.tolist(), index.facts(lon, lat, np.full(len(xy), reach_m), 30.0), strict=True):
        covering, away, border = brute(shapes, x, y)
        assert list(facts.covering) == covering
        first = covering[0] if covering else -1
        told = dict(facts.others)
        assert first not in told
        rest = sorted((d, i) for i, d in enumerate(away) if i != first)
        if covering:
            assert facts.border_m == pytest.approx(border[first], abs=EXACT_M)
            assert [d for _, d in facts.others[:1]] == pytest.approx([d for d, _ in rest[:1]], abs=EXACT_M)
        else:
            assert facts.border_m == pytest.approx(rest[0][0], abs=EXACT_M)
        for grid, metres in facts.others:
            assert metres == pytest.approx(away[grid], abs=EXACT_M)
        if len(facts.others) < MOST_OTHERS:
            assert {i for d, i in rest if d <= reach_m - EXACT_M} <= told.keys()
        assert all(a[1] <= b[1] for a, b in pairwise(facts.others))


@settings(max_examples=40, deadline=None)
@given(partitions(), st.lists(spots(), min_size=1, max_size=15), st.sampled_from([0.0, 5.0, 300.0, 5000.0]))
def test_it_tells_what_brute_force_finds(shapes: list[Shape], points: list[tuple[float, float]], reach_m: float) -> None:
    on = places_on(shapes)
    agree(shapes, index_of(shapes), np.vstack([on[:: max(1, len(on) // 20)], points]), reach_m)


@settings(max_examples=25, deadline=None)
@given(patchworks(), st.lists(spots(), min_size=1, max_size=10), st.sampled_from([0.0, 300.0]))
def test_grids_in_several_parts_and_with_holes_that_others_fill(
    shapes: list[Shape], points: list[tuple[float, float]], reach_m: float
) -> None:
    on = places_on(shapes)
    agree(shapes, index_of(shapes), np.vstack([on[:: max(1, len(on) // 20)], points]), reach_m)


@settings(max_examples=60, deadline=None)
@given(partitions())
def test_edges_and_corners_are_covered_by_all_they_bound(shapes: list[Shape]) -> None:
    index = index_of(shapes)
    vertices = np.unique(shapely.get_coordinates(shapes), axis=0)
    point, grid = index.covering(*vertices.T)
    covered = {(i, g) for i, g in zip(point.tolist(), grid.tolist(), strict=True)}
    owners = {
        (i, g) for g, shape in enumerate(shapes) for i in np.flatnonzero(shapely.intersects_xy(shape, *vertices.T)).tolist()
    }
    assert covered == owners
    assert set(point.tolist()) == set(range(len(vertices)))


def test_of_many_grids_within_reach_the_nearest_are_told() -> None:
    shapes: list[Shape] = [town.square(x / 5, y / 5, width=0.2, height=0.2) for x in range(15) for y in range(15)]
    middle = town.spot(1.52, 1.49)
    lon, lat = np.array([middle]).T
    (facts,) = index_of(shapes).facts(lon, lat, np.array([50_000.0]), 30.0)
    _, away, _ = brute(shapes, *middle)
    assert len(facts.others) == MOST_OTHERS
    assert [d for _, d in facts.others] == pytest.approx(sorted(away)[1 : MOST_OTHERS + 1], abs=EXACT_M)


def test_far_from_every_grid_no_distance_is_told() -> None:
    index = index_of([town.square(0, 0), town.square(1, 0)])
    lon, lat = np.array([-58.6, 121.4, 180.0, -180.0, 0.0, 118.0]), np.array([-31.6, 90.0, 0.0, -90.0, 0.0, 31.6])
    for facts in index.facts(lon, lat, np.full(6, 50_000.0), 30.0):
        assert (facts.covering, facts.border_m, facts.others) == ((), None, ())


def test_a_single_grid_has_nobody_second() -> None:
    index = index_of([town.square(0, 0)])
    lon, lat = np.array([town.spot(0.5, 0.5), town.spot(1.01, 0.5)]).T
    inside, outside = index.facts(lon, lat, np.array([99.0, 99.0]), 30.0)
    assert (inside.covering, inside.others) == ((0,), ())
    assert inside.border_m == pytest.approx(474, abs=1)
    assert outside.covering == ()
    assert outside.border_m == pytest.approx(9.48, abs=0.01)


def test_no_grids_no_facts() -> None:
    (facts,) = index_of([]).facts(np.array([121.0]), np.array([31.0]), np.array([10.0]), 30.0)
    assert (facts.covering, facts.border_m, facts.others) == ((), None, ())
    assert index_of([]).touching(town.square(0, 0)) == []


def test_threads_may_ask_a_fresh_index_all_at_once() -> None:
    wave = np.linspace(0, 2 * np.pi, 2000, endpoint=False)
    rings = [np.column_stack([121.4 + np.cos(wave) * (1 + 0.3 * np.sin(9 * wave)) / 100, 31.6 + np.sin(wave) / 100])] * 6
    lon, lat = np.random.default_rng(1).uniform(-0.01, 0.01, (2, 60)) + np.array([[121.4], [31.6]])
    for _ in range(20):
        index = index_of([shapely.Polygon(ring) for ring in rings])
        together = Barrier(6)
        found: list[int] = []

        def ask(index: GridIndex = index, together: Barrier = together, found: list[int] = found) -> None:
            together.wait()
            found.append(len(index.covering(lon, lat)[0]))

        threads = [Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 1
        assert len(found) == 6


def test_five_thousand_grids_are_indexed_and_asked_fast() -> None:
    xs = np.linspace(0, 0.5, 72)
    wave = np.linspace(0, 1, 9)[1:-1]

    def edge(a: tuple[float, float], b: tuple[float, float]) -> list[tuple[float, float]]:
        a, b = sorted([a, b])
        dx, dy = b[0] - a[0], b[1] - a[1]
        bent = [(a[0] + dx * t - dy * 0.1 * np.sin(9 * t), a[1] + dy * t + dx * 0.1 * np.sin(9 * t)) for t in wave]
        return [a, *bent, b]

    def cell(i: int, j: int) -> shapely.Polygon:
        corners = [(xs[i], xs[j]), (xs[i + 1], xs[j]), (xs[i + 1], xs[j + 1]), (xs[i], xs[j + 1])]
        ring: list[tuple[float, float]] = []
        for a, b in pairwise([*corners, corners[0]]):
            ring.extend((edge(a, b) if a <= b else edge(a, b)[::-1])[:-1])
        return shapely.Polygon(np.array(ring) + np.array([121.2, 31.4]))

    shapes: list[Shape] = [cell(i, j) for i in range(71) for j in range(71)]
    assert shapely.coverage_is_valid(shapes)
    began = process_time()
    index = GridIndex(held(shapes))
    built = process_time()
    lon, lat = np.random.default_rng(2).uniform(0, 0.5, (2, 5000)) + np.array([[121.2], [31.4]])
    facts = index.facts(lon, lat, np.full(5000, 50_000.0), 30.0)
    asked = process_time()
    assert len(shapes) == 5041
    # Of the processor: the clock would tell what others do on the machine.
    assert built - began < 9  # 1.5 s.
    assert asked - built < 30  # 3 s: even when each doubts half the city.
    assert all(len(one.others) == MOST_OTHERS for one in facts)


@settings(max_examples=40, deadline=None)
@given(partitions(), st.lists(spots(), min_size=1, max_size=30))
def test_a_grids_own_arcs_tell_what_the_tree_of_all_arcs_tells(shapes: list[Shape], points: list[tuple[float, float]]) -> None:
    (lon, lat), index = np.vstack([places_on(shapes)[:40], points]).T, index_of(shapes)
    quick = index.facts(lon, lat, np.zeros(len(lon)), 30.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gridmap.routing.surroundings._OWN_ARCS", 0)
        assert index.facts(lon, lat, np.zeros(len(lon)), 30.0) == quick


@settings(max_examples=40, deadline=None)
@given(partitions(), st.lists(spots(), min_size=1, max_size=30), st.sampled_from([0.5, 5.0, 300.0]))
def test_what_is_surely_alone_has_no_other_grid_near(
    shapes: list[Shape], points: list[tuple[float, float]], reach_m: float
) -> None:
    index = GridIndex.build([f"{n:03d}" for n in range(len(shapes))], shapes)
    lon, lat = np.array(points).T
    reach = np.full(len(lon), reach_m)
    for sure, facts in zip(index.alone(lon, lat, reach), index.facts(lon, lat, reach, 0.0), strict=True):
        others = [g for g, metres in facts.others if metres <= reach_m and g not in facts.covering[:1]]
        assert not sure or (len(facts.covering) == 1 and not others)


def test_in_the_middle_of_a_grid_one_is_alone() -> None:
    index = GridIndex.build(["a", "b"], [town.square(0, 0), town.square(1, 0)])
    lon, lat = np.array([town.spot(0.5, 0.5), town.spot(0.999, 0.5), town.spot(-0.2, 0.5)]).T
    assert index.alone(lon, lat, np.full(3, 25.0)).tolist() == [True, False, False]


@settings(max_examples=40, deadline=None)
@given(patchworks(), st.lists(spots(), min_size=1, max_size=30), st.sampled_from([0.5, 30.0, 300.0]))
def test_what_is_surely_deserted_has_no_grid_near(shapes: list[Shape], points: list[tuple[float, float]], reach_m: float) -> None:
    index = GridIndex.build([f"{n:03d}" for n in range(len(shapes))], shapes)
    lon, lat = np.vstack([places_on(shapes)[:20], points]).T
    found, _ = index.nearest(lon, lat, reach_m)
    assert not (index.deserted(lon, lat, reach_m) & (found != -1)).any()


def test_far_from_all_grids_and_in_a_wide_gap_it_is_deserted() -> None:
    index = GridIndex.build(["a", "b"], [town.square(0, 0), town.square(5, 0)])
    places = [town.spot(0.5, 0.5), town.spot(-0.01, 0.5), town.spot(3, 0.5), town.spot(3, 9), (-180.0, -90.0), (0.0, 90.0)]
    lon, lat = np.array(places).T
    assert index.deserted(lon, lat, 30.0).tolist() == [False, False, True, True, True, True]
    assert not index.deserted(lon, lat, 50_000.0)[:3].any()
