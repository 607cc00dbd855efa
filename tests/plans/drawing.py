"""States to draw on: the tiny town, and random partitions dealt out to its villages."""

from collections.abc import Mapping

import shapely
from shapely.geometry import MultiPolygon

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids import coverage
from gridmap.grids.change import GridDraft
from gridmap.plans.state import Base, State
from tests import partitions, town

CELL = town.CELL**2  # The area of a grid of the tiny town, square degrees.
ABOVE = {code: GridDraft(code, f"演示{code[-3:]}") for code in (town.TOWN, *(town.village(x) for x in range(1, 7)))}


def state_of(shapes: Mapping[str, partitions.Shape], ground: str = town.TOWN) -> State:
    """A plan that changed nothing yet, on these micro-grids."""
    micros = {code: GridDraft(code, f"网格{code[-3:]}", head_name="示例", shape=as_multipolygon(s)) for code, s in shapes.items()}
    drafts = ABOVE | micros
    return State(Base(1, drafts, frozenset(drafts)), ground)


def tiny(ground: str = town.TOWN) -> State:
    """The tiny town."""
    return state_of({town.micro(x, y): town.square(x - 1, y - 1) for x in (1, 2, 3) for y in (1, 2, 3)}, ground)


def patchwork(shapes: list[partitions.Shape]) -> State:
    """Shapes as micro-grids of one village."""
    return state_of({partitions.code(i): shape for i, shape in enumerate(shapes)})


def ground_of(state: State) -> float:
    """The area of all micro-grids together, square degrees."""
    return float(sum(shape.area for shape in state.children("").values()))


def flaws(state: State) -> list[str]:
    """What the grids' own judge says."""
    return [str(problem) for problem in coverage.problems(state.children(""))]


def outline(state: State) -> MultiPolygon:
    """The union of all micro-grids."""
    return as_multipolygon(shapely.union_all(list(state.children("").values())))


def ring(*cells: tuple[float, float]) -> list[tuple[float, float]]:
    """Places, told in cells of the tiny town."""
    return [town.spot(x, y) for x, y in cells]


def sizes(state: State, *codes: str) -> list[float]:
    """Areas in cells."""
    return [round(state.shape(code).area / CELL, 6) for code in codes]
