"""Insert what is new and change what differs, in bulk, for tables with one text key."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridmap.db import Base

CHUNK = 5000
_SAME_NUMBER = 1e-12  # Workbooks keep 15 to 16 digits.
_SAME_DEG = 1e-9  # A tenth of a millimetre: what the way between two datums leaves over, not a move.
T = TypeVar("T")


@dataclass
class Upserted:
    """The keys, by what became of them."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)


def on_record(session: Session, model: type[Base], key: str, keys: Sequence[str]) -> dict[str, Base]:
    """The rows of `model` whose `key` is among `keys`."""
    column: InstrumentedAttribute[str] = getattr(model, key)
    found: dict[str, Base] = {}
    for chunk in chunks(keys):
        found |= {getattr(row, key): row for row in session.scalars(select(model).where(column.in_(chunk)))}
    return found


def upsert(
    session: Session, model: type[Base], key: str, rows: Sequence[Mapping[str, Any]], known: Mapping[str, Base]
) -> Upserted:
    """Bring the rows (column -> value) in; `known` are those on record.

    A column that is not in a row keeps its value.
    """
    done = Upserted()
    changed = []
    for row in rows:
        old = known.get(row[key])
        if old is None:
            done.new.append(row[key])
        elif all(_same(getattr(old, name), value) for name, value in row.items()):
            done.unchanged.append(row[key])
        else:
            done.changed.append(row[key])
            changed.append(row)
    fresh = set(done.new)
    for group in _alike([row for row in rows if row[key] in fresh]):
        session.execute(insert(model), [dict(row) for row in group])
    for group in _alike(changed):
        _change(session, model, key, group)
    session.expire_all()
    return done


def _alike(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    """The rows in chunks whose rows have the same columns, as one statement needs them."""
    groups: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(frozenset(row), []).append(row)
    return [chunk for group in groups.values() for chunk in chunks(group)]


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, BaseGeometry) and isinstance(new, BaseGeometry):
        return bool(old.equals_exact(new, tolerance=_SAME_DEG))
    if isinstance(old, float) and isinstance(new, float):
        return math.isclose(old, new, rel_tol=_SAME_NUMBER)
    return bool(old == new)


def _change(session: Session, model: type[Base], key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    names = [name for name in rows[0] if name != key]
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  # a mapped class of ours always stands on one
    values = {name: bindparam(f"_{name}", type_=table.c[name].type) for name in names}
    statement = update(table).where(table.c[key] == bindparam("_key")).values(values)
    session.execute(statement, [{"_key": row[key], **{f"_{name}": row[name] for name in names}} for row in rows])


def chunks(items: Sequence[T]) -> list[Sequence[T]]:
    """The items in lists of at most `CHUNK`."""
    return [items[i : i + CHUNK] for i in range(0, len(items), CHUNK)]
