"""Whatever is drawn, in whatever order, on whatever partition: no gap, no overlap, not a square centimetre lost, and back again."""

from collections.abc import Callable

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridmap.errors import Invalid
from gridmap.plans.operations.balancing import divide
from gridmap.plans.operations.merging import merge
from gridmap.plans.operations.moving import Move, add_vertex, move, remove_vertex
from gridmap.plans.operations.numbering import rehome, renumber
from gridmap.plans.operations.proposing import propose
from gridmap.plans.operations.redrawing import absorb, assign, redraw
from gridmap.plans.operations.splitting import Keep, split
from gridmap.plans.state import Delta, State
from tests import partitions, town
from tests.plans.drawing import flaws, ground_of, outline, patchwork

FRAME_M2 = partitions.FRAME.area
LOST = 4e-10  # Square degrees: half a millimetre along some 40 km of border.
Deed = Callable[[State, st.DataObject], Delta]


def _code(state: State, data: st.DataObject) -> str:
    return data.draw(st.sampled_from(sorted(state.children(""))))


def _spots(data: st.DataObject, least: int, most: int) -> list[tuple[float, float]]:
    return data.draw(st.lists(partitions.spots(), min_size=least, max_size=most, unique=True))


def _move(state: State, data: st.DataObject) -> Delta:
    """Half a metre at most, and no further than the grids are apart, so that what moves crosses nothing."""
    corners = shapely.get_coordinates(list(state.children("").values()))
    inside = [tuple(xy) for xy in corners.tolist() if partitions.FRAME.boundary.distance(shapely.Point(xy)) > 1e-7]
    assume(inside)
    start = data.draw(st.sampled_from(inside))
    room = min(float(shapely.minimum_clearance(shape)) for shape in state.near(shapely.Point(start)).values()) / 4
    assume(room > 4e-8)  # Nearer than that, rounding to the lattice alone can cross a neighbour.
    step = st.floats(-min(room, 5e-6), min(room, 5e-6))
    return move(state, [Move(start, (start[0] + data.draw(step), start[1] + data.draw(step)))])


def _add(state: State, data: st.DataObject) -> Delta:
    ring = shapely.get_coordinates(state.shape(_code(state, data)).geoms[0].exterior)
    at = data.draw(st.integers(0, len(ring) - 2))
    one, other = ring[at].tolist(), ring[at + 1].tolist()
    return add_vertex(state, (tuple(one), tuple(other)), ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2))


def _remove(state: State, data: st.DataObject) -> Delta:
    """Only corners that lie in line with those beside them: others may cut off a neighbour's corner."""
    corners = [tuple(xy) for xy in shapely.get_coordinates(state.shape(_code(state, data))).tolist()]
    step = remove_vertex(state, data.draw(st.sampled_from(corners)))
    assume(flaws(state.then(step)) == [] and abs(ground_of(state.then(step)) - FRAME_M2) < LOST / 4)
    return step


def _assign(state: State, data: st.DataObject) -> Delta:
    return assign(state, _spots(data, 3, 5), _code(state, data), _code(state, data))


def _divide(state: State, data: st.DataObject) -> Delta:
    points = [(x, y, 1.0) for x, y in _spots(data, 0, 20)]
    return divide(state, _code(state, data), data.draw(st.integers(2, 4)), points=points)


def _propose(state: State, data: st.DataObject) -> Delta:
    return propose(state, _code(state, data)[:12], data.draw(st.integers(2, 3)))


def _renumber(state: State, data: st.DataObject) -> Delta:
    return renumber(state, _code(state, data)[:12])


DEEDS: list[Deed] = [
    _move,
    _add,
    _remove,
    _assign,
    _divide,
    _renumber,
    _propose,
    lambda state, data: split(state, _code(state, data), _spots(data, 2, 4), data.draw(st.sampled_from(Keep))),
    lambda state, data: merge(state, [_code(state, data), _code(state, data)]),
    lambda state, data: redraw(state, _code(state, data), _spots(data, 3, 6)),
    lambda state, data: absorb(state, _code(state, data), _spots(data, 3, 4)),
    lambda state, data: rehome(state, _code(state, data), data.draw(st.sampled_from([town.village(1), town.village(2)]))),
]


def drawn(state: State, data: st.DataObject, most: int) -> list[State]:
    """The states of a random plan; deeds that are refused change nothing."""
    states = [state]
    for deed in data.draw(st.lists(st.sampled_from(DEEDS), min_size=1, max_size=most)):
        try:
            states.append(states[-1].then(deed(states[-1], data)))
        except Invalid:
            continue
    return states


@settings(max_examples=15)
@given(partitions.partitions(), st.data())
def test_a_partition_stays_one(shapes: list[partitions.Shape], data: st.DataObject) -> None:
    for state in drawn(patchwork(shapes), data, 6):
        assert flaws(state) == []
        assert ground_of(state) == pytest.approx(FRAME_M2, abs=LOST)
        assert outline(state).symmetric_difference(partitions.FRAME).area < LOST
        assert all(shape.is_valid for shape in state.children("").values())


@settings(max_examples=30)
@given(partitions.patchworks(), st.data())
def test_so_do_grids_in_parts_and_with_holes(shapes: list[partitions.Shape], data: st.DataObject) -> None:
    for state in drawn(patchwork(shapes), data, 4):
        assert flaws(state) == []
        assert ground_of(state) == pytest.approx(FRAME_M2, abs=LOST)


@settings(max_examples=8)
@given(partitions.partitions(), st.data())
def test_what_a_plan_comes_to_is_what_differs(shapes: list[partitions.Shape], data: st.DataObject) -> None:
    first, *_, last = [patchwork(shapes), *drawn(patchwork(shapes), data, 5)]
    change = last.change()
    after = {code: draft for code, draft in first.base.drafts.items() if code not in change.retired} | dict(change.grids)
    assert {code: draft.shape for code, draft in after.items() if draft.shape} == {
        code: last.grid(code).shape for code in last.children("")
    }
    assert change.retired <= first.base.drafts.keys()
    assert not change.retired & change.grids.keys()
    assert all(set(codes) <= first.base.drafts.keys() for codes in change.sources.values())
    assert change.sources.keys() == {code for code in change.grids if code not in first.base.drafts}
