"""Alerts in the shape that nearly all have, read in a quarter of the time that `AlertBody` takes.

Nothing is refused here: whatever is not quite so is left to `AlertBody`, which has the last word and finds the words for what is
wrong. What is taken here it takes too, to the same effect; a test by property compares the two.
"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson

from gridmap.api.fields import OLDEST
from gridmap.cases.categories import CategoryKey
from gridmap.desk.alerts import Incoming
from gridmap.geo.datum import EQUAL_TO_WGS84

_FIELDS = frozenset((
    *("source", "source_id", "occurred_at", "category", "source_code", "location", "camera_id", "accuracy_m"),
    *("address", "text", "join"),
))  # fmt: skip
_CATEGORY = frozenset(CategoryKey._fields)
_LOCATION = frozenset(("lon", "lat", "datum"))
_KINDS = frozenset(("component", "matter"))
_DATUMS = frozenset(datum.value for datum in EQUAL_TO_WGS84)
_SHORT, _LONG = 40, 500  # Characters: within the limits of every name and of every text.
_WIDEST_M = 50_000
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def plain(line: bytes, *, latest: datetime) -> Incoming | None:
    """The alert of a line of JSON, if it is a plain one and happened until `latest`; its payload is the line as it came."""
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if type(told) is not dict or not told.keys() <= _FIELDS:
        return None
    source, source_id, at = told.get("source", ""), told.get("source_id", ""), _moment(told.get("occurred_at"), latest)
    code, camera, address, text = told.get("source_code"), told.get("camera_id"), told.get("address", ""), told.get("text", "")
    place, accuracy_m, category, join = told.get("location"), told.get("accuracy_m"), told.get("category"), told.get("join", True)
    if not (_is_name(source) and _is_name(source_id) and at and _is_text(address) and _is_text(text) and type(join) is bool):
        return None
    if not ((code is None or _is_name(code)) and (camera is None or _is_name(camera))):
        return None
    if not ((category is None or _is_category(category)) and (place is None or _is_place(place))):
        return None
    if accuracy_m is not None and not (type(accuracy_m) is float and 0 <= accuracy_m <= _WIDEST_M and place):
        return None
    return Incoming(
        source,
        source_id,
        at,
        line.decode(),
        CategoryKey(**category) if category else None,
        code,
        place["lon"] if place else None,
        place["lat"] if place else None,
        camera,
        accuracy_m,
        address,
        text,
        join=join,
    )


def _is_name(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= _SHORT and value.isprintable() and value[0] != " " != value[-1]


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= _LONG and value.isprintable() and value[:1] != " " != value[-1:]


def _moment(value: Any, latest: datetime) -> datetime | None:
    if type(value) is not str or not _MOMENT.fullmatch(value):
        return None
    try:
        at = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):  # No such day, or one beyond the calendar's end.
        return None
    return at if OLDEST <= at <= latest else None


def _is_category(value: Any) -> bool:
    if type(value) is not dict or value.keys() != _CATEGORY:
        return False
    return _is_name(value["standard_ref"]) and _is_name(value["code"]) and _is_name(value["kind"]) and value["kind"] in _KINDS


def _is_place(value: Any) -> bool:
    if type(value) is not dict or value.keys() != _LOCATION:
        return False
    lon, lat, datum = value["lon"], value["lat"], value["datum"]
    numbers = type(lon) is float and type(lat) is float
    return numbers and -180 <= lon <= 180 and -90 <= lat <= 90 and type(datum) is str and datum in _DATUMS
