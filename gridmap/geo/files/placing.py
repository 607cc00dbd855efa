"""From the coordinates of a file to WGS-84 degrees: by the datum the sender names and the one the file names, never a guess."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.datum import Datum, to_wgs84
from gridmap.geo.files.contents import Contents, Row

# CGCS2000 agrees with WGS-84 to about a decimetre, so either word is true of the other's coordinates.
_SAME = frozenset({Datum.WGS84, Datum.CGCS2000})
_CGCS2000_NAMES = ("china 2000", "china_2000", "cgcs2000", "china geodetic coordinate system 2000")
_WGS84_NAMES = ("world geodetic system 1984", "wgs 84", "wgs_1984", "wgs84")


@dataclass(frozen=True)
class Placed:
    """Rows in WGS-84 degrees, lon first, and what they were before."""

    rows: Sequence[Row]
    datum: Datum
    crs: str | None


def placed(contents: Contents, datum: Datum | None) -> Placed:
    """Bring every row to WGS-84. Places that can't be on earth become faults of their row.

    Args:
        contents: as read.
        datum: what the sender says; needed unless the file says it.

    Raises:
        Invalid: nobody names the datum, the file's CRS is not known, or the two contradict each other.
    """
    crs = _crs(contents.crs)
    said = contents.datum or (_datum_of(crs) if crs else None)
    _agree(said, datum, contents.crs or str(said))
    shapes = np.array([row.geometry for row in contents.rows], dtype=object)
    if crs is not None and (crs.is_projected or said is None):
        there, faults = _transformed(crs, shapes)
        return Placed(_rows(contents.rows, there, faults), said or Datum.WGS84, contents.crs)
    final = datum or said
    if final is None and not any(row.geometry is not None for row in contents.rows):
        return Placed(contents.rows, Datum.WGS84, contents.crs)  # No coordinates, so none to be wrong about.
    if final is None:
        raise Invalid(
            msg("The file does not say which datum its coordinates are in: name the datum (wgs84, cgcs2000, gcj02 or bd09)"),
            field="datum",
        )
    faults = _off_earth(shapes)
    there = _shifted(said if said is not None else final, shapes, faults)
    return Placed(_rows(contents.rows, there, faults), final, contents.crs)


def _crs(words: str | None) -> CRS | None:
    if words is None:
        return None
    try:
        crs = CRS.from_user_input(words)
    except CRSError as error:
        raise Invalid(
            msg("The file's coordinate reference system is not known: %(crs)s"), field="crs", crs=words[:120]
        ) from error
    if crs.is_engineering or "undefined" in crs.name.lower():  # GeoPackage and GDAL say so when nobody knows.
        return None
    if not (crs.is_geographic or crs.is_projected):
        raise Invalid(msg("The file's coordinate reference system is not known: %(crs)s"), field="crs", crs=crs.name[:120])
    return crs


def _datum_of(crs: CRS) -> Datum | None:
    geodetic = crs.geodetic_crs
    names = "" if geodetic is None else f"{geodetic.name} {geodetic.datum.name if geodetic.datum else ''}".lower()
    if any(name in names for name in _CGCS2000_NAMES):
        return Datum.CGCS2000
    return Datum.WGS84 if any(name in names for name in _WGS84_NAMES) else None


def _agree(said: Datum | None, asked: Datum | None, words: str) -> None:
    if said is None or asked is None or said is asked or {said, asked} <= _SAME:
        return
    raise Invalid(
        msg(
            "The file says its coordinates are %(said)s (%(words)s), you say %(asked)s. One of them is wrong:"
            " name no datum, or take the statement out of the file"
        ),
        field="datum",
        said=said,
        asked=asked,
        words=words[:60],
    )


def _transformed(crs: CRS, shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, Fault]]:
    base = crs.geodetic_crs if _datum_of(crs) is not None else CRS.from_epsg(4326)
    try:
        # A "ballpark" way between two datums is off by up to hundreds of metres, so none is taken.
        way = Transformer.from_crs(crs, base, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise Invalid(msg("There is no exact way from %(crs)s to WGS-84 here"), field="crs", crs=crs.name[:120]) from error
    lost = {}
    there = shapes.copy()
    for i, shape in enumerate(shapes):
        if shape is None:
            continue
        there[i] = shapely.transform(shape, lambda xy: np.column_stack(way.transform(xy[:, 0], xy[:, 1])))
        if not np.isfinite(shapely.get_coordinates(there[i])).all():
            there[i] = None
            lost[i] = Fault("geometry", msg("The place lies outside of where %(crs)s means anything"), {"crs": crs.name[:120]})
    return there, {**lost, **_off_earth(there)}


def _off_earth(shapes: NDArray[np.object_]) -> dict[int, Fault]:
    faults = {}
    bounds = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    sound = (bounds[:, 0] >= -180) & (bounds[:, 2] <= 180) & (bounds[:, 1] >= -90) & (bounds[:, 3] <= 90)
    wide = bounds[:, 2] - bounds[:, 0] > 180
    for i in np.flatnonzero(~sound | wide):
        if shapes[i] is not None:
            faults[int(i)] = _why(bounds[i], wide=bool(wide[i] & sound[i]))
    return faults


def _why(bounds: NDArray[np.float64], *, wide: bool) -> Fault:
    west, _, east, north = (float(number) for number in bounds)
    if wide:
        return Fault("geometry", msg("The shape spans more than half the earth"), {})
    if abs(east) <= 90 and abs(west) <= 90 and 90 < abs(north) <= 180:
        return Fault("lat", msg("Latitude %(lat)s is more than 90: are longitude and latitude swapped?"), {"lat": north})
    return Fault("lon", msg("%(lon)s, %(lat)s are not degrees: metres of a local grid?"), {"lon": east, "lat": north})


def _shifted(datum: Datum, shapes: NDArray[np.object_], faults: dict[int, Fault]) -> NDArray[np.object_]:
    if datum in _SAME:
        return shapes
    good = np.array([i not in faults for i in range(len(shapes))], dtype=bool)
    there = shapes.copy()
    there[good] = shapely.transform(shapes[good], lambda xy: np.column_stack(to_wgs84(datum, xy[:, 0], xy[:, 1])))
    return there


def _rows(rows: Sequence[Row], shapes: NDArray[np.object_], faults: dict[int, Fault]) -> list[Row]:
    return [
        row._replace(geometry=None, faults=(*row.faults, faults[i])) if i in faults else row._replace(geometry=shapes[i])
        for i, row in enumerate(rows)
    ]
