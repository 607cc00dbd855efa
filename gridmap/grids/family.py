"""A grid with those above and below it, called as they are now or were at a past moment."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.grids.codes import Level, parent_of
from gridmap.grids.lookup import Name, name_then


class Called(NamedTuple):
    """A grid's code, its names, and whom the grids' own file names as its head."""

    code: str
    name: str
    name_en: str
    head_name: str
    head_phone: str


class Family(NamedTuple):
    """A grid, the one above it, and those directly below with their levels, in the order of codes."""

    own: Called
    parent: Name | None
    children: list[tuple[Name, Level]]


_CALLED = ", ".join(f"{name_then(column)} AS {column}" for column in Called._fields[1:])
_FAMILY = f"""
    SELECT g.code, {_CALLED}, g.level FROM grid g
    WHERE g.code = ANY(CAST(:codes AS text[])) OR g.parent_code = :code AND {{there}}
    ORDER BY g.code COLLATE "C"
"""
_FAMILY_NOW = text(_FAMILY.format(there="g.retired_at IS NULL"))
_THERE_THEN = "EXISTS (SELECT FROM boundary b WHERE b.grid_code = g.code AND b.valid @> CAST(:at AS timestamptz))"
_FAMILY_THEN = text(_FAMILY.format(there=_THERE_THEN))


def family(session: Session, code: str, at: datetime | None = None) -> Family:
    """A grid on record with its kin, called as they are, or were at `at`; retired children are left out."""
    codes = [code, *filter(None, [parent_of(code)])]
    asked = {"code": code, "codes": codes, "at": at or clock.now()}
    rows = session.execute(_FAMILY_NOW if at is None else _FAMILY_THEN, asked).all()
    found = {row.code: Called(*row[:5]) for row in rows}
    above = [Name(*found[one][:3]) for one in codes[1:]]
    below = [(Name(*row[:3]), Level(row.level)) for row in rows if row.code not in codes]
    return Family(found[code], above[0] if above else None, below)
