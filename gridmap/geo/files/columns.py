"""Tables whose place is in columns: lon and lat, or one of well-known text (WKT). For CSV and Excel alike."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Contents, Counted, Progress, Row

ALIASES = {
    "lon": ("lon", "lng", "long", "longitude", "x", "经度", "东经", "经度坐标"),
    "lat": ("lat", "latitude", "y", "纬度", "北纬", "纬度坐标"),
    "wkt": ("wkt", "geometry", "geom", "几何", "边界"),
    "datum": ("datum", "coord_sys", "坐标系", "基准"),
}
_NAMES = {alias: name for name, aliases in ALIASES.items() for alias in aliases}
_DATUM_WORDS = {
    "wgs-84": Datum.WGS84,
    "gcj-02": Datum.GCJ02,
    "bd-09": Datum.BD09,
    "国测局": Datum.GCJ02,
    "火星坐标": Datum.GCJ02,
    "火星坐标系": Datum.GCJ02,
    "百度": Datum.BD09,
    "百度坐标系": Datum.BD09,
    "国家2000": Datum.CGCS2000,
} | {str(datum): datum for datum in Datum}
_EVERY = 5000

Cells = tuple[int, Sequence[Any]]


def contents(header: Sequence[Any], cells: Iterable[Cells], counted: Counted, progress: Progress) -> Contents:
    """Make rows of a table: `header` the column names, `cells` the line numbers and values under them.

    Raises:
        Invalid: two columns of one name, a nameless column with values, no place to be found in any column.
    """
    names = _header(header)
    rows, datums, heights = [], set(), 0
    for number, values in cells:
        row, datum, high = _row(number, names, values)
        rows.append(row)
        heights += high
        datums.add(datum)
        if len(rows) % _EVERY == 0:
            progress("read", len(rows), 0)
    if len(datums) > 1 and datums - {None}:
        raise Invalid(msg("The column 'datum' does not say the same in every line"), field="datum")
    return Contents(rows, counted, None, datum_named(next(iter(datums), None)), heights)


def called(name: str) -> str:
    """What a column is to us: lon, lat, wkt, datum, or as it calls itself."""
    return _NAMES.get(name.strip().lower(), name)


def _header(header: Sequence[Any]) -> list[str]:
    names = ["" if name is None else str(name).strip() for name in header]
    names = [called(name) for name in names]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise Invalid(msg("Columns stand there twice: %(names)s"), field="file", names=", ".join(twice))
    if not any(names):
        raise Invalid(msg("The first line must name the columns"), field="file")
    return names


def datum_named(word: str | None) -> Datum | None:
    """The datum a cell of the column `datum` names. Raises Invalid where it names none that is known."""
    if word is None:
        return None
    datum = _DATUM_WORDS.get(word.lower())
    if datum is None:
        raise Invalid(msg("The file names an unknown datum: '%(datum)s'"), field="datum", datum=word[:40])
    return datum


def _row(number: int, names: list[str], values: Sequence[Any]) -> tuple[Row, str | None, bool]:
    faults = []
    if any(value not in (None, "") for value in values[len(names) :]):
        faults.append(Fault("", msg("There are more cells than columns: %(cells)s"), {"cells": len(values)}))
    elif len(values) < len(names):
        faults.append(Fault("", msg("There are fewer cells than columns: %(cells)s"), {"cells": len(values)}))
    properties = {name: value for name, value in zip(names, values, strict=False) if name}
    given = {name: properties.pop(name, None) for name in ALIASES}
    given = {name: value for name, value in given.items() if value not in (None, "")}
    shape, high = None, False
    if "wkt" in given:
        shape, high, fault = _well_known(given["wkt"])
    else:
        shape, fault = _point(given)
    if fault:
        faults.append(fault)
    datum = str(given["datum"]).strip() if "datum" in given else None
    return Row(number, properties, shape, tuple(faults)), datum, high


def _well_known(text: Any) -> tuple[BaseGeometry | None, bool, Fault | None]:
    try:
        shape = shapely.from_wkt(str(text))
    except shapely.errors.GEOSException as error:
        return None, False, Fault("wkt", msg("The well-known text can't be read: %(why)s"), {"why": str(error)[:200]})
    if not all(map(math.isfinite, shape.bounds)):
        return None, False, Fault("wkt", msg("The geometry is empty or has coordinates that are not finite"), {})
    return shapely.force_2d(shape), bool(shape.has_z), None


def _point(given: dict[str, Any]) -> tuple[BaseGeometry | None, Fault | None]:
    if "lon" not in given and "lat" not in given:
        return None, None
    numbers = []
    for name in ("lon", "lat"):
        if name not in given:
            return None, Fault(name, msg("%(field)s is empty"), {"field": name})
        try:
            number = float(given[name])
        except (TypeError, ValueError):
            number = math.nan
        if not math.isfinite(number) or isinstance(given[name], bool):
            text = str(given[name])[:40]
            return None, Fault(
                name, msg("%(field)s must be a number of degrees, got '%(value)s'"), {"field": name, "value": text}
            )
        numbers.append(number)
    return shapely.Point(numbers), None
