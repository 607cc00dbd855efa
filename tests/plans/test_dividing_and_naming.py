"""The deeds that divide evenly, name and number grids, one by one."""

import pytest
import shapely

from gridmap.errors import Invalid
from gridmap.plans.operations.balancing import divide
from gridmap.plans.operations.moving import Move, move
from gridmap.plans.operations.naming import head, rename
from gridmap.plans.operations.numbering import in_order, rehome, renumber
from gridmap.plans.operations.proposing import propose
from gridmap.plans.operations.redrawing import absorb, untangle
from gridmap.plans.operations.splitting import split
from tests import town
from tests.plans.drawing import flaws, ring, sizes, tiny
from tests.town import micro, spot


def test_divided_by_area_each_part_has_the_same() -> None:
    state = tiny()
    after = state.then(divide(state, micro(2, 2), 3))
    parts = [micro(2, 2), f"{town.village(2)}004", f"{town.village(2)}005"]
    assert sizes(after, *parts) == pytest.approx([1 / 3] * 3, abs=2e-3)
    assert flaws(after) == []


def test_divided_by_points_each_part_has_the_same_weight() -> None:
    state = tiny()
    households = [(*spot(1.05 + 0.1 * (i % 4), 1.05 + 0.02 * i), 1.0) for i in range(12)]
    after = state.then(divide(state, micro(2, 2), 3, points=households))
    for code in (micro(2, 2), f"{town.village(2)}004", f"{town.village(2)}005"):
        assert sum(after.shape(code).intersects(shapely.Point(x, y)) for x, y, _ in households) == 4


def test_divided_along_roads_where_they_fit() -> None:
    state = tiny()
    roads = [ring((x, 0.9), (x, 2.1)) for x in (1.2, 1.45, 1.7)]
    after = state.then(divide(state, micro(2, 2), 2, lines=roads))
    assert sorted(sizes(after, micro(2, 2), f"{town.village(2)}004")) == [0.45, 0.55]
    uneven = state.then(divide(state, micro(2, 2), 2, lines=roads[:1]))
    assert sizes(uneven, micro(2, 2)) == pytest.approx([0.5], abs=2e-3), "a road at the edge halves nothing"


def test_a_village_divided_anew_has_grids_of_the_same_weight_in_order() -> None:
    state = tiny()
    after = state.then(propose(state, town.village(2), 4))
    codes = [f"{town.village(2)}{n:03d}" for n in (4, 5, 6, 7)]
    assert list(after.children(town.village(2))) == codes == in_order(after.children(town.village(2)))
    assert sizes(after, *codes) == pytest.approx([0.75] * 4, abs=2e-3)
    change = after.change()
    assert change.retired == {micro(2, 1), micro(2, 2), micro(2, 3)}
    assert change.sources[codes[0]] == (micro(2, 3),)
    assert flaws(after) == []
    households = [(*spot(1.1, 0.1 + 0.1 * i), 1.0) for i in range(10)]
    south = state.then(propose(state, town.village(2), 2, points=households))
    assert min(sizes(south, *codes[:2])) < 1, "they all live in the south-west"
    for village, parts in ((micro(2, 2), 2), (town.village(5), 2), (town.village(2), 1)):
        with pytest.raises(Invalid):
            propose(state, village, parts)


def test_names_and_heads() -> None:
    state = tiny(town.village(1))
    after = state.then(rename(state, town.village(1), " 新村 ", "New Village"))
    after = after.then(head(after, micro(1, 1), ""))
    assert after.grid(town.village(1)).name == "新村"
    assert after.grid(micro(1, 1)).head_name == ""
    assert after.touched() == [micro(1, 1)[:12], micro(1, 1)]
    for code, name in ((town.village(2), "x"), (micro(1, 1), " "), (micro(1, 1), "网格001")):
        with pytest.raises(Invalid):
            rename(state, code, name)


def test_numbers_run_from_north_to_south_and_from_west_to_east() -> None:
    state = tiny()
    assert in_order(state.children("")) == [micro(x, y) for y in (3, 2, 1) for x in (1, 2, 3)]


def test_new_grids_are_numbered_in_order_and_old_codes_stay() -> None:
    state = tiny()
    state = state.then(split(state, micro(2, 1), [spot(0.9, 0.6), spot(2.1, 0.6)]))
    state = state.then(split(state, micro(2, 3), [spot(0.9, 2.6), spot(2.1, 2.6)]))
    assert state.shape(f"{town.village(2)}004").centroid.y < state.shape(f"{town.village(2)}005").centroid.y
    after = state.then(renumber(state, town.village(2)))
    assert after.shape(f"{town.village(2)}004").centroid.y > after.shape(f"{town.village(2)}005").centroid.y
    assert after.change().sources == {f"{town.village(2)}004": (micro(2, 3),), f"{town.village(2)}005": (micro(2, 1),)}
    every = tiny().then(renumber(tiny(), town.village(2), [micro(2, 1)]))
    assert every.change().retired == {micro(2, 1)}
    with pytest.raises(Invalid, match="no new grid"):
        renumber(tiny(), town.village(2))


def test_a_grid_moves_to_another_village_under_a_new_code() -> None:
    state = tiny()
    after = state.then(rehome(state, micro(1, 2), town.village(2)))
    fresh = f"{town.village(2)}004"
    assert after.shape(fresh).equals(state.shape(micro(1, 2)))
    assert after.change().sources == {fresh: (micro(1, 2),)}
    with pytest.raises(Invalid):
        rehome(state, micro(1, 2), town.village(1))
    with pytest.raises(Invalid):
        rehome(state, micro(1, 2), "310151999209")


def test_a_villages_plan_draws_in_the_village_alone() -> None:
    state = tiny(town.village(2))
    with pytest.raises(Invalid, match="lies outside"):
        move(state, [Move(spot(1, 1), spot(1.1, 1))])
    after = state.then(split(state, micro(2, 2), [spot(0.9, 1.5), spot(2.1, 1.5)]))
    assert micro(1, 2) in after.touched(), "it gets a corner on its border, as it must"
    assert after.shape(micro(1, 2)).equals(state.shape(micro(1, 2)))
    assert flaws(after) == []


def test_a_gap_is_taken_in_and_a_tangle_undone() -> None:
    state = tiny()
    broken = state.then(move(state, [Move(spot(0, 0), spot(1.5, 0.5))]))
    assert flaws(broken) != []
    mended = broken.then(untangle(broken, micro(1, 1)))
    assert mended.shape(micro(1, 1)).is_valid
    gap = state.then(move(state, [Move(spot(0, 0), spot(0.5, 0.5))]))
    after = gap.then(absorb(gap, micro(1, 1), ring((0, 0), (1, 0), (0.5, 0.5), (0, 1))))
    assert sizes(after, micro(1, 1)) == [1]
    with pytest.raises(Invalid):
        absorb(state, micro(1, 1), ring((-1, -1), (1, -1), (1, 1), (-1, 1)))
    with pytest.raises(Invalid, match="change nothing"):
        absorb(state, micro(1, 1), ring((0.5, 0.5), (1.5, 0.5), (0.5, 1.5)))
