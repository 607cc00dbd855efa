"""The grids of the town: 40 villages and communities, cut into micro-grids, all in one coverage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from shapely import LineString, Point, Polygon

from tools.demo_town import arcs, parcels, streets
from tools.demo_town.frame import METRES_PER_LON, Floats, to_degrees, to_plane
from tools.demo_town.gazetteer import PLACES, RING, Place

DECIMALS = 8
_COLUMN_METRES = 350.0


@dataclass(frozen=True, slots=True)
class Micro:
    """A micro-grid: its village, its place in the village's order, its shape in metres and in degrees."""

    place: Place
    number: int
    plane: Polygon
    shape: Polygon

    @property
    def code(self) -> str:
        return f"{self.place.code}{self.number:03d}"


@dataclass(frozen=True, slots=True)
class Town:
    micros: tuple[Micro, ...]
    borders: tuple[LineString, ...]
    """Every edge between two micro-grids or on the outline, in metres."""
    streets: tuple[LineString, ...]
    """Roads and creeks inside the micro-grids, in metres."""


def draw(rng: Random) -> Town:
    """Draw the town. The micro-grids come in the order of their codes."""
    corners = [to_plane(lon, lat) for lon, lat in RING]
    fabric, cuts = streets.blocks(streets.outline(corners, rng), rng)
    fabric.sort(key=lambda block: (round(block.centroid.x, 3), round(block.centroid.y, 3)))
    village_of, micro_of = _labels(fabric)
    faces = _merged(fabric, micro_of)
    owner = {int(m): int(v) for m, v in zip(micro_of, village_of, strict=True)}
    edges = _curved(list(faces.values()), rng)
    shapes = _rebuilt(edges, faces)
    borders = tuple(LineString(edge) for edge in edges)
    micros = tuple(_numbered({m: (owner[m], shapes[m]) for m in faces}))
    return Town(micros, borders, tuple(_inner_streets(cuts, borders)))


def micro_count(place: Place) -> int:
    """How many micro-grids a place of its wanted size is cut into: 1 to 4."""
    if place.is_village:
        return 2 if place.area < 2.4 else 3 if place.area < 3.45 else 4
    return 2 if place.area > 0.42 else 1


def _labels(fabric: list[Polygon]) -> tuple[parcels.Labels, parcels.Labels]:
    centres = np.array([(b.centroid.x, b.centroid.y) for b in fabric])
    areas = np.array([b.area for b in fabric])
    beside = parcels.neighbours(fabric)
    seeds = np.array([(p.u * 1000.0, p.v * 1000.0) for p in PLACES])
    wanted = np.array([p.area for p in PLACES])
    villages = parcels.straighten(parcels.share_out(centres, areas, seeds, wanted, relax=0.5), areas, beside)
    micros = np.zeros_like(villages)
    for index, place in enumerate(PLACES):
        own = np.flatnonzero(villages == index)
        micros[own] = 10 * index + _divided(own, centres, areas, beside, micro_count(place))
    return villages, micros


def _divided(own: parcels.Labels, centres: Floats, areas: Floats, beside: parcels.Beside, count: int) -> parcels.Labels:
    """Labels 0..count-1 for the blocks of one village, seeds spread along its longer side."""
    here = centres[own]
    middle = here.mean(axis=0)
    _, _, axes = np.linalg.svd(here - middle, full_matrices=False)
    spread = (here - middle) @ axes[0]
    quantiles = np.quantile(spread, (np.arange(count) + 0.5) / count)
    sideways = np.where(np.arange(count) % 2 == 0, 120.0, -120.0) * (count > 2)
    seeds = middle + np.outer(quantiles, axes[0]) + np.outer(sideways, axes[1])
    labels = parcels.share_out(here, areas[own], seeds, np.ones(count), relax=1.0)
    position = {int(block): i for i, block in enumerate(own)}
    inner = [{position[j]: metres for j, metres in beside[int(block)].items() if j in position} for block in own]
    return parcels.straighten(labels, areas[own], inner)


def _inner_streets(cuts: list[LineString], borders: tuple[LineString, ...]) -> Iterator[LineString]:
    near = shapely.union_all(borders).buffer(40.0)
    for cut in cuts:
        for piece in shapely.get_parts([shapely.difference(cut, near)]):
            if isinstance(piece, LineString) and piece.length > 150.0:
                yield piece


def _merged(fabric: list[Polygon], labels: parcels.Labels) -> dict[int, Polygon]:
    merged: dict[int, Polygon] = {}
    for label in sorted(set(labels.tolist())):
        parts = [fabric[i] for i in np.flatnonzero(labels == label)]
        whole = shapely.coverage_union_all(parts)
        if not isinstance(whole, Polygon) or whole.interiors:
            raise RuntimeError(f"Cell {label} is not one piece without holes")
        merged[label] = whole
    return merged


def _curved(faces: list[Polygon], rng: Random) -> list[Floats]:
    """Redraw every arc; an arc that would touch another one is drawn calmer until it does not."""
    rim = shapely.coverage_union_all(faces).boundary
    old = arcs.joined(arcs.arcs_of(faces))
    seeds = [rng.random() for _ in old]
    edge = rim.buffer(0.5 + arcs.JOIN_METRES)
    outer = [bool(edge.covers(arc)) and rim.distance(arc.interpolate(0.5, normalized=True)) < 1.0 for arc in old]
    calm = [1.0] * len(old)
    for _ in range(12):
        new = [arcs.redraw(arc, outer=o, calm=c, rng=Random(s)) for arc, o, c, s in zip(old, outer, calm, seeds, strict=True)]
        bad = _touching([LineString(points) for points in new])
        if not bad:
            return new
        for i in bad:
            calm[i] = 0.0 if calm[i] < 0.2 else calm[i] * 0.6
    raise RuntimeError("Some shared edges still touch others")


def _touching(lines: list[LineString]) -> set[int]:
    bad = {i for i, line in enumerate(lines) if not line.is_simple}
    tree = shapely.STRtree(lines)
    for i, j in tree.query(lines, predicate="dwithin", distance=3.0).T:
        if i < j:
            ends = shapely.union_all([Point(lines[k].coords[e]) for k in (i, j) for e in (0, -1)]).buffer(22.0)
            away = shapely.difference(lines[i], ends), shapely.difference(lines[j], ends)
            crosses = shapely.relate_pattern(lines[i], lines[j], "F********") is False
            if crosses or (not away[0].is_empty and away[0].distance(lines[j]) < 3.0):
                bad.update((int(i), int(j)))
    return bad


def _rebuilt(edges: list[Floats], faces: dict[int, Polygon]) -> dict[int, tuple[Polygon, Polygon]]:
    """Faces from the redrawn edges: (metres, degrees) for every label."""
    plane = shapely.get_parts(shapely.polygonize([LineString(e) for e in edges]))
    round_edges = [LineString(to_degrees(e, DECIMALS)) for e in edges]
    shapes = shapely.get_parts(shapely.polygonize(round_edges))
    by_label: dict[int, tuple[Polygon, Polygon]] = {}
    for label, face in faces.items():
        overlap = shapely.area(shapely.intersection(plane, face))
        here = plane[int(overlap.argmax())]
        mark = Point(to_degrees(np.array(shapely.get_coordinates(here.representative_point())), 9)[0])
        by_label[label] = here, next(s for s in shapes if s.covers(mark))
    if not len(plane) == len(shapes) == len(faces) == len({id(s) for _, s in by_label.values()}):
        raise RuntimeError("The redrawn edges do not enclose the same faces")
    return by_label


def _numbered(found: dict[int, tuple[int, tuple[Polygon, Polygon]]]) -> Iterator[Micro]:
    for index, place in enumerate(PLACES):
        own = [shapes for village, shapes in found.values() if village == index]
        for number, (plane, shape) in enumerate(sorted_west_to_east(own), start=1):
            yield Micro(place, number, plane, shapely.orient_polygons(shape))


def sorted_west_to_east(own: list[tuple[Polygon, Polygon]]) -> list[tuple[Polygon, Polygon]]:
    """Columns from west to east, from north to south within a column of some 350 m."""
    ordered: list[tuple[Polygon, Polygon]] = []
    left = sorted(own, key=lambda pair: pair[1].centroid.x)
    while left:
        first = left[0][1].centroid.x
        column = [p for p in left if (p[1].centroid.x - first) * METRES_PER_LON < _COLUMN_METRES]
        ordered += sorted(column, key=lambda pair: -pair[1].centroid.y)
        left = left[len(column) :]
    return ordered
