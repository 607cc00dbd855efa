"""Shared edges: each is taken out once, redrawn once, and both neighbours are rebuilt from it.

An arc runs between two places where three faces (or two and the outside) meet. Some arcs become
roads (straights with small rounded corners), some creeks (winding); in the centre most are roads.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

import numpy as np
import shapely
from shapely import LineString, Polygon

from tools.demo_town.frame import Floats

FEWEST, MOST = 20, 100
JOIN_METRES = 60.0
_STEP_METRES = 14.0


def arcs_of(faces: Sequence[Polygon]) -> list[LineString]:
    """The edges of a coverage between its junctions, in a fixed order."""
    edges = shapely.unary_union([face.boundary for face in faces])
    merged = shapely.line_merge(edges)
    lines = [line for line in shapely.get_parts([merged]) if isinstance(line, LineString)]
    return sorted((shapely.normalize(line) for line in lines), key=lambda line: line.coords[0])


def joined(lines: list[LineString]) -> list[LineString]:
    """Junctions nearer than JOIN_METRES along a short arc become one crossroads; the arc vanishes."""
    while True:
        short = [line for line in lines if line.length < JOIN_METRES]
        if not short:
            return lines
        gone = min(short, key=lambda line: line.length)
        a, b = gone.coords[0], gone.coords[-1]
        there = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
        lines = [_moved(line, {a, b}, there) for line in lines if line is not gone]


def _moved(line: LineString, ends: set[tuple[float, ...]], there: tuple[float, float]) -> LineString:
    points = list(line.coords)
    for end in (0, -1):
        if points[end] in ends:
            points[end] = there
    return LineString(points)


def redraw(arc: LineString, *, outer: bool, calm: float, rng: Random) -> Floats:
    """The arc with its steps smoothed and its bends drawn; shape (n, 2), 20 <= n <= 100, ends fixed.

    `calm` between 0 and 1: 1 draws the full bends, 0 leaves the arc as it is.
    """
    length = arc.length
    creek = rng.random() < (0.25 if length < 600.0 else 0.5)
    wave = rng.uniform(0.5, 1.0)
    phase = rng.random()
    if calm == 0.0:
        return resample(np.asarray(arc.coords), outer=outer)
    tolerance = 8.0 if outer else min(90.0, 0.13 * length) * calm
    points = np.asarray(arc.simplify(tolerance).coords)
    points = _rounded(points, min(140.0 if creek else 28.0, 0.3 * length))
    points = resample(points, outer=outer)
    if outer:
        return points
    amplitude = wave * calm * min(26.0 if creek else 5.0, (0.05 if creek else 0.012) * length)
    turns = max(1.0, round(length / (420.0 if creek else 700.0)))
    return _waved(points, amplitude, turns, phase)


def resample(points: Floats, *, outer: bool) -> Floats:
    """The line through `points` with 20 to 100 vertices, evenly spaced."""
    line = LineString(points)
    step = _STEP_METRES * (1.5 if outer else 1.0)
    count = min(MOST, max(FEWEST, round(line.length / step)))
    places = np.linspace(0.0, 1.0, count)
    out: Floats = shapely.get_coordinates(shapely.line_interpolate_point(line, places, normalized=True))
    out[0], out[-1] = points[0], points[-1]
    return out


def _rounded(points: Floats, reach: float) -> Floats:
    """Corners cut back by at most `reach` metres on each side and bent round (a quadratic curve)."""
    if len(points) < 3:
        return points
    out = [points[:1]]
    t = np.linspace(0.0, 1.0, 9)[:, None]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, onward = before - corner, after - corner
        back = min(reach, 0.45 * math.hypot(*into), 0.45 * math.hypot(*onward))
        start = corner + into / math.hypot(*into) * back
        end = corner + onward / math.hypot(*onward) * back
        out.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.vstack([*out, points[-1:]])


def _waved(points: Floats, amplitude: float, turns: float, phase: float) -> Floats:
    t = np.linspace(0.0, 1.0, len(points))
    still_at_ends = np.sin(math.pi * t) ** 0.6
    offset = (
        amplitude
        * still_at_ends
        * (np.sin(2 * math.pi * (turns * t + phase)) + 0.4 * np.sin(2 * math.pi * (2.3 * turns * t + 2 * phase)))
    )
    along = np.gradient(points, axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    out: Floats = points + offset[:, None] * np.column_stack([-along[:, 1], along[:, 0]])
    out[0], out[-1] = points[0], points[-1]
    return out
