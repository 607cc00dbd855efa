"""A small decoder of Mapbox Vector Tiles 2.1, independent of what encoded them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Feature:
    """One feature; the geometry is in tile units, x to the right, y down."""

    id: int
    properties: dict[str, Any]
    geometry: BaseGeometry


def decode(tile: bytes) -> dict[str, list[Feature]]:
    """The layers by name."""
    return dict(_layer(body) for field, body in _fields(tile) if field == 3)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value: Any
            value, at = _varint(data, at)
        elif key & 7 == 2:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        else:
            size = 8 if key & 7 == 1 else 4
            value, at = data[at : at + size], at + size
        yield key >> 3, value


def _numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _layer(data: bytes) -> tuple[str, list[Feature]]:
    name, keys, values, features = "", [], [], []
    for field, body in _fields(data):
        if field == 1:
            name = body.decode()
        elif field == 2:
            features.append(dict(_fields(body)))
        elif field == 3:
            keys.append(body.decode())
        elif field == 4:
            values.append(_value(body))
        elif field == 5:
            assert body == 4096
    return name, [_feature(feature, keys, values) for feature in features]


def _value(body: bytes) -> Any:
    ((kind, value),) = _fields(body)
    if kind == 1:
        return value.decode()
    return struct.unpack("<d", value)[0] if kind == 3 else value


def _feature(fields: dict[int, Any], keys: list[str], values: list[Any]) -> Feature:
    tags = _numbers(fields.get(2, b""))
    properties = {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
    parts = list(_parts(_numbers(fields[4])))
    return Feature(fields.get(1, 0), properties, Point(parts[0][0]) if fields[3] == 1 else _polygons(parts))


def _parts(commands: list[int]) -> Iterator[list[tuple[int, int]]]:
    at, x, y = 0, 0, 0
    part: list[tuple[int, int]] = []
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 7:
            continue
        for _ in range(count):
            x, y = x + _signed(commands[at]), y + _signed(commands[at + 1])
            at += 2
            if command == 1 and part:
                yield part
                part = []
            part.append((x, y))
    yield part


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _polygons(rings: list[list[tuple[int, int]]]) -> MultiPolygon:
    """Outer rings run clockwise on the screen, which is a positive area where y points down; holes follow their own."""
    found: list[tuple[list[tuple[int, int]], list[list[tuple[int, int]]]]] = []
    for ring in rings:
        area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
        if area > 0:
            found.append((ring, []))
        else:
            found[-1][1].append(ring)
    return MultiPolygon([Polygon(outer, holes) for outer, holes in found])
