"""Do the places of a file lie in the town, and is their datum the true one?"""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from gridmap.desk.loading import suspicion
from gridmap.desk.loading.cells import Cells
from gridmap.desk.loading.job import Job
from gridmap.desk.loading.report import Refusal
from gridmap.errors import msg
from gridmap.geo.measure import plane_at
from gridmap.grids.lookup import town_outline


def check(job: Job, places: Sequence[tuple[Cells, Point]], known: Mapping[int, Point], *, keep_outside: bool = False) -> None:
    """Refuse (or, with `keep_outside`, only warn of) places outside of the town, and a datum that can't be true.

    Args:
        job: whose report is written.
        places: the rows that have a place.
        known: where the things of some of these rows are known to be, by row number.
    """
    if not places:
        return
    outline = town_outline(job.session)
    compared = [(point, known[cells.number]) for cells, point in places if cells.number in known]
    suspect = suspicion.by_offset(*suspicion.pairs(compared), job.datum)
    if outline is None:
        job.warn("geometry", msg("No grids are in force yet, so places could not be compared with the town"))
    elif outside(job, places, outline, keep_outside=keep_outside) and suspect is None:
        suspect = suspected(job, np.array([(point.x, point.y) for _, point in places]), outline, keep_outside=keep_outside)
    if suspect is not None:
        job.report.refused.insert(0, Refusal(0, suspect.fault))


def suspected(job: Job, xy: suspicion.Places, outline: BaseGeometry, *, keep_outside: bool) -> suspicion.Suspect | None:
    """The datum in which these places (degrees WGS-84, (n, 2)), some of which lie outside, would lie better."""
    reach = _widened(outline, job.terms.nearest_limit_m)
    # What is refused anyway may carry the hint even where it is a single place; what is kept needs better grounds.
    return suspicion.by_outline(xy, job.datum, reach, few=not keep_outside)


def _widened(outline: BaseGeometry, metres: float) -> BaseGeometry:
    plane = plane_at(outline.centroid.x)
    flat = plane.flat(np.array([outline], dtype=object))
    widened: BaseGeometry = plane.degrees(shapely.buffer(flat, metres))[0]
    return widened


def outside(job: Job, places: Sequence[tuple[Cells, Point]], outline: BaseGeometry, *, keep_outside: bool) -> bool:
    """Note the places outside; answers whether there are any."""
    shapely.prepare(outline)
    points = np.array([point for _, point in places], dtype=object)
    out = np.flatnonzero(~shapely.intersects(outline, points))
    if not len(out):
        return False
    plane = plane_at(outline.centroid.x)
    town = plane.flat(np.array([outline], dtype=object))[0]
    metres = shapely.distance(town, plane.flat(points[out]))
    far = [(int(i), float(m)) for i, m in zip(out, metres, strict=True) if not m <= job.terms.nearest_limit_m]
    if keep_outside and far:
        job.warn(
            "geometry",
            msg("%(count)s places lie outside of the town, the furthest %(metres)s m: they go to the unrouted tray"),
            count=len(far),
            metres=f"{max(m for _, m in far):,.0f}",
        )
        return True
    for i, m in far:
        cells, point = places[i]
        place = f"{point.x:.6f}, {point.y:.6f}"
        cells.wrong(
            "geometry", msg("%(place)s lies outside of the town, %(metres)s m from its border"), place=place, metres=f"{m:,.0f}"
        )
    return bool(far)
