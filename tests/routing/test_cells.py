"""The table of cells against shapely, PostGIS and exact fractions: points a hair beside a border, too, have the answer of geometry."""

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import pairwise, product
from multiprocessing.reduction import ForkingPickler
from random import Random
from time import perf_counter

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.errors import Invalid
from gridmap.routing.cells.index import Cells
from gridmap.routing.cells.levels import MANY
from gridmap.routing.index import NOBODY, GridIndex
from tests import town
from tests.partitions import TINIEST, Shape, partitions, patchworks, places_on, points
from tests.patchwork import patches
from tests.routing.dividing import dividing


def codes_of(shapes: list[Shape]) -> list[str]:
    return [f"{number:06d}" for number in range(len(shapes))]


def expected(shapes: list[Shape], xy: np.ndarray) -> np.ndarray:
    """The first shape that covers each point, by GEOS, one shape after the other."""
    found = np.full(len(xy), NOBODY)
    for number in reversed(range(len(shapes))):
        found[shapely.intersects_xy(shapes[number], *xy.T)] = number
    return found


def all_around(xy: np.ndarray) -> np.ndarray:
    """The points, and beside each of them the eight nearest that doubles can say."""
    steps = [(xy[:, axis], np.nextafter(xy[:, axis], np.inf), np.nextafter(xy[:, axis], -np.inf)) for axis in (0, 1)]
    return np.vstack([np.column_stack(pair) for pair in product(*steps)])


def anywhere(shapes: list[Shape], how_many: int, seed: int = 1) -> np.ndarray:
    """Places in the shapes' rectangle and a little around it, (how_many, 2) degrees."""
    west, south, east, north = shapely.total_bounds(shapes)
    return np.random.default_rng(seed).uniform((west - 0.001, south - 0.001), (east + 0.001, north + 0.001), (how_many, 2))


def agree(shapes: list[Shape], xy: np.ndarray) -> None:
    cells = Cells.build(shapes)
    found, wanted = cells.locate(*xy.T), expected(shapes, xy)
    wrong = np.flatnonzero(found != wanted)
    assert not len(wrong), [(xy[i].tolist(), int(found[i]), int(wanted[i])) for i in wrong[:5]]
    some = xy[:: max(1, len(xy) // 50)]
    assert [cells.locate_one(*p) for p in some.tolist()] == cells.locate(*some.T).tolist()


@settings(max_examples=50, deadline=None)
@given(partitions(), st.integers(0, 2**32 - 1), st.sampled_from([MANY, 3]))
def test_it_finds_what_geos_finds_also_a_hair_beside_borders(shapes: list[Shape], seed: int, many: int) -> None:
    with dividing(many):
        agree(shapes, np.vstack([all_around(places_on(shapes)), anywhere(shapes, 300, seed)]))


@settings(max_examples=40, deadline=None)
@given(patchworks(), st.randoms(use_true_random=False), st.sampled_from([MANY, 3]))
def test_grids_in_several_parts_with_holes_in_any_order_and_with_some_missing(
    shapes: list[Shape], chance: Random, many: int
) -> None:
    chance.shuffle(shapes)
    with dividing(many):
        agree(shapes[: max(1, len(shapes) - 1)], all_around(places_on(shapes)))


def covers_exactly(shape: Polygon, p: tuple[float, float]) -> bool:
    """By fractions: GEOS calculates with 106 bits, which a point a hair beside a border of all sorts of doubles can need more of."""
    x, y = map(Fraction, p)
    inside = False
    ring = [tuple(map(Fraction, corner)) for corner in shape.exterior.coords]
    for (ax, ay), (bx, by) in pairwise(ring):
        at = (ax - x) * (by - y) - (ay - y) * (bx - x)
        if at == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        inside ^= (ay <= y) != (by <= y) and (at > 0) == (by > ay)
    return inside


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(points, st.floats(1e-7, 40), st.integers(3, 12)), min_size=1, max_size=8),
    st.floats(1e-6, 1e-3),
    st.integers(0, 100),
    st.sampled_from([MANY, 12]),
)
def test_shapes_that_overlap_of_wildly_different_size(
    rounds: list[tuple[tuple[float, float], float, int]], squeeze: float, begin: int, many: int
) -> None:
    shapes: list[Polygon] = []
    for (x, y), radius, corners in rounds:
        turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        shape = Polygon(np.column_stack([x * squeeze + radius * np.cos(turn), y * squeeze + radius * np.sin(turn)]))
        if shape.is_valid:
            shapes.append(shape)
    xy = all_around(places_on([*shapes]))[begin::37] if shapes else np.zeros((0, 2))
    wanted = [next((i for i, shape in enumerate(shapes) if covers_exactly(shape, (x, y))), NOBODY) for x, y in xy.tolist()]
    with dividing(many):
        assert Cells.build(shapes).locate(*xy.T).tolist() == wanted


def test_a_town_of_small_grids_in_a_country() -> None:
    """They share few of the country's cells; these have cells of their own, and one may be divided once more."""
    town_of: list[Shape] = list(shapely.transform(patches(3, 300), lambda xy: (xy - (121, 31)) / 40 + (121, 31)))
    outside = shapely.difference(shapely.box(119, 29, 123, 33), shapely.union_all(town_of))
    shapes = [outside, *town_of]
    cells = Cells.build(shapes)
    offsets = -2 - cells.table.cells[cells.table.cells < NOBODY]
    assert (cells.table.pairs[2 * offsets] < 0).any(), "some were divided"
    on = places_on(shapes)
    agree(shapes, np.vstack([all_around(on[::5]), anywhere(town_of, 3_000), anywhere(shapes, 3_000)]))


def test_borders_that_meet_in_one_point_end_somewhere() -> None:
    """However small the cells around that point are, all of them cross the innermost."""
    turn = np.linspace(0, 2 * np.pi, 301)
    rim = np.column_stack([121 + np.cos(turn), 31 + np.sin(turn)])
    shapes: list[Shape] = [Polygon([(121, 31), a, b]) for a, b in pairwise(rim.tolist())]
    cells = Cells.build(shapes)
    assert cells.nbytes < 20e6
    agree(shapes, all_around(np.array([(121, 31), (121 + 1e-9, 31), (121, 31 - 1e-7), *rim[:20].tolist()])))


def test_an_edge_that_three_share_and_holes_filled_by_a_later_code() -> None:
    whole, west, east = shapely.box(0, 0, 2, 1), shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    agree([whole, west, east], all_around(places_on([whole, west, east])))
    agree([west, east, whole], all_around(places_on([whole, west, east])))
    ring = shapely.difference(shapely.box(0, 0, 3, 3), shapely.box(1, 1, 2, 2))
    agree([ring, shapely.box(1, 1, 2, 2)], all_around(places_on([ring])))


def test_the_corners_of_all_that_is_covered() -> None:
    shapes: list[Shape] = [town.square(0, 0, width=3, height=3)]
    agree(shapes, all_around(np.array(list(product(*np.array(shapely.total_bounds(shapes)).reshape(2, 2).T)))))


def test_slivers_and_corners_that_stand_twice() -> None:
    sliver = Polygon([(0, 0), (1, 1e-9), (1, 1e-9), (2, 0), (1, -1e-9)])
    beside = Polygon([(0, 0), (0, 0), (1, 1e-9), (2, 0), (2, 1), (0, 1)])
    shapes: list[Shape] = [shapely.affinity.translate(one, 121, 31) for one in (beside, sliver)]
    agree(shapes, all_around(places_on(shapes)))


def test_beside_the_corner_where_greenwich_meets_the_equator_no_bit_is_lost() -> None:
    """GEOS is wrong there: a product of the tiniest double and a small slope is rounded to nothing."""
    above, below = Polygon([(0, 0), (1, 1e-9), (0, 1)]), Polygon([(0, 0), (1, -1e-9), (1, 1e-9)])
    xy = np.array([(TINIEST, 0.0), (0.0, TINIEST), (TINIEST, -TINIEST), (0.0, 0.0), (0.0, -TINIEST)])
    assert Cells.build([above, below]).locate(*xy.T).tolist() == [1, 0, NOBODY, 0, NOBODY]


def test_a_large_town_of_bent_borders() -> None:
    shapes: list[Shape] = list(patches(3, 400))
    on = places_on(shapes)
    agree(shapes, np.vstack([all_around(on[::7]), anywhere(shapes, 20_000)]))


def test_it_agrees_with_postgis_on_borders(session: Session) -> None:
    shapes: list[Shape] = list(patches(5, 60))
    xy = all_around(places_on(shapes)[::9])
    session.execute(text("CREATE TEMPORARY TABLE place (i int, p geometry); CREATE TEMPORARY TABLE area (i int, g geometry)"))
    session.execute(
        text(
            "INSERT INTO place SELECT i - 1, p FROM unnest(CAST(:wkb AS bytea[])) WITH ORDINALITY AS a (w, i), ST_GeomFromWKB(w) p"
        ),
        {"wkb": list(shapely.to_wkb(shapely.points(xy)))},
    )
    session.execute(
        text(
            "INSERT INTO area SELECT i - 1, g FROM unnest(CAST(:wkb AS bytea[])) WITH ORDINALITY AS a (w, i), ST_GeomFromWKB(w) g"
        ),
        {"wkb": list(shapely.to_wkb(shapes))},
    )
    rule = "SELECT coalesce((SELECT min(area.i) FROM area WHERE ST_Covers(g, p)), -1) FROM place ORDER BY place.i"
    assert Cells.build(shapes).locate(*xy.T).tolist() == list(session.scalars(text(rule)))


def test_outside_and_no_number_is_nobodys() -> None:
    cells = Cells.build([town.square(0, 0)])
    far = [np.nan, np.inf, -np.inf, 1e308, -1e308, 0.0, 181.0]
    xy = np.array(list(product(far, repeat=2)))
    assert cells.locate(*xy.T).tolist() == [NOBODY] * len(xy)
    assert Cells.build([]).locate([0.0, np.nan], [0.0, 1.0]).tolist() == [NOBODY] * 2
    with pytest.raises(ValueError, match="as many"):
        cells.locate([0.0], [0.0, 1.0])


def test_codes_in_any_order_the_lowest_wins_and_positions_are_those_given() -> None:
    one, two = town.square(0, 0), town.square(1, 0)
    index = GridIndex.build(["b", "a"], [one, two])
    corner = shapely.intersection(one, two).coords[0]
    assert index.locate(*np.array([corner, one.centroid.coords[0], (0.0, 0.0)]).T).tolist() == [1, 0, NOBODY]
    assert [index.locate_one(*corner), index.locate_one(0.0, 0.0)] == [1, NOBODY]


def unfinished(shape: Polygon) -> Polygon:
    """The shape, one of its corners being no number."""
    with np.errstate(invalid="ignore"):
        return shapely.transform(shape, lambda xy: np.where(np.arange(len(xy))[:, None] == 1, np.nan, xy))


@pytest.mark.parametrize(
    ("codes", "polygons", "message"),
    [
        (["a"], [], "1 codes, but 0 polygons"),
        (["a", "a"], [town.square(0, 0)] * 2, "more than once"),
        (["a", "b"], [town.square(0, 0), Polygon()], "b has no polygon"),
        (["a"], [shapely.Point(1, 1)], "a has no polygon"),
        (["a"], [None], "a has no polygon"),
        (["a"], [shapely.box(500_000, 3_000_000, 500_100, 3_000_100)], "not in degrees"),
        (["a"], [unfinished(shapely.box(0, 0, 1, 1))], "not in degrees"),
        (["a"], [Polygon([(179, 0), (-179, 0), (-179, 1), (179, 1)])], "crosses the 180th meridian"),
    ],
)
def test_what_can_not_be_indexed_is_refused_with_the_reason(codes: list[str], polygons: list[Shape], message: str) -> None:
    with pytest.raises(Invalid) as refused:
        GridIndex.build(codes, polygons)
    assert message in str(refused.value)


def test_a_grid_cut_in_two_at_the_180th_meridian() -> None:
    index = GridIndex.build(["a"], [MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)])])
    assert index.locate(np.array([179.5, -179.5, 180.0, 0.0]), np.full(4, 0.5)).tolist() == [0, 0, 0, NOBODY]


def test_many_threads_ask_an_index_that_none_has_asked_before() -> None:
    shapes: list[Shape] = list(patches(7, 100))
    index = GridIndex.build(codes_of(shapes), shapes)
    xy = anywhere(shapes, 5_000)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: index.locate(*xy.T), range(16)))
    assert all((answer == expected(shapes, xy)).all() for answer in answers)


def test_the_lock_of_python_is_let_go_meanwhile() -> None:
    shapes: list[Shape] = list(patches(9, 100))
    cells = Cells.build(shapes)
    xy = anywhere(shapes, 2_000_000).T.copy()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(cells.locate, *xy)
        turns = 0
        while not asked.done():
            begun = perf_counter()
            while perf_counter() - begun < 1e-5:
                pass
            turns += 1
    assert turns > 10, "this thread went on while the other looked points up"


def test_an_index_goes_to_another_process_and_answers_there_as_here() -> None:
    index = GridIndex.build(["b", "a"], [town.square(0, 0), town.square(1, 0)])
    index.prepare()
    lon, lat = (np.array(one) for one in zip(*(town.spot(x, 0.5) for x in (0.5, 1.0, 1.5, 9.0)), strict=True))
    there = ForkingPickler.loads(ForkingPickler.dumps(index))
    assert there.locate(lon, lat).tolist() == index.locate(lon, lat).tolist() == [0, 1, 1, NOBODY]
    assert there.nearest(lon, lat, np.inf)[1].tolist() == index.nearest(lon, lat, np.inf)[1].tolist()
