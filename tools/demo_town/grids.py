"""The features of grids.geojson."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import shapely

from tools.demo_town.boundaries import DECIMALS, Town
from tools.demo_town.gazetteer import TOWN_CODE, TOWN_NAME, TOWN_NAME_EN
from tools.demo_town.writing import feature


def lines(town: Town) -> Iterator[str]:
    """The town, its villages, its micro-grids: each level in the order of its codes."""
    villages: list[str] = []
    micros: list[str] = []
    for index, (place, members) in enumerate(groupby(town.micros, key=lambda m: m.place), start=1):
        own = list(members)
        union = shapely.orient_polygons(shapely.coverage_union_all([m.shape for m in own]))
        villages.append(
            feature(union, _properties(place.code, "village", (place.full_name, place.name_en), TOWN_CODE, index), DECIMALS)
        )
        for m in own:
            name = f"{place.full_name}第{m.number}微网格"
            name_en = f"{place.name_en} Micro-grid {m.number}"
            person = 100 + len(micros) + 1
            micros.append(feature(m.shape, _properties(m.code, "micro", (name, name_en), place.code, person), DECIMALS))
    whole = shapely.orient_polygons(shapely.coverage_union_all([m.shape for m in town.micros]))
    yield feature(whole, _properties(TOWN_CODE, "town", (TOWN_NAME, TOWN_NAME_EN), None, 0), DECIMALS)
    yield from villages
    yield from micros


def _properties(code: str, level: str, names: tuple[str, str], parent: str | None, person: int) -> dict[str, str | None]:
    return {
        "code": code,
        "level": level,
        "name": names[0],
        "name_en": names[1],
        "parent": parent,
        "head_name": f"示例网格长{person:03d}",
        "head_phone": f"021-5550-1{person:03d}",
    }
