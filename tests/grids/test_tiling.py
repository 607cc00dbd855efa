"""Tile shapes are one coverage in every band, follow the boundaries in force and touch only what changed."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gridmap.grids import tiling
from gridmap.grids.codes import Level
from gridmap.grids.models import Boundary, TileShape
from gridmap.grids.publishing import publish
from tests import patchwork, town

BANDS = (*tiling.BANDS, tiling.FULL)


def shapes(session: Session, band: int, level: Level) -> dict[str, shapely.MultiPolygon]:
    rows = session.execute(
        select(Boundary.grid_code, func.ST_AsBinary(TileShape.geom))
        .join(Boundary, Boundary.id == TileShape.boundary_id)
        .where(TileShape.zoom == band, TileShape.level == level, func.upper_inf(TileShape.valid))
    )
    return {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}


def rows(session: Session) -> dict[tuple[int, int], str]:
    query = "SELECT boundary_id, zoom, xmin::text FROM tile_shape WHERE upper_inf(valid)"
    return {(boundary, zoom): xmin for boundary, zoom, xmin in session.execute(text(query))}


def test_each_band_is_a_coverage_whose_levels_nest(session: Session) -> None:
    patchwork.found(session)
    for band in BANDS:
        micros = shapes(session, band, Level.MICRO)
        assert len(micros) == 60
        assert shapely.coverage_is_valid(list(micros.values()), gap_width=0.1)
        for code, village in shapes(session, band, Level.VILLAGE).items():
            children = [shape for child, shape in micros.items() if child.startswith(code)]
            assert shapely.equals(village, shapely.unary_union(children))
        [whole] = shapes(session, band, Level.TOWN).values()
        assert shapely.equals(whole, shapely.unary_union(list(micros.values())))


def test_lower_zooms_have_fewer_vertices_and_the_full_band_all(session: Session) -> None:
    patchwork.found(session)
    drafts = patchwork.patches(1, 60)
    vertices = [sum(map(shapely.get_num_coordinates, shapes(session, band, Level.MICRO).values())) for band in BANDS]
    assert vertices == sorted(vertices)
    assert vertices[0] < vertices[-1] == sum(map(shapely.get_num_coordinates, drafts))


def test_rebuilding_what_stands_writes_nothing(tiny_town: Session) -> None:
    before = rows(tiny_town)
    assert tiling.rebuild(tiny_town) == 0
    assert rows(tiny_town) == before
    assert len(before) == 13 * len(BANDS)


def test_a_publish_leaves_the_shapes_of_untouched_grids_alone(session: Session) -> None:
    town.found(session)
    before = rows(session)
    corner = town.spot(1.1, 1.1)
    published = publish(
        session,
        town.drafts(
            m11=Polygon([town.spot(0, 0), town.spot(1, 0), corner, town.spot(0, 1)]),
            m21=Polygon([town.spot(1, 0), town.spot(2, 0), town.spot(2, 1), corner]),
            m12=Polygon([town.spot(0, 1), corner, town.spot(1, 2), town.spot(0, 2)]),
            m22=Polygon([corner, town.spot(2, 1), town.spot(2, 2), town.spot(1, 2)]),
        ),
        actor="test",
    )
    assert town.TOWN not in published.opened
    after = rows(session)
    assert len(after) == len(before)
    assert len(before.items() - after.items()) == len(published.opened) * len(BANDS) == 6 * len(BANDS)


def test_without_boundaries_there_are_no_shapes(session: Session) -> None:
    assert tiling.rebuild(session) == 0
    assert session.scalar(select(func.count()).select_from(TileShape)) == 0


def test_bands_serve_the_zooms_up_to_their_own() -> None:
    assert [tiling.band_of(zoom) for zoom in (0, 8, 9, 10, 11, 16, 17, 22)] == [8, 8, 10, 10, 12, 16, 24, 24]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), how_many=st.integers(2, 60), band=st.sampled_from(BANDS))
def test_any_tessellation_stays_a_coverage(seed: int, how_many: int, band: int) -> None:
    cells = np.array(patchwork.patches(seed, how_many), dtype=object)
    made = dict(tiling.simplified(tiling.to_mercator(cells)))[band]
    assert shapely.coverage_is_valid(made, gap_width=0.001)
    assert not shapely.is_empty(made).any()
