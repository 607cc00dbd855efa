"""The case that an alert may open, drawn up before anybody has to wait for a lock. Pure."""

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from gridmap.cases import features
from gridmap.cases.categories import KnownCategory
from gridmap.cases.features import Grids
from gridmap.cases.opening import kept_line, said_line
from gridmap.desk.draft import Incoming, Sketch
from gridmap.grids.lookup import Name
from gridmap.routing.index import GridIndex
from gridmap.routing.route import Route


class Names:
    """What the grids of an index are called, all three levels, as features tell it in JSON."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self._names = names
        self._told: dict[str, Grids] = {}

    def of(self, code: str | None) -> Grids:
        """The micro-grid with this code, its village and its town."""
        if code is None:
            return Grids()
        if (found := self._told.get(code)) is None:  # Two threads that both look find the same.
            found = self._told[code] = Grids(*(self._grid(code[:digits]) for digits in (15, 12, 9)))
        return found

    def _grid(self, code: str) -> orjson.Fragment:
        name = self._names.get(code)
        told = {"code": code, "name": name.name if name else "", "name_en": name.name_en if name else ""}
        return orjson.Fragment(orjson.dumps(told))


_known: WeakKeyDictionary[GridIndex, Names] = WeakKeyDictionary()


def names_of(index: GridIndex) -> Names:
    """Those of this index; made once."""
    return _known.get(index) or _known.setdefault(index, Names(index.names))


def sketch(alert: Incoming, category: KnownCategory | None, route: Route, route_facts: dict[str, Any], names: Names) -> Sketch:
    """What is known of the case of an alert that is understood and routed."""
    row = _row(alert, category, route, route_facts)
    grids = names.of(route.grid)
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
