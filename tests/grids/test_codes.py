"""Grid codes tell their level and parent."""

import pytest

from gridmap.errors import Invalid
from gridmap.grids import codes
from gridmap.grids.codes import Level


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("310151101", Level.TOWN, None),
        ("310151101203", Level.VILLAGE, "310151101"),
        ("310151101203001", Level.MICRO, "310151101203"),
    ],
)
def test_codes_tell_their_level_and_parent(code: str, level: Level, parent: str | None) -> None:
    assert (codes.level_of(code), codes.parent_of(code)) == (level, parent)


@pytest.mark.parametrize(
    "code", ["", "31015110", "3101511012", "31015110120300A", "-10151101", "３１０１５１１０１", "310151101\n", "²" * 9]
)
def test_other_codes_are_refused(code: str) -> None:
    with pytest.raises(Invalid):
        codes.level_of(code)
