"""The deeds of drawing, one by one, on the tiny town."""

import pytest
import shapely
from shapely.geometry import Polygon

from gridmap.errors import Invalid, NotFound
from gridmap.plans.operations.merging import merge
from gridmap.plans.operations.moving import Move, add_vertex, move, remove_vertex, reshape
from gridmap.plans.operations.redrawing import assign, redraw
from gridmap.plans.operations.splitting import Keep, split
from gridmap.plans.rings import has
from gridmap.plans.topology import arc_id, topology
from tests import town
from tests.plans.drawing import CELL, flaws, ground_of, ring, sizes, state_of, tiny
from tests.town import micro, spot


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
