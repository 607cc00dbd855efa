"""Households: shared out with the ground, and never guessed where nobody counted."""

from hypothesis import given
from hypothesis import strategies as st

from gridmap.geo.shapes import as_multipolygon
from gridmap.grids.households import shared_out
from tests import partitions
from tests.partitions import Shape
from tests.town import square

WHOLE = {"a": as_multipolygon(square(0, 0)), "b": as_multipolygon(square(1, 0))}


def test_a_split_and_a_merge() -> None:
    west, east = as_multipolygon(square(0, 0, width=0.25)), as_multipolygon(square(0.25, 0, width=0.75))
    assert shared_out({"a": 400, "b": 7}, WHOLE, {"a": east, "c": west, "b": WHOLE["b"]}) == {"a": 300, "c": 100, "b": 7}
    assert shared_out({"a": 400, "b": 7}, WHOLE, {"a": as_multipolygon(square(0, 0, width=2))}) == {"a": 407}


def test_what_was_never_counted_is_not_guessed() -> None:
    moved = {"a": as_multipolygon(square(0, 0, width=1.5)), "b": as_multipolygon(square(1.5, 0, width=0.5))}
    assert shared_out({"b": 100}, WHOLE, moved) == {"b": 50}, "of the ground of a nothing is known"
    assert shared_out({}, WHOLE, WHOLE) == {}


@given(partitions.patchworks(), partitions.patchworks(), st.integers(0, 5_000))
def test_none_are_lost_and_none_are_made(one: list[Shape], other: list[Shape], each: int) -> None:
    before, after = ({f"{i}": as_multipolygon(shape) for i, shape in enumerate(shapes)} for shapes in (one, other))
    found = shared_out(dict.fromkeys(before, each), before, after)
    assert abs(sum(found.values()) - each * len(before)) <= len(after), "but for rounding"
