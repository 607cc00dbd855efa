"""How new cases stand: discovered just now, with as much time as their category gives. The same for all of one category. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from gridmap.cases import features
from gridmap.cases.categories import KnownCategory
from gridmap.cases.deadlines import Calendar, Limit, due_at
from gridmap.cases.opening import standing_line
from gridmap.cases.states import State


class Standing(NamedTuple):
    """How a case stands.

    Attributes:
        columns: as its row says it.
        copied: the same, as COPY takes it.
        told: members of its feature's properties, in JSON.
        limit: its limit as the journal tells it, in JSON.
    """

    columns: dict[str, Any]
    copied: bytes
    told: bytes
    limit: orjson.Fragment


ByCategory = dict[int | None, Standing]  # By its id; None for cases that have none yet.


def standing_by_category(categories: Iterable[KnownCategory | None], now: datetime, calendar: Calendar) -> ByCategory:
    """How cases of these categories stand that open now."""
    limits = {category.id if category else None: category.limit if category else None for category in categories}
    by_limit = {limit: _standing(limit, now, calendar) for limit in set(limits.values())}  # Categories are many, limits are few.
    return {id_: by_limit[limit] for id_, limit in limits.items()}


def _standing(limit: Limit | None, now: datetime, calendar: Calendar) -> Standing:
    columns = {
        "received_at": now,
        "state": State.DISCOVERED.value,
        "due_at": due_at(now, limit, calendar=calendar) if limit else None,
        "limit_value": limit.value if limit else None,
        "limit_unit": limit.unit.value if limit else None,
        "closed_at": None,
    }
    told = features.standing({**columns, "handled_at": None, "version": 0}, now)
    terms = {"value": limit.value, "unit": limit.unit.value} if limit else None
    return Standing(columns, standing_line(columns), features.members(told), orjson.Fragment(orjson.dumps(terms)))
