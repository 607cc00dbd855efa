"""Cases as GeoJSON features, JSON-ready. Pure.

What was said and where is settled before a case opens; how it stands and what it is called, only then. So the two are made
apart, and a feature is the two together.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from gridmap.cases.states import urgency

Facts = dict[str, Any]
_CATEGORY = ("standard_ref", "kind", "code", "name_zh", "name_en", "group_zh", "group_en")


class Grids(NamedTuple):
    """A case's micro-grid, village and town, each with code, name and name_en; None where it has no grid."""

    micro: Facts | orjson.Fragment | None = None
    village: Facts | orjson.Fragment | None = None
    town: Facts | orjson.Fragment | None = None


def feature(row: Mapping[str, Any], at: datetime) -> Facts:
    """A case as a GeoJSON Feature from a row with the columns `cases.lookup` reads; urgency as of `at`."""
    category = None if row["category_id"] is None else {name: row[name] for name in _CATEGORY}
    grids = Grids(_grid(row, 15, "micro"), _grid(row, 12, "village"), _grid(row, 9, "town"))
    named = {"number": row["number"], "alerts": row["alerts"]}
    properties = named | standing(row, at) | said(row, category=category, grids=grids)
    return {"type": "Feature", "id": row["number"], "geometry": point(row), "properties": properties}


_FEATURE = b'{"type":"Feature","id":%b,"geometry":%b,"properties":{"number":%b,"alerts":%d,%b,%b}}'


def written(number: str, alerts: int, geometry: bytes, standing: bytes, said: bytes) -> orjson.Fragment:
    """The same in JSON from parts that were written before; `standing` and `said` are `members`."""
    id_ = orjson.dumps(number)
    return orjson.Fragment(_FEATURE % (id_, geometry, id_, alerts, standing, said))


def members(facts: Facts) -> bytes:
    """What stands between the braces of a JSON object."""
    return orjson.dumps(facts)[1:-1]


def point(row: Mapping[str, Any]) -> Facts | None:
    """Where the case lies; None where nobody knows."""
    return None if row["lon"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


def standing(row: Mapping[str, Any], at: datetime) -> Facts:
    """How the case stands."""
    due, closed, handled = row["due_at"], row["closed_at"], row["handled_at"]
    return {
        "state": str(row["state"]),
        "urgency": urgency(row["received_at"], due, at, done_at=handled or closed).value,
        "due_at": moment_text(due),
        "received_at": moment_text(row["received_at"]),
        "handled_at": moment_text(handled),
        "closed_at": moment_text(closed),
        "version": row["version"],
    }


def said(row: Mapping[str, Any], *, category: Facts | orjson.Fragment | None, grids: Grids) -> Facts:
    """What was said about the case, and in which grids it lies."""
    return {
        "source": row["source"],
        "source_id": row["source_id"],
        "source_code": row["source_code"],
        "category": category,
        "grid": grids.micro,
        "village": grids.village,
        "town": grids.town,
        "trays": [*(["unrouted"] if grids.micro is None else ()), *(["triage"] if category is None else ())],
        "occurred_at": moment_text(row["occurred_at"]),
        "address": row["address"],
        "text": row["text"],
        "accuracy_m": row["accuracy_m"],
        "camera_id": row["camera_id"],
        "ambiguous": row["ambiguous"],
    }


@lru_cache(maxsize=4096)  # Those of a batch are mostly the same few; in whichever zone, the text is the same.
def moment_text(moment: datetime | None) -> str | None:
    """A moment in UTC with a Z."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _grid(row: Mapping[str, Any], digits: int, level: str) -> Facts | None:
    code = row["grid_code"]
    if code is None:
        return None
    return {"code": code[:digits], "name": row[f"{level}_name"], "name_en": row[f"{level}_name_en"]}
