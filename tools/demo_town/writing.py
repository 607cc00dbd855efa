"""GeoJSON files, one feature a line, so that a change shows up as a change of lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

NOTICE = {
    "zh": "演示数据：名称和区划代码取自公开资料，边界、点位、人员、电话和案件均为虚构，不得用于实际管理。",
    "en": "Demo data: names and codes come from public sources; boundaries, places, people, telephone"
    " numbers and cases are invented. Not for real use.",
}

Properties = Mapping[str, Any]


def feature(geometry: BaseGeometry | None, properties: Properties, decimals: int) -> str:
    """One GeoJSON feature as one line of text."""
    shape = None if geometry is None else _rounded(mapping(geometry), decimals)
    whole = {"type": "Feature", "geometry": shape, "properties": dict(properties)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


def write(path: Path, name: str, features: Iterable[str], members: Properties) -> None:
    """Write a FeatureCollection with its foreign members (name, synthetic, notice ...)."""
    head = {"name": name, "synthetic": True, "notice": NOTICE, **members}
    lines = [f"{json.dumps(key)}:{json.dumps(value, ensure_ascii=False)}," for key, value in head.items()]
    text = '{"type":"FeatureCollection",\n' + "\n".join(lines)
    text += '\n"features":[\n' + ",\n".join(features) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def _rounded(value: Any, decimals: int) -> Any:
    if isinstance(value, float):
        return round(value, decimals)
    if isinstance(value, list | tuple):
        return [_rounded(item, decimals) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item, decimals) for key, item in value.items()}
    return value
