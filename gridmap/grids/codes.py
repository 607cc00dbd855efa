"""Grid codes: 9 digits for a town, 12 for a village, 15 for a micro-grid, each beginning with its parent's.

GB/T 47678.3 (field SZDYWGBSM, 15 digits): 6 digits county (GB/T 2260) + 3 town + 3 village + 3 sequence.
"""

from enum import StrEnum

from gridmap.errors import Invalid, msg


class Level(StrEnum):
    """The three levels of grids."""

    TOWN = "town"  # 镇总网格
    VILLAGE = "village"  # 村居网格
    MICRO = "micro"  # 微网格


LENGTHS = {Level.TOWN: 9, Level.VILLAGE: 12, Level.MICRO: 15}
PARENTS = {Level.VILLAGE: Level.TOWN, Level.MICRO: Level.VILLAGE}
_BY_LENGTH = {length: level for level, length in LENGTHS.items()}


def level_of(code: str) -> Level:
    """The level a code belongs to; `Invalid` when it has not 9, 12 or 15 digits."""
    level = _BY_LENGTH.get(len(code)) if code.isascii() and code.isdigit() else None
    if level is None:
        raise Invalid(
            msg("A grid code has 9, 12 or 15 digits, got '%(code)s'"),
            field="code",
            code=code[:40],
        )
    return level


def parent_of(code: str) -> str | None:
    """The code of the grid above; None for a town."""
    parent = PARENTS.get(level_of(code))
    return code[: LENGTHS[parent]] if parent else None
