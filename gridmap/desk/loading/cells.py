"""The values of one row, read one by one; what is wrong with them is collected, not raised. Pure."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import shapely
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gridmap.desk.loading.fields import known
from gridmap.desk.loading.report import Refusal
from gridmap.errors import Fault, msg
from gridmap.geo.files.contents import Row
from gridmap.geo.shapes import snapped

_EARLIEST = datetime(1949, 10, 1, tzinfo=UTC)
_CODES = ("code", "id", "parent", "target", "source_id", "camera_id", "grid", "ref", "phone")
SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.IGNORECASE)  # As spreadsheets write long numbers into CSV.
NO_LETTERS = re.compile("[\0\ud800-\udfff]")  # What neither PostgreSQL nor UTF-8 takes: zero, and halves of surrogate pairs.
_EXACT = 10**15  # Spreadsheets keep 15 digits of a number; what comes after is lost and reads as zeros.


class Cells:
    """A row of a layer.

    Attributes:
        number: its line or feature number.
        values: what belongs to the layer, by its own names; a name that is missing was not in the file.
        faults: everything wrong so far.
    """

    def __init__(self, layer: str, row: Row) -> None:
        self.number = row.number
        self.geometry = row.geometry
        self.values = known(layer, row.properties)
        self.faults = list(row.faults)

    def wrong(self, field: str, text: str, **values: Any) -> None:
        """Note that something is wrong with `field`; `text` is wrapped in `msg` where it is written."""
        fault = Fault(field, text, {"field": field, **values})
        if fault not in self.faults:  # A cell may be looked at twice.
            self.faults.append(fault)

    @property
    def refusals(self) -> list[Refusal]:
        """The faults with the row's number."""
        return [Refusal(self.number, fault) for fault in self.faults]

    def has(self, name: str) -> bool:
        """Whether the file has the column at all; where it has not, what is known already stays."""
        return name in self.values

    def text(self, name: str, *, needed: bool = False, most: int = 500) -> str:
        """A text, "" where there is none; numbers are written out, but not those that lost digits on the way."""
        value = self.values.get(name)
        found = self._written(name, value).strip()
        if name in _CODES and SHORTENED.fullmatch(found):
            self.wrong(name, msg("%(field)s was kept as a number and has lost digits: format the column as text"))
            return ""
        if needed and not found and not any(fault.field == name for fault in self.faults):
            self.wrong(name, msg("%(field)s is missing"))
        if len(found) > most:
            self.wrong(name, msg("%(field)s has %(count)s letters, at most %(most)s are taken"), count=len(found), most=most)
        if NO_LETTERS.search(found):
            self.wrong(name, msg("%(field)s holds characters that are none"))
            return ""
        return found

    def _written(self, name: str, value: Any) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong(name, msg("%(field)s must be text"))
            return ""
        if isinstance(value, float) and (not value.is_integer() or abs(value) >= _EXACT):
            if abs(value) >= _EXACT:
                self.wrong(name, msg("%(field)s was kept as a number and has lost digits: format the column as text"))
                return ""
            return str(value)
        return str(int(value))

    def number_of(self, name: str, least: float, most: float) -> float | None:
        """A finite number from `least` to `most`; None where the cell is empty."""
        value = self.values.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not least <= number <= most:
            self.wrong(
                name,
                msg("%(field)s must be a number from %(least)s to %(most)s, got '%(value)s'"),
                least=least,
                most=most,
                value=str(value)[:40],
            )
            return None
        return number

    def moment(self, name: str, *, now: datetime, ahead: timedelta = timedelta(0), needed: bool = False) -> datetime | None:
        """A moment with its zone, not later than `now + ahead`; None where the cell is empty."""
        text = self.text(name, needed=needed)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.wrong(name, msg("%(field)s is not a time: write 2026-11-22T08:30:00+08:00, not '%(value)s'"), value=text[:40])
            return None
        if moment.tzinfo is None:
            self.wrong(
                name, msg("%(field)s has no time zone: write +08:00 behind '%(value)s' if it is Beijing time"), value=text[:40]
            )
            return None
        if moment.replace(tzinfo=UTC) < _EARLIEST or moment.year > 9990:
            self.wrong(name, msg("%(field)s can't be: %(value)s"), value=text[:40])
            return None
        if moment > now + ahead:
            self.wrong(name, msg("%(field)s lies in the future: %(value)s"), value=text[:40])
        return moment.astimezone(UTC)

    def choice(self, name: str, known_as: Mapping[str, str]) -> str | None:
        """One of the values of `known_as`, found by its keys (words people write); None where the cell is empty."""
        text = self.text(name)
        if not text:
            return None
        found = known_as.get(text) or known_as.get(text.lower())
        if found is None:
            choices = ", ".join(dict.fromkeys(known_as.values()))
            self.wrong(name, msg("%(field)s must be one of %(choices)s, got '%(value)s'"), choices=choices, value=text[:40])
        return found

    def listing(self, name: str, *, most: int = 200) -> list[Any]:
        """A list: as such, as JSON text, or as words between semicolons or 、."""
        value = self.values.get(name)
        if isinstance(value, str):
            text = self.text(name, most=100_000)
            try:
                value = orjson.loads(text) if text.startswith("[") else [part.strip() for part in _split(text) if part.strip()]
            except orjson.JSONDecodeError:
                self.wrong(name, msg('%(field)s is not a list: write ["one", "two"] or one; two'))
                return []
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > most:
            self.wrong(name, msg("%(field)s must be a list of at most %(most)s"), most=most)
            return []
        return value

    def point(self, *, needed: bool = True) -> Point | None:
        """The row's place as a point; None where it has none."""
        shape = _single(self.geometry)
        if shape is None:
            if needed and not self.faults:
                self.wrong("geometry", msg("It has no place"))
            return None
        if not isinstance(shape, Point):
            self.wrong("geometry", msg("It must be a Point, not a %(kind)s"), kind=shape.geom_type)
            return None
        return shape

    def polygon(self, *, to_be_mended: bool = False) -> Polygon | MultiPolygon | None:
        """The row's ground; None where it has none. On the lattice and sound, unless it is `to_be_mended`."""
        shape = self.geometry
        if shape is None:
            return None
        if not isinstance(shape, Polygon | MultiPolygon):
            self.wrong("geometry", msg("It must be a Polygon or MultiPolygon, not a %(kind)s"), kind=shape.geom_type)
            return None
        if to_be_mended:
            return shape
        shape = snapped(shape)
        if not shape.is_valid:
            self.wrong("geometry", msg("The polygon is broken: %(why)s"), why=shapely.is_valid_reason(shape))
            return None
        return shape


def _split(text: str) -> list[str]:
    return text.replace("；", ";").replace("、", ";").split(";")


def _single(shape: BaseGeometry | None) -> BaseGeometry | None:
    """GeoPackage layers often are of the Multi kind, one point in each."""
    return shape.geoms[0] if shape is not None and shape.geom_type == "MultiPoint" and len(shape.geoms) == 1 else shape


class Firsts:
    """Tells of a key that stands in the file more than once, naming the first line."""

    def __init__(self) -> None:
        self._lines: dict[Any, int] = {}

    def check(self, cells: Cells, field: str, key: Any) -> None:
        """Note a fault in `cells` when `key` was there before."""
        first = self._lines.setdefault(key, cells.number)
        if first != cells.number:
            shown = " ".join(key) if isinstance(key, tuple) else str(key)
            cells.wrong(field, msg("%(value)s stands there already in %(first)s"), value=shown[:80], first=first)
