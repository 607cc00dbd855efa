"""The case that an alert may open, drawn up before anybody has to wait for a lock. Pure."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from gridmap.cases import features
from gridmap.cases.categories import KnownCategory
from gridmap.cases.features import Grids
from gridmap.cases.taking import kept_line, said_line
from gridmap.desk.draft import Incoming, Sketch
from gridmap.grids.lookup import Name
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Route


def sketch(
    alert: Incoming, category: KnownCategory | None, route: Route, route_facts: dict[str, Any], index: GridIndex
) -> Sketch:
    """What is known of the case of an alert that is understood and routed by this index."""
    row = _row(alert, category, route, route_facts)
    called = _called.setdefault(index, {})
    grids = called.get(route.grid) or called.setdefault(route.grid, _grids(route.grid, index.names))  # Two threads find the same.
    told = features.said(row, category=category.told if category else None, grids=grids)
    return Sketch(
        row,
        said_line(row),
        kept_line(alert.source, alert.source_id, alert.payload),
        orjson.Fragment(orjson.dumps({"source": alert.source, "source_id": alert.source_id})),
        orjson.dumps(features.point(row)),
        features.members(told),
    )


def _row(alert: Incoming, category: KnownCategory | None, route: Route, route_facts: dict[str, Any]) -> dict[str, Any]:
    lon, lat = route.point or (None, None)
    return {
        "source": alert.source,
        "source_id": alert.source_id,
        "category_id": category.id if category else None,
        "source_code": alert.source_code or (alert.category.code if alert.category and category is None else None),
        "lon": lon,
        "lat": lat,
        "accuracy_m": alert.accuracy_m,
        "address": alert.address,
        "text": alert.text,
        "camera_id": alert.camera_id,
        "media": alert.media,
        "occurred_at": alert.occurred_at,
        "grid_code": route.grid,
        "ambiguous": route.ambiguous,
        "route": route_facts,
    }


# What the grids of an index are called, all three levels, as features tell it in JSON.
_called: WeakKeyDictionary[GridIndex, dict[str | None, Grids]] = WeakKeyDictionary()


def _grids(code: str | None, names: Mapping[str, Name]) -> Grids:
    return Grids() if code is None else Grids(*(_grid(code[:digits], names) for digits in (15, 12, 9)))


def _grid(code: str, names: Mapping[str, Name]) -> orjson.Fragment:
    name = names.get(code)
    return orjson.Fragment(
        orjson.dumps({"code": code, "name": name.name if name else "", "name_en": name.name_en if name else ""})
    )
