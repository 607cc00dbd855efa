"""Special zones: which one takes a case, the same from memory and from the database, and what the route says of it."""

from datetime import timedelta

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.grids.change import ZoneDraft
from gridmap.grids.publishing import redraw
from gridmap.routing.ask import Place, route_all, route_one
from gridmap.routing.words import explain
from gridmap.routing.zones import ZoneIndex
from tests import town, zoned
from tests.partitions import places_on, spots

_SQL = text("SELECT code FROM zone_at(:lon, :lat, :category, :at)")
PUBLISHED = town.FOUNDED + timedelta(days=1)
INSIDE = town.spot(0.9, 0.9)


def place(xy: tuple[float, float] = INSIDE, category: str | None = zoned.RUBBISH) -> Place:
    return Place(*xy, category=category)


def stand(session: Session, *zones: ZoneDraft) -> None:
    redraw(session, zoned.change(session, *zones), actor="test", at=PUBLISHED)


def test_it_sends_its_categories_and_says_where_the_place_lies(tiny_town: Session) -> None:
    stand(tiny_town, zoned.zone())
    route = route_one(tiny_town, place(), limit_m=30.0)
    facts = route.facts()
    assert (route.grid, facts["zone"]["lies_in"], facts["rule"]) == (town.micro(3, 3), town.micro(1, 1), "covers")
    words = explain(facts, {town.micro(3, 3): ("东北格", "North-east"), town.micro(1, 1): ("西南格", "South-west")})
    assert "位于西南格范围内" in words["zh"]
    assert "专属区域“示例菜市场”把这类案件交给东北格" in words["zh"]
    assert 'the special zone "Example market" sends such cases to North-east' in words["en"]


def test_other_categories_other_places_and_other_times_stay(tiny_town: Session) -> None:
    stand(tiny_town, zoned.zone())
    for asked in (place(category=zoned.PAPER), place(category=None), place(town.spot(0.5, 0.5))):
        route = route_one(tiny_town, asked, limit_m=30.0)
        assert (route.grid, route.sent) == (town.micro(1, 1), None)
        assert "zone" not in route.facts()
    assert route_one(tiny_town, place(), limit_m=30.0, at=town.FOUNDED).grid == town.micro(1, 1)


def test_a_large_class_takes_its_small_ones_and_none_named_takes_all(tiny_town: Session) -> None:
    stand(tiny_town, zoned.zone(takes=(zoned.LARGE,)))
    assert route_one(tiny_town, place(category=zoned.PAPER), limit_m=30.0).sent
    stranger = place(category="GB/T 30428.2-2013/matter/06")
    assert route_one(tiny_town, stranger, limit_m=30.0).sent is None
    redraw(tiny_town, zoned.change(tiny_town, zoned.zone(takes=())), actor="test", at=PUBLISHED + timedelta(days=1))
    assert route_one(tiny_town, place(category=None), limit_m=30.0).sent


def test_a_spot_on_a_border_of_two_goes_to_the_lower_code(tiny_town: Session) -> None:
    west, east = town.square(0.5, 0.5, width=0.5, height=1), town.square(1, 0.5, width=0.5, height=1)
    stand(tiny_town, zoned.zone(2, west), zoned.zone(1, east, target=town.micro(3, 1)))
    assert route_one(tiny_town, place(town.spot(1, 0.7)), limit_m=30.0).grid == town.micro(3, 1)


def test_the_database_finds_the_second_zone_whose_border_it_is(tiny_town: Session) -> None:
    """PostGIS 3.5 turned the question round once it had asked another zone about the same place."""
    beside = Polygon([town.spot(*at) for at in ((0.2, 0.2), (0.2, 0.8), (0.8, 0.2))])
    here = Polygon([town.spot(*at) for at in ((0.8, 0.3), (0.8, 0.8), (0.4, 0.8))])
    stand(tiny_town, zoned.zone(1, beside), zoned.zone(2, here))
    for spot in (place(xy) for xy in here.exterior.coords):
        found = route_one(tiny_town, spot, limit_m=30.0).sent
        asked = {"lon": spot.lon, "lat": spot.lat, "category": spot.category, "at": PUBLISHED}
        assert found
        assert tiny_town.execute(_SQL, asked).scalar() == found.zone.code == zoned.zone(2).code


corners = st.lists(st.builds(town.spot, st.floats(0.01, 2.99), st.floats(0.01, 2.99)), min_size=3, max_size=3, unique=True)
paths = st.sampled_from([(), (zoned.RUBBISH,), (zoned.LARGE,), (zoned.PAPER, zoned.RUBBISH)])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(st.tuples(corners, paths), max_size=3), asked=st.lists(spots(), max_size=20))
def test_the_database_answers_the_same(
    tiny_town: Session, drawn: list[tuple[list[tuple[float, float]], tuple[str, ...]]], asked: list[tuple[float, float]]
) -> None:
    found = [zoned.zone(n, Polygon(xy), takes=takes) for n, (xy, takes) in enumerate(drawn, 1) if Polygon(xy).area > 1e-8]
    with tiny_town.begin_nested() as savepoint:
        # Whatever a publish would refuse (two that take the same on one ground) has an answer here as well.
        for one in found:
            tiny_town.execute(
                text(
                    "INSERT INTO zone (code, name, kind, takes, target_code, valid, publication_id, geom) SELECT :code, '', "
                    "'other', :takes, :target, tstzrange(:at, NULL), max(id), ST_GeomFromText(:shape, 4326) FROM publication"
                ),
                {"code": one.code, "takes": list(one.takes), "target": one.target, "at": town.FOUNDED, "shape": one.shape.wkt},
            )
        tiny_town.execute(text("UPDATE publication SET at = at + interval '1 us' * (1 + random() * 1e6)::int"))
        points = (
            np.vstack([places_on([one.shape for one in found]), np.array(asked).reshape(-1, 2)]) if found else np.array(asked)
        )
        for category in (zoned.RUBBISH, zoned.PAPER, None):
            spots_there = [place((x, y), category) for x, y in points.reshape(-1, 2).tolist()]
            for one_route, spot in zip(route_all(tiny_town, spots_there, limit_m=30.0), spots_there, strict=True):
                by_sql = tiny_town.execute(
                    _SQL, {"lon": spot.lon, "lat": spot.lat, "category": category, "at": PUBLISHED}
                ).scalar()
                assert (one_route.sent.zone.code if one_route.sent else None) == (by_sql if one_route.grid else None)
        savepoint.rollback()
    tiny_town.expunge_all()


boxes = st.lists(st.tuples(*[st.floats(-1, 1)] * 2, *[st.floats(1e-6, 0.5)] * 2), min_size=1, max_size=6)


@given(boxes, st.lists(st.tuples(*[st.floats(-1.5, 2)] * 2), max_size=20))
def test_no_zone_is_overlooked(drawn: list[tuple[float, ...]], spots: list[tuple[float, float]]) -> None:
    """Corners and sides of the zones' boxes are where the raster's squares may go wrong."""
    shapes = [shapely.box(x, y, x + width, y + height) for x, y, width, height in drawn]
    index = ZoneIndex([zoned.zone(n, shape, takes=()) for n, shape in enumerate(shapes, 1)])
    corners = [(x, y) for shape in shapes for x, y in shape.exterior.coords]
    lon, lat = np.array([*spots, *corners]).T
    taking = index.taking(lon, lat, [None] * len(lon))
    lowest = [
        next((n for n, shape in enumerate(shapes, 1) if shapely.intersects_xy(shape, *at)), None)
        for at in zip(lon, lat, strict=True)
    ]
    assert [int(taking[i].code[-3:]) if i in taking else None for i in range(len(lon))] == lowest
