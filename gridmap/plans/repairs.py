"""What would mend a problem: deeds with all they take, the likeliest first. Pure."""

from collections.abc import Iterable, Mapping

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from gridmap.plans.flaws import Repair
from gridmap.plans.rings import shared_border

MOST = 3  # More than that to choose from is no help.


def by_shared_border(ground: BaseGeometry, shapes: Mapping[str, MultiPolygon]) -> list[str]:
    """The codes of those that share a border with a piece of ground, the longest first."""
    lengths = {code: shared_border(ground, shape) for code, shape in shapes.items()}
    return sorted((code for code in lengths if lengths[code] > 0), key=lambda code: (-lengths[code], code))


def outline(ground: BaseGeometry) -> list[list[float]]:
    """The outer ring of a polygon as a deed takes it."""
    ring: list[list[float]] = shapely.get_coordinates(shapely.get_exterior_ring(ground)).tolist()
    return ring


def absorbing(ground: BaseGeometry, codes: Iterable[str]) -> list[Repair]:
    """Let one of these have the ground."""
    return [Repair("absorb", {"code": code, "outline": outline(ground)}) for code in list(codes)[:MOST]]


def assigning(ground: BaseGeometry, code: str, others: Iterable[str]) -> list[Repair]:
    """Give a piece of a grid to one of its neighbours."""
    return [Repair("assign", {"piece": outline(ground), "code": code, "to": other}) for other in list(others)[:MOST]]


def merging(code: str, others: Iterable[str]) -> list[Repair]:
    """Let one of the neighbours take in a grid."""
    return [Repair("merge", {"codes": [code, other], "into": other}) for other in list(others)[:MOST]]
