"""A deed in a town of 5,000 grids: done, judged and told in less than 300 ms of work, whatever it is."""

from collections.abc import Callable
from time import thread_time

import pytest
import shapely

from gridmap.plans.deeds import apply
from gridmap.plans.flaws import Limits
from gridmap.plans.operations.numbering import touching
from gridmap.plans.problems import problems
from gridmap.plans.state import State
from gridmap.plans.topojson import as_topojson
from gridmap.plans.topology import topology
from tests import patchwork
from tests.plans.drawing import state_of
from tests.town import village

BUDGET_S = 0.3


@pytest.fixture(scope="module")
def town() -> State:
    """5,000 grids in six villages, some of them drawn already."""
    cells = sorted(patchwork.patches(1, 5_000), key=lambda cell: cell.centroid.x)
    state = state_of({f"{village(1 + i // 900)}{1 + i % 900:03d}": cell for i, cell in enumerate(cells)})
    assert len(state.base.tree) == 5_000
    for code in state.base.micros[:800:64]:
        state = state.then(apply(state, "divide", {"code": code, "parts": 2}))
    return state


def _middle(state: State) -> str:
    return state.base.micros[2_500]


def _split(state: State) -> tuple[str, dict[str, object]]:
    west, south, east, north = state.shape(_middle(state)).bounds
    return "split", {"code": _middle(state), "line": [[west, (south + north) / 2], [east, (south + north) / 2]]}


def _move(state: State) -> tuple[str, dict[str, object]]:
    x, y = shapely.get_coordinates(state.shape(_middle(state)))[0].tolist()
    return "move", {"moves": [{"from": [x, y], "to": [x + 1e-6, y]}]}


def _merge(state: State) -> tuple[str, dict[str, object]]:
    here = state.shape(_middle(state))
    beside = (code for code, shape in state.near(here).items() if code != _middle(state) and touching(here, shape))
    return "merge", {"codes": [_middle(state), next(beside)]}


def _redraw(state: State) -> tuple[str, dict[str, object]]:
    outline = shapely.buffer(state.shape(_middle(state)).centroid, 0.0002, quad_segs=4)
    return "redraw", {"code": _middle(state), "outline": shapely.get_coordinates(outline).tolist()}


def _divide(state: State) -> tuple[str, dict[str, object]]:
    return "divide", {"code": _middle(state), "parts": 4}


@pytest.mark.parametrize("deed", [_move, _split, _divide, _merge, _redraw])
def test_a_deed_costs_what_it_touches(town: State, deed: Callable[[State], tuple[str, dict[str, object]]]) -> None:
    name, body = deed(town)
    apply(town, name, body)  # What is imported and built at the first call is not the deed's.
    began = thread_time()
    delta = apply(town, name, body)
    after = town.then(delta)
    found = problems(after, Limits(width_m=1), delta.codes)
    told = as_topojson(topology(after.around(after.around(delta.codes))), {})
    spent = thread_time() - began
    assert told["arcs"]
    assert {problem.flaw for problem in found} <= {"unheaded"}
    assert spent < BUDGET_S, f"{name}: {spent * 1000:.0f} ms"
