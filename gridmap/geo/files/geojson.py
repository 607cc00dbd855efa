"""GeoJSON, strictly: RFC 7946, with the `crs` member of its 2008 forerunner where a file still has one.

Python's json module is lenient (NaN, Infinity, the same key twice); here those are faults of the feature they are in.
"""

import json
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Contents, Counted, Layer, Progress, Row

_TWICE = "\0twice"  # No key of a parsed object can clash with it and mean something.
_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_OWN = ("type", "features", "geometry", "properties", "crs", "datum")
_EVERY = 5000


class _UnfitError(Exception):
    def __init__(self, text: str, **values: object) -> None:
        self.fault = Fault("geometry", text, values)
        super().__init__(str(self.fault))


def read(path: Path, progress: Progress) -> Contents:
    """Read a FeatureCollection or a single Feature; numbers count features from 1.

    Raises:
        Invalid: the file as a whole is not GeoJSON.
    """
    whole = _parsed(path.read_bytes())
    kind = whole.get("type")
    if _TWICE in whole:
        raise Invalid(msg("The file has the key '%(key)s' twice"), field="file", key=whole[_TWICE])
    features = [whole] if kind == "Feature" else whole.get("features") if kind == "FeatureCollection" else None
    if not isinstance(features, list):
        raise Invalid(msg("The file is not a GeoJSON FeatureCollection"), field="file")
    rows, heights = [], 0
    for number, feature in enumerate(features, start=1):
        row, high = _row(number, feature)
        rows.append(row)
        heights += high
        if number % _EVERY == 0:
            progress("read", number, len(features))
    members = {key: value for key, value in whole.items() if key not in _OWN}
    return Contents(rows, Counted.FEATURE, _crs(whole), _datum(whole), heights, members)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [key for key, _ in pairs]
        made[_TWICE] = next(key for key in names if names.count(key) > 1)
    return made


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Invalid(msg("GeoJSON is UTF-8, and this is not: line %(line)s"), field="file", line=line) from error
    except json.JSONDecodeError as error:
        raise Invalid(
            msg("The file is not JSON: %(why)s in line %(line)s, column %(column)s"),
            field="file",
            why=error.msg,
            line=error.lineno,
            column=error.colno,
        ) from error
    except (ValueError, RecursionError) as error:  # An integer of thousands of digits; brackets nested a thousand deep.
        raise Invalid(msg("The file is not JSON anyone could mean: %(why)s"), field="file", why=str(error)[:200]) from error
    if not isinstance(whole, dict):
        raise Invalid(msg("The file is not a GeoJSON FeatureCollection"), field="file")
    return whole


def _crs(whole: dict[str, Any]) -> str | None:
    crs = whole.get("crs")
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        raise Invalid(msg("The file's member 'crs' names no coordinate reference system"), field="crs")
    return name


def _datum(whole: dict[str, Any]) -> Datum | None:
    datum = whole.get("datum")
    if datum is None:
        return None
    if datum not in list(Datum):
        raise Invalid(msg("The file names an unknown datum: '%(datum)s'"), field="datum", datum=str(datum)[:40])
    return Datum(datum)


def _row(number: int, feature: object) -> tuple[Row, bool]:
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return Row(number, {}, None, (Fault("", msg("This is not a GeoJSON Feature"), {}),)), False
    faults = list(_doubles(feature))
    properties = feature.get("properties")
    if properties is None:
        properties = {}
    if not isinstance(properties, dict):
        faults.append(Fault("properties", msg("'properties' must be an object or null"), {}))
        properties = {}
    faults.extend(_not_numbers(properties))
    try:
        shape, high = _shape(feature["geometry"]) if feature.get("geometry") is not None else (None, False)
    except _UnfitError as unfit:
        return Row(number, properties, None, (*faults, unfit.fault)), False
    if "geometry" not in feature:
        faults.append(Fault("geometry", msg("A Feature needs the member 'geometry', if only null"), {}))
    return Row(number, properties, shape, tuple(faults)), high


def _doubles(value: object) -> Iterator[Fault]:
    if isinstance(value, dict):
        if _TWICE in value:
            yield Fault(str(value[_TWICE]), msg("The key '%(key)s' stands there twice"), {"key": value[_TWICE]})
        for key in ("geometry", "properties"):
            yield from _doubles(value.get(key))


def _not_numbers(properties: dict[str, Any]) -> Iterator[Fault]:
    for key, value in properties.items():
        if isinstance(value, float) and not math.isfinite(value):
            yield Fault(key, msg("%(field)s is not a finite number"), {"field": key})


def _shape(geometry: object) -> tuple[BaseGeometry, bool]:
    if not isinstance(geometry, dict):
        raise _UnfitError(msg("'geometry' must be an object or null"))
    kind = geometry.get("type")
    if kind not in _DEPTHS:
        raise _UnfitError(msg("Geometry of type '%(kind)s' is not taken"), kind=str(kind)[:40])
    coordinates = geometry.get("coordinates")
    high = [False]
    if kind == "Point":
        return shapely.Point(_position(coordinates, high)), high[0]
    parts = _positions(coordinates, _DEPTHS[kind], high)
    if kind in ("Polygon", "MultiPolygon"):
        _check_rings(parts if kind == "MultiPolygon" else [parts])
    try:
        return _BUILD[kind](parts), high[0]
    except (ValueError, shapely.errors.GEOSException) as error:
        raise _UnfitError(msg("The geometry can't be built: %(why)s"), why=str(error)[:200]) from error


_BUILD: dict[str, Any] = {
    "MultiPoint": shapely.MultiPoint,
    "LineString": shapely.LineString,
    "MultiLineString": shapely.MultiLineString,
    "Polygon": lambda rings: shapely.Polygon(rings[0], rings[1:]),
    "MultiPolygon": lambda parts: shapely.MultiPolygon([(rings[0], rings[1:]) for rings in parts]),
}


def _positions(value: object, depth: int, high: list[bool]) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise _UnfitError(msg("The geometry has no coordinates, or too few brackets around them"))
    if depth == 1:
        return [_position(item, high) for item in value]
    return [_positions(item, depth - 1, high) for item in value]


def _position(value: object, high: list[bool]) -> tuple[float, float]:
    if not isinstance(value, list) or not 2 <= len(value) <= 3:
        raise _UnfitError(msg("A position is two or three numbers in brackets, got %(what)s"), what=str(value)[:60])
    for number in value:
        if type(number) not in (int, float) or not math.isfinite(number):
            raise _UnfitError(msg("A coordinate is a finite number, got %(what)s"), what=repr(number)[:60])
    if len(value) == 3:
        high[0] = True
    return float(value[0]), float(value[1])


def _check_rings(polygons: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> None:
    for polygon in polygons:
        for ring in polygon:
            if len(ring) < 4:
                raise _UnfitError(msg("A polygon's ring needs at least 4 positions, got %(count)s"), count=len(ring))
            if ring[0] != ring[-1]:
                raise _UnfitError(
                    msg("A polygon's ring must end where it begins, at %(lon)s, %(lat)s"), lon=ring[0][0], lat=ring[0][1]
                )


def write(path: Path, layer: Layer) -> None:
    """Write the layer, one feature a line, so that a change of one feature is a change of one line."""
    members = {"type": "FeatureCollection", "name": layer.name, "datum": str(Datum.WGS84), **layer.members}
    members |= {table.name: [facts for facts, _ in table.rows] for table in layer.tables}
    members |= {one.name: {"type": "FeatureCollection", "features": [_feature(*row) for row in one.rows]} for one in layer.layers}
    with path.open("wb") as out:
        lines = b",\n".join(orjson.dumps(key) + b":" + orjson.dumps(value) for key, value in members.items())
        out.write(b"{" + lines + b',\n"features":[')
        for i, row in enumerate(layer.rows):
            out.write((b",\n" if i else b"\n") + orjson.dumps(_feature(*row)))
        out.write(b"\n]}\n")


def _feature(properties: dict[str, Any], shape: BaseGeometry | None) -> dict[str, Any]:
    return {"type": "Feature", "geometry": None if shape is None else _plain(shape), "properties": properties}


def _plain(shape: BaseGeometry) -> dict[str, Any]:
    if shape.geom_type == "Point":
        return {"type": "Point", "coordinates": [shape.x, shape.y]}
    return dict(mapping(shape))
