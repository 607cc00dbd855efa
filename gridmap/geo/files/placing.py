"""From the coordinates of a file to WGS-84 degrees: by the datum the sender names and the one the file names, never a guess."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.datum import EQUAL_TO_WGS84, Datum, to_wgs84
from gridmap.geo.files.contents import Contents, Row

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
    found = way(contents.crs, contents.datum, datum)
    if found is None and not any(row.geometry is not None for row in contents.rows):
        return Placed(contents.rows, Datum.WGS84, contents.crs)  # No coordinates, so none to be wrong about.
    if found is None:
        raise unsaid()
    shapes = np.array([row.geometry for row in contents.rows], dtype=object)
    there, faults = _transformed(found, shapes) if found.by is not None else _shifted(found.source, shapes)
    return Placed(_rows(contents.rows, there, faults), found.datum, contents.crs)


@dataclass(frozen=True)
class Way:
    """The way from a file's coordinates to WGS-84 degrees, lon first.

    Attributes:
        datum: which datum the file's coordinates are in.
        source: the datum degrees are shifted from, where there is nothing to project.
        by: the transformation of a projected or foreign reference system; None where coordinates are degrees of `source`.
        name: what that system is called.
    """

    datum: Datum
    source: Datum
    by: Transformer | None = None
    name: str = ""

    def degrees(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Coordinates of the file, shape (n,) each, in WGS-84 degrees; what has no place there is not finite."""
        if self.by is not None:
            lon, lat = self.by.transform(x, y)
            return np.asarray(lon), np.asarray(lat)
        return (x, y) if self.source in EQUAL_TO_WGS84 else to_wgs84(self.source, x, y)


def way(words: str | None, named: Datum | None, asked: Datum | None) -> Way | None:
    """The way from coordinates of a file to WGS-84; None where nobody says what they are.

    Args:
        words: the file's reference system, in words pyproj understands.
        named: the datum the file names beside it.
        asked: what the sender says.

    Raises:
        Invalid: the file's reference system is not known, or the two contradict each other.
    """
    crs = _crs(words)
    said = named or (_datum_of(crs) if crs else None)
    _agree(said, asked, crs.name if crs else str(said))
    if crs is not None and (crs.is_projected or said is None):
        return Way(said or Datum.WGS84, Datum.WGS84, _transformer(crs), crs.name[:120])
    final = asked or said
    return None if final is None else Way(final, said or final)


def unsaid() -> Invalid:
    """Nobody names the datum."""
    return Invalid(
        msg("The file does not say which datum its coordinates are in: name the datum (wgs84, cgcs2000, gcj02 or bd09)"),
        field="datum",
    )


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
    if said is None or asked is None or said is asked or {said, asked} <= EQUAL_TO_WGS84:
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


def _transformer(crs: CRS) -> Transformer:
    base = crs.geodetic_crs if _datum_of(crs) is not None else CRS.from_epsg(4326)
    try:
        # A "ballpark" way between two datums is off by up to hundreds of metres, so none is taken.
        return Transformer.from_crs(crs, base, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise Invalid(msg("There is no exact way from %(crs)s to WGS-84 here"), field="crs", crs=crs.name[:120]) from error


def _transformed(found: Way, shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, Fault]]:
    lost = {}
    there = shapes.copy()
    for i, shape in enumerate(shapes):
        if shape is None:
            continue
        there[i] = shapely.transform(shape, lambda xy: np.column_stack(found.degrees(xy[:, 0], xy[:, 1])))
        if not np.isfinite(shapely.get_coordinates(there[i])).all():
            there[i] = None
            lost[i] = Fault("geometry", msg("The place lies outside of where %(crs)s means anything"), {"crs": found.name})
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


def _shifted(datum: Datum, shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, Fault]]:
    faults = _off_earth(shapes)
    if datum in EQUAL_TO_WGS84:
        return shapes, faults
    good = np.array([i not in faults for i in range(len(shapes))], dtype=bool)
    there = shapes.copy()
    there[good] = shapely.transform(shapes[good], lambda xy: np.column_stack(to_wgs84(datum, xy[:, 0], xy[:, 1])))
    return there, faults


def _rows(rows: Sequence[Row], shapes: NDArray[np.object_], faults: dict[int, Fault]) -> list[Row]:
    return [
        row._replace(geometry=None, faults=(*row.faults, faults[i])) if i in faults else row._replace(geometry=shapes[i])
        for i, row in enumerate(rows)
    ]
