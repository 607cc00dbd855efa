"""The deeds of drawing, one by one, on the tiny town."""

import pytest
import shapely
from shapely.geometry import Polygon

from gridmap.errors import Invalid, NotFound
from gridmap.plans.operations.balancing import divide
from gridmap.plans.operations.merging import merge
from gridmap.plans.operations.moving import Move, add_vertex, move, remove_vertex, reshape
from gridmap.plans.operations.naming import head, rename
from gridmap.plans.operations.numbering import in_order, rehome, renumber
from gridmap.plans.operations.proposing import propose
from gridmap.plans.operations.redrawing import absorb, assign, redraw, untangle
from gridmap.plans.operations.splitting import Keep, split
from gridmap.plans.rings import has
from gridmap.plans.state import State
from gridmap.plans.topology import arc_id, topology
from tests import town
from tests.plans.drawing import flaws, ground_of, ring, state_of, tiny
from tests.town import micro, spot

CELL = town.CELL**2


def sizes(state: State, *codes: str) -> list[float]:
    """Areas in cells."""
    return [round(state.shape(code).area / CELL, 6) for code in codes]


def test_a_corner_of_four_grids_moves_for_all_four() -> None:
    state = tiny()
    step = move(state, [Move(spot(1, 1), spot(1.2, 1.3))])
    assert step.codes == [micro(1, 1), micro(1, 2), micro(2, 1), micro(2, 2)]
    after = state.then(step)
    assert all(has(after.shape(code), spot(1.2, 1.3)) for code in step.codes)
    assert flaws(after) == []
    assert ground_of(after) == pytest.approx(9 * CELL)


def test_two_corners_change_places_at_once() -> None:
    state = tiny()
    after = state.then(move(state, [Move(spot(1, 1), spot(2, 2)), Move(spot(2, 2), spot(1, 1))]))
    assert has(after.shape(micro(1, 1)), spot(2, 2))
    assert has(after.shape(micro(3, 3)), spot(1, 1))


def test_a_corner_dropped_on_a_border_is_one_for_both_sides() -> None:
    state = tiny()
    step = move(state, [Move(spot(1, 1), spot(1, 1.5))])
    assert flaws(state.then(step)) == []
    before = tiny()
    far = before.then(move(before, [Move(spot(1, 0), spot(1.5, 0))]))
    assert flaws(far) == []


def test_there_is_no_corner_where_nobody_has_one() -> None:
    with pytest.raises(Invalid, match="No grid has a corner") as refused:
        move(tiny(), [Move(spot(0.5, 0.5), spot(1, 1))])
    assert refused.value.faults[0].field == "moves.0.from"


def test_a_grid_cannot_be_moved_out_of_existence() -> None:
    with pytest.raises(Invalid):
        move(tiny(), [Move(spot(0, 0), spot(1, 1)), Move(spot(1, 0), spot(1, 1))])


def test_a_corner_comes_and_goes_for_both_sides() -> None:
    state = tiny()
    added = state.then(add_vertex(state, (spot(1, 1), spot(1, 0)), spot(1.1, 0.5)))
    assert added.touched() == [micro(1, 1), micro(2, 1)]
    assert flaws(added) == []
    gone = added.then(remove_vertex(added, spot(1.1, 0.5)))
    assert gone.shape(micro(1, 1)).equals(state.shape(micro(1, 1)))
    assert flaws(gone) == []
    with pytest.raises(Invalid):
        add_vertex(state, (spot(0, 0), spot(1, 1)), spot(0.5, 0.5))


def test_a_junction_is_not_removed() -> None:
    with pytest.raises(Invalid, match="Borders meet"):
        remove_vertex(tiny(), spot(1, 1))
    corner = tiny().then(remove_vertex(tiny(), spot(0, 0)))
    assert sizes(corner, micro(1, 1)) == [0.5]


def test_an_arc_takes_another_course_in_either_direction() -> None:
    state = tiny()
    made = topology(state.children(""))
    number = made.sides().index([micro(2, 2), micro(3, 2)])
    name, ends = arc_id(made.arcs[number]), [tuple(end) for end in made.arcs[number][[0, -1]].tolist()]
    for way in (ends, ends[::-1]):
        after = state.then(reshape(state, name, [way[0], spot(2.2, 1.4), spot(1.9, 1.6), way[1]]))
        assert after.touched() == [micro(2, 2), micro(3, 2)]
        assert flaws(after) == []
        assert ground_of(after) == pytest.approx(9 * CELL)
    with pytest.raises(Invalid, match="ends stay"):
        reshape(state, name, [ends[0], spot(2.2, 1.4)])
    with pytest.raises(Invalid, match="no arc of this name"):
        reshape(state, "0" * 16, ends)


def test_a_split_keeps_the_code_of_the_largest_piece() -> None:
    state = tiny()
    after = state.then(split(state, micro(2, 2), [spot(0.9, 1.25), spot(2.1, 1.25)]))
    fresh = f"{town.village(2)}004"
    assert sizes(after, micro(2, 2), fresh) == [0.75, 0.25]
    assert flaws(after) == []
    change = after.change()
    assert change.sources == {fresh: (micro(2, 2),)}
    assert not change.retired
    assert after.grid(fresh).head_name == ""
    assert after.grid(micro(2, 2)).head_name == "示例"
    assert has(after.shape(micro(1, 2)), spot(1, 1.25)), "the neighbour gets the corner"


def test_a_split_that_keeps_no_code() -> None:
    state = tiny()
    after = state.then(split(state, micro(2, 2), [spot(1.5, 0.5), spot(1.5, 1.5), spot(2.5, 1.5)], Keep.NONE))
    west, east = f"{town.village(2)}004", f"{town.village(2)}005"
    assert sizes(after, west, east) == [0.75, 0.25]
    assert after.change().retired == {micro(2, 2)}
    with pytest.raises(NotFound):
        after.shape(micro(2, 2))


def test_a_cut_that_ends_beside_a_corner_ends_at_it() -> None:
    state = tiny()
    after = state.then(split(state, micro(2, 2), [spot(0.5, 0.5 + 1e-5), spot(2.5, 2.5 + 1e-5)]))
    assert flaws(after) == []
    assert len(shapely.get_coordinates(after.shape(micro(2, 2)))) == 4, "a triangle"


@pytest.mark.parametrize("line", [[(1.2, 1.2), (1.8, 1.8)], [(0.1, 0.1), (0.9, 0.1)], [(1, 1), (1, 2)], [(1.2, 0.9), (1.2, 1.9)]])
def test_a_line_that_does_not_cross_cuts_nothing(line: list[tuple[float, float]]) -> None:
    with pytest.raises(Invalid, match="does not cut"):
        split(tiny(), micro(2, 2), ring(*line))


def test_merged_grids_lead_to_who_took_them_in() -> None:
    state = tiny()
    after = state.then(merge(state, [micro(2, 1), micro(2, 2), micro(2, 3)], micro(2, 3)))
    assert sizes(after, micro(2, 3)) == [3]
    assert after.change().retired == {micro(2, 1), micro(2, 2)}
    assert after.origin(micro(2, 3)) == (micro(2, 1), micro(2, 2), micro(2, 3))
    assert flaws(after) == []


def test_what_a_merge_leaves_empty_ends_with_it() -> None:
    state = tiny()
    after = state.then(merge(state, [micro(1, 1), micro(1, 2), micro(1, 3), micro(2, 1)], micro(2, 1)))
    assert town.village(1) in after.change().retired


@pytest.mark.parametrize(
    "codes", [[micro(1, 1)], [micro(1, 1), micro(2, 2)], [micro(1, 1), micro(1, 1)], [micro(1, 1), micro(1, 3)]]
)
def test_only_neighbours_are_merged(codes: list[str]) -> None:
    with pytest.raises(Invalid):
        merge(tiny(), codes)


def test_a_redrawn_grid_takes_from_some_and_gives_to_others() -> None:
    state = tiny()
    after = state.then(redraw(state, micro(2, 2), ring((1.5, 1), (2.5, 1), (2.5, 2), (1.5, 2))))
    assert sizes(after, micro(2, 2), micro(1, 2), micro(3, 2)) == [1, 1.5, 0.5]
    assert flaws(after) == []


def test_a_sliver_let_go_between_two_corners_finds_its_neighbour() -> None:
    """The border there is cut anew at both ends, so that it runs beside the neighbour's old edge by the rounding."""
    one, other = "310151999201001", "310151999201002"
    top = (1.0, 0.77777777)
    slanted = state_of({one: Polygon([(0, 0), (1, 0), top]), other: Polygon([(0, 0), top, (0, 1)])})
    outline = [(0.0, 0.0), (0.2, 0.3), (0.5, 0.1), (0.8, 0.8), top, (1.0, 0.0)]
    after = slanted.then(redraw(slanted, one, outline))
    assert flaws(after) == []
    assert ground_of(after) == pytest.approx(ground_of(slanted))
    assert after.shape(one).symmetric_difference(Polygon(outline)).area < 1e-8


def test_a_redrawn_grid_stays_within_the_town() -> None:
    state = tiny()
    after = state.then(redraw(state, micro(1, 1), ring((-5, -5), (1.5, -5), (1.5, 1), (-5, 1))))
    assert sizes(after, micro(1, 1), micro(2, 1)) == [1.5, 0.5]
    with pytest.raises(Invalid, match="Nothing would be left"):
        redraw(state, micro(1, 1), ring((-5, -5), (2, -5), (2, 1), (-5, 1)))


def test_a_piece_goes_to_a_neighbour_that_borders_on_it() -> None:
    state = tiny()
    piece = ring((0.5, 0.2), (1.5, 0.2), (1.5, 0.7), (0.5, 0.7))
    after = state.then(assign(state, piece, micro(1, 1), micro(2, 1)))
    assert sizes(after, micro(1, 1), micro(2, 1)) == [0.75, 1.25]
    assert flaws(after) == []
    with pytest.raises(Invalid, match="does not border"):
        assign(state, piece, micro(1, 1), micro(3, 1))
    with pytest.raises(Invalid, match="lies within this outline"):
        assign(state, piece, micro(3, 1), micro(2, 1))


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
