"""What a file holds, whatever its format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry

from gridmap.errors import Fault
from gridmap.geo.datum import Datum

Progress = Callable[[str, int, int], None]
"""Called as (what is being done, done, total); total is 0 where it can't be known."""


def silent(what: str, done: int, total: int) -> None:
    """The progress of one who does not want to know."""


class Counted(StrEnum):
    """What a row's number counts."""

    LINE = "line"  # of a text file; the header is line 1
    ROW = "row"  # of a sheet; the header is row 1
    FEATURE = "feature"  # from 1


class Row(NamedTuple):
    """One feature or one line.

    Attributes:
        number: which line, sheet row or feature, see `Counted`.
        properties: its values by name as the file has them: text, numbers, None, lists.
        geometry: its place in the file's own coordinates (x or lon first, two dimensions); None where it has none.
        faults: what could not be read of it.
    """

    number: int
    properties: dict[str, Any]
    geometry: BaseGeometry | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Contents:
    """A file read.

    Attributes:
        rows: in the file's order.
        counted: what the rows' numbers count.
        crs: the file's coordinate reference system, in words pyproj understands; None where the file names none.
        datum: the datum the file itself names (GeoJSON's foreign member "datum", a column `datum`).
        heights_dropped: rows whose third dimension was left out.
        members: the other members of a GeoJSON FeatureCollection, apart from its features.
    """

    rows: Sequence[Row]
    counted: Counted
    crs: str | None = None
    datum: Datum | None = None
    heights_dropped: int = 0
    members: Mapping[str, Any] = field(default_factory=dict)


class Kind(StrEnum):
    """What a field of a written layer holds."""

    TEXT = "text"
    NUMBER = "number"
    LIST = "list"  # of JSON values; as JSON text where a format has no lists


@dataclass(frozen=True)
class Field:
    """A field of a layer to be written; `short` is its name where ten letters must do (Shapefile)."""

    name: str
    kind: Kind = Kind.TEXT
    short: str = ""


class Place(StrEnum):
    """What sort of place the rows of a written layer have."""

    POINT = "point"
    AREA = "area"
    NONE = "none"  # A table without places: CSV and Excel only.


@dataclass(frozen=True)
class Layer:
    """Something to be written: WGS-84 degrees, lon first.

    Attributes:
        members: what a GeoJSON FeatureCollection has beside its features.
        tables: what belongs to it and has no place: layers without geometry in a GeoPackage, CSV files beside a Shapefile,
            members of GeoJSON. Other formats have no room for it.
        layers: what lies on top of it with places of its own: layers of a GeoPackage, CSV files (`wkt`) beside a Shapefile,
            FeatureCollections among GeoJSON's members, folders of KML. Other formats have no room for it.
        encoding: of a Shapefile's text: UTF-8 or GBK.
    """

    name: str
    fields: Sequence[Field]
    rows: Sequence[tuple[dict[str, Any], BaseGeometry | None]]
    place: Place
    members: dict[str, Any] = field(default_factory=dict)
    tables: Sequence["Layer"] = ()
    layers: Sequence["Layer"] = ()
    encoding: str = "UTF-8"
