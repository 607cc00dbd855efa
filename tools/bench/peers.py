"""Others that can tell which polygon covers a point. Each is made ready with polygons, then asked for points.

The answer is (m,) positions, -1 where none covers; where a peer names several, the lowest.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Engine, text

from gridmap.routing.index import GridIndex
from tools.bench.which_polygon import which_polygon
from tools.bench.workloads import Answer, Ask, Floats, Shapes

CRS = "EPSG:4326"


def ours(polygons: Shapes) -> Ask:
    """This program's table of cells."""
    index = GridIndex.build([f"{number:09d}" for number in range(len(polygons))], polygons)
    index.prepare()
    return lambda x, y: index.locate(x, y).astype(np.int64)


def tree(polygons: Shapes) -> Ask:
    """shapely's STRtree, asked with the predicate."""
    shapely.prepare(polygons)
    found = shapely.STRtree(polygons)
    return lambda x, y: _lowest(len(x), *found.query(shapely.points(x, y), predicate="intersects"))


def sorted_candidates(polygons: Shapes) -> Ask:
    """shapely's STRtree for candidates by their boxes, then all points of one polygon after the other."""
    shapely.prepare(polygons)
    found = shapely.STRtree(polygons)

    def ask(x: Floats, y: Floats) -> Answer:
        point, polygon = found.query(shapely.points(x, y))
        order = np.argsort(polygon, kind="stable")
        point, polygon = point[order], polygon[order]
        hit = shapely.intersects_xy(polygons[polygon], x[point], y[point])
        return _lowest(len(x), point[hit], polygon[hit])

    return ask


def joined(polygons: Shapes) -> Ask:
    """geopandas.sjoin."""
    areas = geopandas.GeoDataFrame(geometry=polygons, crs=CRS)

    def ask(x: Floats, y: Floats) -> Answer:
        points = geopandas.GeoDataFrame(geometry=shapely.points(x, y), crs=CRS)
        found = points.sjoin(areas, predicate="intersects")
        return _lowest(len(x), found.index.to_numpy(), found["index_right"].to_numpy())

    return ask


def sedona(polygons: Shapes) -> Ask:
    """SedonaDB, its spatial join."""
    import sedonadb  # noqa: PLC0415  # in the group `bench` alone

    context = sedonadb.connect()
    areas = geopandas.GeoDataFrame({"g": np.arange(len(polygons))}, geometry=polygons, crs=CRS)
    context.create_data_frame(areas).to_view("areas", overwrite=True)

    def ask(x: Floats, y: Floats) -> Answer:
        points = geopandas.GeoDataFrame({"i": np.arange(len(x))}, geometry=shapely.points(x, y), crs=CRS)
        context.create_data_frame(points).to_view("points", overwrite=True)
        rule = "SELECT p.i, a.g FROM points p JOIN areas a ON ST_Intersects(a.geometry, p.geometry)"
        found = context.sql(rule).to_pandas()
        return _lowest(len(x), found["i"].to_numpy(), found["g"].to_numpy())

    return ask


def polars(polygons: Shapes) -> Ask:
    """polars-st, its spatial join."""
    import polars_st  # noqa: PLC0415  # in the group `bench` alone

    def frame(name: str, shapes: Shapes) -> Any:
        columns = {name: np.arange(len(shapes)), "geometry": shapely.to_wkb(shapes).tolist()}
        return polars_st.GeoDataFrame(columns).with_columns(geometry=polars_st.from_wkb("geometry"))

    areas = frame("g", polygons)

    def ask(x: Floats, y: Floats) -> Answer:
        found = frame("i", shapely.points(x, y)).st.sjoin(areas, predicate="intersects")
        return _lowest(len(x), found["i"].to_numpy(), found["g"].to_numpy())

    return ask


def postgis(engine: Engine) -> Callable[[Shapes], Ask]:
    """PostGIS: a join on ST_Covers over a GiST index; the points travel as two arrays."""

    def ready(polygons: Shapes) -> Ask:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS area"))
            connection.execute(text("CREATE UNLOGGED TABLE area (g int, geom geometry(Polygon, 4326))"))
            connection.execute(
                text(
                    """
                    INSERT INTO area SELECT g - 1, ST_SetSRID(ST_GeomFromWKB(w), 4326)
                    FROM unnest(CAST(:wkb AS bytea[])) WITH ORDINALITY AS a (w, g)
                    """
                ),
                {"wkb": list(shapely.to_wkb(polygons))},
            )
            connection.execute(text("CREATE INDEX ON area USING gist (geom); ANALYZE area"))

        def ask(x: Floats, y: Floats) -> Answer:
            rule = text(
                """
                SELECT p.i - 1, (SELECT min(g) FROM area WHERE ST_Covers(geom, ST_SetSRID(ST_MakePoint(p.x, p.y), 4326)))
                FROM unnest(CAST(:x AS float8[]), CAST(:y AS float8[])) WITH ORDINALITY AS p (x, y, i)
                """
            )
            with engine.connect() as connection:
                rows = connection.execute(rule, {"x": x.tolist(), "y": y.tolist()}).all()
            return np.array([-1 if g is None else g for _, g in rows], np.int64)

        return ask

    return ready


def known(engine: Engine) -> dict[str, Callable[[Shapes], Ask]]:
    """By name, those that are here; ours first."""
    found: dict[str, Callable[[Shapes], Ask]] = {
        "gridmap": ours,
        "shapely STRtree": tree,
        "shapely, candidates sorted": sorted_candidates,
        "geopandas.sjoin": joined,
    }
    if find_spec("sedonadb"):
        found["SedonaDB"] = sedona
    if find_spec("polars_st"):
        found["polars-st"] = polars
    return found | {"which-polygon": which_polygon, "PostGIS": postgis(engine)}


def _lowest(count: int, point: NDArray[np.integer], polygon: NDArray[np.integer]) -> Answer:
    found = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(found, point, polygon)
    return np.where(found == np.iinfo(np.int64).max, -1, found)
