"""Every kind of problem: where it is, how large, and whether what is offered mends it."""

from collections.abc import Callable

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import Invalid
from gridmap.grids.change import GridDraft
from gridmap.plans.deeds import apply
from gridmap.plans.flaws import Flaw, Limits, Problem
from gridmap.plans.operations.moving import Move, move
from gridmap.plans.problems import problems, worst_first
from gridmap.plans.state import Base, Delta, State
from tests import partitions, town
from tests.plans.drawing import flaws, patchwork, ring, tiny
from tests.town import micro, spot, square

LIMITS = Limits(least_m2=1_000, most_m2=2_200_000, width_m=1)
CELL_M2 = 948 * 1109
FRESH = f"{town.village(1)}004"


def moved(*moves: tuple[tuple[float, float], tuple[float, float]]) -> State:
    """The tiny town with corners moved, told in cells."""
    return tiny().then(move(tiny(), [Move(spot(*start), spot(*end)) for start, end in moves]))


def shaped(**shapes: shapely.Geometry) -> State:
    """The tiny town with some grids of another shape, however wrong; `m11` is the south-western one."""
    state = tiny()
    drafts = {}
    for cell, shape in shapes.items():
        code = micro(int(cell[1]), int(cell[2]))
        drafts[code] = GridDraft(code, "画错的", head_name="示例", shape=shapely.MultiPolygon(shapely.get_parts(shape)))
    return state.then(Delta(drafts))


def fresh(**facts: str) -> State:
    """The tiny town whose south-western grid has a new code."""
    state = tiny()
    drawn = GridDraft(FRESH, "新网格", shape=state.shape(micro(1, 1)), **facts)
    return state.then(Delta({micro(1, 1): None, FRESH: drawn}, {FRESH: (micro(1, 1),)}))


def retired() -> State:
    """… and the code is one that was used before."""
    state = fresh(head_name="示例")
    base = Base(1, state.base.drafts, state.base.known | {FRESH})
    return State(base, state.ground, state.changed, state.sources)


SMALL = square(0, 0, width=0.03, height=0.03)
THIN = square(0, 0, width=0.0009)
BOW = shapely.Polygon(ring((0, 0), (1, 1), (1, 0), (0, 1)))
CASES: list[tuple[Flaw, Callable[[], State], tuple[str, ...], float]] = [
    (Flaw.CROSSING, lambda: shaped(m11=BOW), (micro(1, 1),), 0),
    (Flaw.GAP, lambda: moved(((0, 0), (0.5, 0.5))), (micro(1, 1),), CELL_M2 / 2),
    (Flaw.GAP, lambda: shaped(m22=square(1, 1, width=0.5)), (micro(2, 1), micro(2, 2), micro(2, 3), micro(3, 2)), CELL_M2 / 2),
    (Flaw.OVERLAP, lambda: shaped(m22=square(0.5, 1, width=1.5)), (micro(1, 2), micro(2, 2)), CELL_M2 / 2),
    (Flaw.OUTSIDE, lambda: moved(((0, 0), (-1, 0))), (micro(1, 1),), CELL_M2 / 2),
    (Flaw.UNNODED, lambda: shaped(m11=shapely.Polygon(ring((0, 0), (1, 0), (1, 0.5), (1, 1), (0, 1)))), (micro(1, 1), micro(2, 1)), 0),
    (Flaw.SCATTERED, lambda: shaped(m11=square(0, 0).union(square(0, 1.5, height=0.5)), m12=square(0, 1, height=0.5)), (micro(1, 1),), 0),
    (Flaw.HOLE, lambda: shaped(m22=square(1, 1).difference(square(1.2, 1.2, width=0.5, height=0.5)), m11=square(1.2, 1.2, width=0.5, height=0.5), m12=square(0, 0, height=2)), (micro(2, 2), micro(1, 1)), CELL_M2 / 4),
    (Flaw.TOO_SMALL, lambda: shaped(m11=SMALL, m12=square(0, 0, height=2).difference(SMALL)), (micro(1, 1),), CELL_M2 * 0.0009),
    (Flaw.SLIVER, lambda: shaped(m11=THIN, m21=square(0.0009, 0, width=1.9991)), (micro(1, 1),), 948),
    (Flaw.TOO_LARGE, lambda: shaped(m11=square(0, 0, height=2.5), m12=square(0, 2.5, height=0.3), m13=square(0, 2.8, height=0.2)), (micro(1, 1),), CELL_M2 * 2.5),
    (Flaw.CODE_USED, retired, (FRESH,), CELL_M2),
    (Flaw.UNHEADED, fresh, (FRESH,), CELL_M2),
]  # fmt: skip


def of(flaw: Flaw, state: State) -> list[Problem]:
    return [problem for problem in problems(state, LIMITS) if problem.flaw is flaw]


@pytest.mark.parametrize(("flaw", "make", "codes", "size"), CASES, ids=[str(case[0]) for case in CASES])
def test_a_problem_has_its_place_its_size_and_its_sentence(
    flaw: Flaw, make: Callable[[], State], codes: tuple[str, ...], size: float
) -> None:
    state = make()
    found = of(flaw, state)[0]
    assert set(found.codes) == set(codes)
    if size:
        assert found.area_m2 == pytest.approx(size, rel=0.02)
    assert found.geometry.distance(shapely.Point(found.lon, found.lat)) < 1e-9
    assert str(found)
    assert found.unfinished is (flaw is Flaw.UNHEADED)


@pytest.mark.parametrize(("flaw", "make", "codes", "size"), CASES[:-1], ids=[str(case[0]) for case in CASES[:-1]])
def test_each_repair_mends_it(flaw: Flaw, make: Callable[[], State], codes: tuple[str, ...], size: float) -> None:
    state = make()
    found = of(flaw, state)[0]
    assert found.repairs
    for repair in found.repairs:
        mended = state.then(apply(state, repair.deed, repair.body))
        left = [problem for problem in of(flaw, mended) if problem.geometry.equals(found.geometry)]
        assert left == []


def test_a_plan_that_changes_nothing_has_no_problem() -> None:
    assert problems(tiny(), LIMITS) == []
    back = moved(((1, 1), (1.2, 1.2)))
    assert problems(back.then(move(back, [Move(spot(1.2, 1.2), spot(1, 1))])), LIMITS) == []


def test_what_a_grid_was_like_before_is_no_problem_of_the_plans() -> None:
    small = Limits(least_m2=1e9)
    state = tiny()
    assert problems(state.then(apply(state, "rename", {"code": micro(1, 1), "name": "新名"})), small) == []


def test_mistakes_come_before_what_is_unfinished() -> None:
    state = fresh()
    state = state.then(move(state, [Move(spot(3, 3), spot(2.5, 2.5))]))
    assert [p.flaw for p in worst_first(problems(state, LIMITS))] == [Flaw.GAP, Flaw.UNHEADED]


def test_only_what_is_asked_for_is_looked_at() -> None:
    state = moved(((0, 0), (0.5, 0.5)), ((3, 3), (2.5, 2.5)))
    assert [p.codes for p in problems(state, LIMITS, [micro(3, 3)])] == [(micro(3, 3),)]


@settings(max_examples=25)
@given(partitions.partitions(), st.data())
def test_the_plans_judge_and_the_grids_agree(shapes: list[partitions.Shape], data: st.DataObject) -> None:
    """Corners dragged anywhere inside of the town: wherever the grids' own judge sees a mistake, so does the plan's, and
    nowhere else."""
    state = patchwork(shapes)
    corners = [tuple(xy) for xy in shapely.get_coordinates(shapes).tolist()]
    inside = [xy for xy in corners if partitions.FRAME.boundary.distance(shapely.Point(xy)) > 1e-7]
    if not inside:
        return
    try:
        state = state.then(move(state, [Move(data.draw(st.sampled_from(inside)), data.draw(partitions.spots()))]))
    except Invalid:
        return
    mistakes = {Flaw.CROSSING, Flaw.GAP, Flaw.OVERLAP, Flaw.UNNODED, Flaw.OUTSIDE}
    ours = [problem for problem in problems(state, Limits()) if problem.flaw in mistakes]
    covered = shapely.union_all([shape for shape in state.children("").values() if shape.is_valid])
    theirs = flaws(state) or [
        part for part in shapely.get_parts(covered.symmetric_difference(partitions.FRAME)) if part.area > 1e-11
    ]
    assert bool(ours) == bool(theirs), (ours, theirs)
