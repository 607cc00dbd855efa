"""Routes: the rule, its limit, its ties, the camera's view, the past; the same answer from the database itself."""

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import Point, shape
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.change import GridDraft
from gridmap.grids.models import Boundary
from gridmap.grids.publishing import publish
from gridmap.places.views import sector
from gridmap.routing.ask import Place, index_at, route_all, route_by, route_one
from gridmap.routing.route import Basis, Route, Rule
from tests import town
from tests.partitions import Shape, code, index_of, partitions, places_on, spots

LIMIT_M = 30.0
GEOD = Geod(ellps="WGS84")
DEMO = Path(__file__).parents[2] / "data" / "geojson" / "grids.geojson"
_ASK = text(
    """
    SELECT p.place, m.code, m.rule, m.distance_m
    FROM unnest(CAST(:lon AS float8[]), CAST(:lat AS float8[])) WITH ORDINALITY AS p (lon, lat, place)
    LEFT JOIN LATERAL micro_grid_at(p.lon, p.lat, CAST(:at AS timestamptz)) m ON true ORDER BY p.place
    """
)


def by_sql(session: Session, xy: np.ndarray, at: datetime = town.FOUNDED) -> list[tuple[str | None, str]]:
    rows = session.execute(_ASK, {"lon": xy[:, 0].tolist(), "lat": xy[:, 1].tolist(), "at": at})
    return [(row.code, row.rule or "unrouted") for row in rows]


def by_index(session: Session, xy: np.ndarray, at: datetime = town.FOUNDED) -> list[Route]:
    return route_all(session, [Place(x, y) for x, y in xy.tolist()], limit_m=LIMIT_M, at=at)


def clear_cut(routes: list[Route]) -> np.ndarray:
    """Which decisions do not hang on less than a millimetre."""

    def clear(route: Route) -> bool:
        if route.rule in (Rule.COVERS, Rule.TIE) or (route.distance_to_border_m or LIMIT_M) > LIMIT_M + 1:
            return True
        assert route.distance_to_border_m is not None
        away = route.runner_up.distance_m - route.distance_to_border_m if route.runner_up else 1.0
        return abs(route.distance_to_border_m - LIMIT_M) > 1e-3 and abs(away) > 1e-3

    return np.array([clear(route) for route in routes])


def stand(session: Session, shapes: list[Shape]) -> None:
    """Put shapes in force as they are, without the checks and the tiles of a publish."""
    session.execute(text("DELETE FROM boundary"))
    session.execute(text("DELETE FROM grid"))
    codes = [town.TOWN, town.village(1), *(code(i) for i in range(len(shapes)))]
    publication = session.execute(
        text("INSERT INTO publication (at, actor) VALUES (:at, 'test') RETURNING id"), {"at": town.FOUNDED}
    ).scalar_one()
    for one in codes:
        level = {9: "town", 12: "village", 15: "micro"}[len(one)]
        parent = one[:-3] if len(one) > 9 else None
        row = {"code": one, "level": level, "parent": parent}
        session.execute(text("INSERT INTO grid (code, level, parent_code, name) VALUES (:code, :level, :parent, '')"), row)
    from_then_on = shapely.Point(0, 0)
    for i, one_shape in enumerate(shapes):
        boundary = Boundary(grid_code=code(i), level="micro", publication_id=publication, area_m2=1.0, label=from_then_on)
        boundary.geom = as_multipolygon(one_shape)
        boundary.valid = _since(town.FOUNDED)
        session.add(boundary)
    session.flush()


def _since(moment: datetime) -> Range[datetime]:
    return Range(moment, None, bounds="[)")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes=partitions(), points=st.lists(spots(), min_size=1, max_size=20))
def test_index_and_database_agree_on_random_partitions(
    session: Session, shapes: list[Shape], points: list[tuple[float, float]]
) -> None:
    with session.begin_nested() as savepoint:
        stand(session, shapes)
        xy = np.vstack([places_on(shapes), points])
        sql = by_sql(session, xy)
        routes = route_by(index_of(shapes), [Place(x, y) for x, y in xy.tolist()], limit_m=LIMIT_M)
        savepoint.rollback()
    session.expunge_all()
    sure = clear_cut(routes)
    assert [s for s, ok in zip(sql, sure, strict=True) if ok] == [
        (r.grid, r.rule.value) for r, ok in zip(routes, sure, strict=True) if ok
    ]
    assert sure[: len(places_on(shapes))].all()


@settings(max_examples=60, deadline=None)
@given(partitions())
def test_every_place_on_edges_and_corners_has_exactly_one_grid_the_lowest(shapes: list[Shape]) -> None:
    vertices = np.unique(shapely.get_coordinates(shapes), axis=0)
    routes = route_by(index_of(shapes), [Place(x, y) for x, y in vertices.tolist()], limit_m=LIMIT_M)
    for (x, y), route in zip(vertices.tolist(), routes, strict=True):
        around = [code(i) for i, one in enumerate(shapes) if one.intersects(Point(x, y))]
        assert route.grid == min(around)
        assert route.rule is (Rule.TIE if len(around) > 1 else Rule.COVERS)


@pytest.fixture
def demo_town(session: Session) -> Session:
    features = json.loads(DEMO.read_text())["features"]
    drafts = []
    for feature in features:
        facts = feature["properties"]
        outline = shape(feature["geometry"]) if facts["level"] == "micro" else None
        drafts.append(GridDraft(facts["code"], facts["name"], shape=outline))
    publish(session, drafts, actor="test", at=town.FOUNDED)
    return session


def test_index_and_database_agree_on_the_demo_town(demo_town: Session) -> None:
    index = index_at(demo_town, town.FOUNDED)
    shapes = list(index.held.shapes)
    west, south, east, north = shapely.total_bounds(shapes)
    chance = np.random.default_rng(7)
    anywhere = np.column_stack([chance.uniform(west, east, 2000), chance.uniform(south, north, 2000)])
    on = places_on(shapes)
    xy = np.vstack([on[chance.permutation(len(on))[:3000]], anywhere])
    routes = by_index(demo_town, xy)
    sure = clear_cut(routes)
    sql = by_sql(demo_town, xy)
    assert sure.mean() > 0.999
    wrong = [(s, r) for s, r, ok in zip(sql, routes, sure, strict=True) if ok and s != (r.grid, r.rule.value)]
    assert wrong == []
    covering = index.covering(*np.unique(shapely.get_coordinates(shapes), axis=0).T)
    assert len(np.unique(covering[0])) == len(np.unique(shapely.get_coordinates(shapes), axis=0))


def beyond(metres: float, *, bearing: float = 270.0) -> tuple[float, float]:
    """A place so far west of the middle of the tiny town's western edge."""
    lon, lat, _ = GEOD.fwd(*town.spot(0, 1.5), bearing, metres)
    return lon, lat


@pytest.mark.parametrize(("metres", "rule"), [(0.01, "nearest"), (29.99, "nearest"), (30.01, "unrouted"), (3000, "unrouted")])
def test_the_nearest_grid_counts_up_to_the_limit(tiny_town: Session, metres: float, rule: str) -> None:
    route = route_one(tiny_town, Place(*beyond(metres)), limit_m=LIMIT_M)
    assert route.rule.value == rule
    assert route.grid == (town.micro(1, 2) if rule == "nearest" else None)
    assert route.distance_to_border_m == pytest.approx(metres, abs=0.002)
    assert route.runner_up is not None


def test_no_limit_no_nearest(tiny_town: Session) -> None:
    assert route_one(tiny_town, Place(*beyond(0.5)), limit_m=0).rule is Rule.UNROUTED
    assert route_one(tiny_town, Place(*town.spot(0, 1.5)), limit_m=0).grid == town.micro(1, 2)


def test_among_equally_near_the_lowest_code(tiny_town: Session) -> None:
    tip = town.spot(-0.1, 2)  # A corner of both that sticks out: whoever stands before it is equally far from both.
    lower = shapely.Polygon([town.spot(0, 1), town.spot(1, 1), town.spot(1, 2), tip])
    upper = shapely.Polygon([tip, town.spot(1, 2), town.spot(1, 3), town.spot(0, 3)])
    town.found(tiny_town, at=datetime(2026, 2, 1, tzinfo=UTC), m12=lower, m13=upper)
    lon, lat, _ = GEOD.fwd(*tip, 270, 10)
    route = route_one(tiny_town, Place(lon, lat), limit_m=LIMIT_M)
    assert (route.rule, route.grid) == (Rule.NEAREST, town.micro(1, 2))
    assert route.runner_up is not None
    assert (route.runner_up.code, route.runner_up.distance_m) == (town.micro(1, 3), route.distance_to_border_m)


def test_a_corner_of_four_goes_to_the_lowest(tiny_town: Session) -> None:
    route = route_one(tiny_town, Place(*town.spot(1, 1)), limit_m=LIMIT_M)
    assert (route.rule, route.grid, route.distance_to_border_m) == (Rule.TIE, town.micro(1, 1), 0.0)
    assert route.runner_up is not None
    assert (route.runner_up.code, route.runner_up.distance_m) == (town.micro(1, 2), 0.0)


@pytest.mark.parametrize(
    ("accuracy_m", "others"),
    [(None, []), (0.0, []), (94.0, []), (96.0, ["m22"]), (120.0, ["m22", "m11"]), (160.0, ["m22", "m11", "m21"])],
)
def test_the_accuracy_circle_makes_it_ambiguous(tiny_town: Session, accuracy_m: float | None, others: list[str]) -> None:
    route = route_one(tiny_town, Place(*town.spot(0.9, 1.1), accuracy_m), limit_m=LIMIT_M)
    assert route.grid == town.micro(1, 2)
    assert [other.code for other in route.candidates] == [town.micro(int(m[1]), int(m[2])) for m in others]
    assert route.ambiguous is bool(others)
    assert route.accuracy_m == accuracy_m


def test_without_a_place_nothing_is_guessed(tiny_town: Session) -> None:
    route = route_one(tiny_town, Place(), limit_m=LIMIT_M)
    assert (route.rule, route.basis, route.grid, route.point) == (Rule.UNROUTED, Basis.NONE, None, None)


def test_a_camera_is_routed_by_where_it_looks(tiny_town: Session) -> None:
    pole = town.spot(1.02, 1.5)  # Just inside (2,2), looking west into (1,2).
    view = sector(*pole, 270, 60, 300)
    route = route_one(tiny_town, Place(camera_pole=Point(pole), camera_view=view), limit_m=LIMIT_M)
    assert (route.basis, route.grid) == (Basis.CAMERA_VIEW, town.micro(1, 2))
    assert route.point is not None
    assert view.covers(Point(route.point))
    (other,) = route.candidates
    assert other.code == town.micro(2, 2)
    part = shapely.intersection(view, town.square(1, 1)).area / view.area
    assert other.share == pytest.approx(part, abs=1e-6)
    assert other.distance_m == pytest.approx(GEOD.inv(*route.point, town.spot(1, 1.5)[0], route.point[1])[2], abs=0.01)


def test_a_view_inside_one_grid_is_not_ambiguous(tiny_town: Session) -> None:
    view = sector(*town.spot(1.5, 1.5), 0, 90, 100)
    route = route_one(tiny_town, Place(camera_pole=Point(town.spot(1.5, 1.5)), camera_view=view), limit_m=LIMIT_M)
    assert (route.grid, route.ambiguous) == (town.micro(2, 2), False)


def test_a_camera_without_a_view_counts_by_its_pole(tiny_town: Session) -> None:
    route = route_one(tiny_town, Place(camera_pole=Point(town.spot(2.5, 0.5))), limit_m=LIMIT_M)
    assert (route.basis, route.grid) == (Basis.CAMERA_POLE, town.micro(3, 1))


def test_a_place_of_its_own_comes_before_the_camera(tiny_town: Session) -> None:
    place = Place(*town.spot(0.5, 0.5), camera_pole=Point(town.spot(2.5, 0.5)))
    assert route_one(tiny_town, place, limit_m=LIMIT_M).grid == town.micro(1, 1)


def test_before_the_first_boundaries_nothing_is_routed(tiny_town: Session) -> None:
    route = route_one(tiny_town, Place(*town.spot(0.5, 0.5)), limit_m=LIMIT_M, at=datetime(2025, 12, 31, tzinfo=UTC))
    assert (route.rule, route.publication, route.boundary) == (Rule.UNROUTED, None, None)


def test_an_empty_town_takes_every_question(session: Session) -> None:
    route = route_one(session, Place(*town.spot(0.5, 0.5), 100.0), limit_m=LIMIT_M)
    assert (route.rule, route.grid, route.distance_to_border_m, route.candidates) == (Rule.UNROUTED, None, None, ())


def redrawn() -> dict[str, shapely.Polygon]:
    """The border between (1,1) and (2,1) moved east by half a cell."""
    south, north = town.spot(1.5, 0), town.spot(1, 1)
    return {
        "m11": shapely.Polygon([town.spot(0, 0), south, north, town.spot(0, 1)]),
        "m21": shapely.Polygon([south, town.spot(2, 0), town.spot(2, 1), north]),
    }


def test_any_past_moment_can_be_asked_for(tiny_town: Session) -> None:
    place = town.spot(1.1, 0.1)
    later = datetime(2026, 3, 1, 12, tzinfo=UTC)
    before = route_one(tiny_town, Place(*place), limit_m=LIMIT_M)
    town.found(tiny_town, at=later, **redrawn())
    assert before.grid == town.micro(2, 1)
    for at, grid in [
        (town.FOUNDED, town.micro(2, 1)),
        (datetime(2026, 3, 1, 11, 59, 59, 999999, tzinfo=UTC), town.micro(2, 1)),
        (later, town.micro(1, 1)),
        (None, town.micro(1, 1)),
        (datetime(2099, 1, 1, tzinfo=UTC), town.micro(1, 1)),
    ]:
        route = route_one(tiny_town, Place(*place), limit_m=LIMIT_M, at=at)
        assert route.grid == grid
        assert by_sql(tiny_town, np.array([place]), at or later) == [(grid, "covers")]
        assert route.boundary is not None
        assert route.boundary.publication == route.publication
