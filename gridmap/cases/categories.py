"""Categories: found by a standard's code or by what a vendor calls it; each with its default time limit."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.cases.deadlines import Limit, Unit
from gridmap.cases.models import Category
from gridmap.db import run
from gridmap.grids import zones
from gridmap.recent import Recent

LARGE_DIGITS = 2  # A large class (大类) is the first two digits of its small classes.


class CategoryKey(NamedTuple):
    """A category's lasting identity: codes are unique only within a standard and a kind."""

    standard_ref: str
    kind: str
    code: str


@dataclass(frozen=True)
class KnownCategory:
    """A category as cases use it."""

    id: int
    key: CategoryKey
    group_zh: str
    group_en: str
    name_zh: str
    name_en: str
    limit: Limit | None

    @cached_property
    def path(self) -> str:
        """As special zones name it."""
        return zones.path(*self.key)

    @cached_property
    def told(self) -> orjson.Fragment:
        """As the API tells it, in JSON."""
        names = {"group_zh": self.group_zh, "group_en": self.group_en, "name_zh": self.name_zh, "name_en": self.name_en}
        return orjson.Fragment(orjson.dumps({**self.key._asdict(), **names}))


@dataclass(frozen=True)
class Catalogue:
    """The categories asked for, by their own key and by the vendors' codes."""

    by_key: dict[CategoryKey, KnownCategory]
    by_source_code: dict[tuple[str, str], KnownCategory]


_COLUMNS = """
    c.id, c.standard_ref, c.kind, c.code, c.group_zh, c.group_en, c.name_zh, c.name_en, l.value, l.unit
"""
_EVERY_KEY = f"SELECT {_COLUMNS} FROM category c LEFT JOIN time_limit l ON l.category_id = c.id AND l.is_default"
_BY_KEY = f"""{_EVERY_KEY}
    WHERE (c.standard_ref, c.kind, c.code)
       IN (SELECT * FROM json_to_recordset(CAST(%(keys)s AS json)) AS asked (standard_ref text, kind text, code text))
"""
_EVERY_SOURCE = f"""
    SELECT {_COLUMNS}, s.vendor, s.vendor_code
    FROM source_code s JOIN category c ON c.id = s.category_id
    LEFT JOIN time_limit l ON l.category_id = c.id AND l.is_default
"""
_BY_SOURCE = f"""{_EVERY_SOURCE}
    WHERE (s.vendor, s.vendor_code)
       IN (SELECT * FROM json_to_recordset(CAST(%(codes)s AS json)) AS asked (vendor text, code text))
"""


def catalogue(session: Session, keys: Iterable[CategoryKey] = (), source_codes: Iterable[tuple[str, str]] = ()) -> Catalogue:
    """Look up categories by key and by (vendor, vendor code), two queries at most however many there are."""
    by_key: list[Any] = []
    by_source: list[Any] = []
    if keys := sorted(set(keys)):
        by_key = run(session, _BY_KEY, {"keys": orjson.dumps([key._asdict() for key in keys]).decode()})
    if pairs := sorted(set(source_codes)):
        asked = orjson.dumps([{"vendor": vendor, "code": code} for vendor, code in pairs]).decode()
        by_source = run(session, _BY_SOURCE, {"codes": asked})
    return _found(by_key, by_source)


def _found(by_key: Iterable[Any], by_source: Iterable[Any]) -> Catalogue:
    known = [_known(*row) for row in by_key]
    return Catalogue({one.key: one for one in known}, {(row[-2], row[-1]): _known(*row[:-2]) for row in by_source})


_recent: Recent[None, Catalogue] = Recent()


def recent(session: Session, keys: Collection[CategoryKey], source_codes: Collection[tuple[str, str]]) -> Catalogue:
    """The same as it stood within the last second, for what every alert asks; what was not there then is looked up."""
    heard = _recent.get(session, None)
    if heard is None:
        heard = _found(run(session, _EVERY_KEY, {}), run(session, _EVERY_SOURCE, {}))
        _recent.keep(session, {None: heard})
    newer = catalogue(session, set(keys) - heard.by_key.keys(), set(source_codes) - heard.by_source_code.keys())
    if not newer.by_key and not newer.by_source_code:
        return heard
    return Catalogue(heard.by_key | newer.by_key, heard.by_source_code | newer.by_source_code)


def category_path(session: Session, category_id: int | None) -> str | None:
    """The path of a category as special zones name it; None for none."""
    found = None if category_id is None else session.get(Category, category_id)
    return None if found is None else zones.path(found.standard_ref, found.kind, found.code)


def zone_paths(session: Session) -> set[str]:
    """Every path by which a zone may name categories on record: small classes, and large ones by their first two digits."""
    rows = session.execute(select(Category.standard_ref, Category.kind, Category.code)).all()
    return {zones.path(row.standard_ref, row.kind, row.code[:digits]) for row in rows for digits in (LARGE_DIGITS, None)}


def _known(id_: int, standard_ref: str, kind: str, code: str, *rest: Any) -> KnownCategory:
    group_zh, group_en, name_zh, name_en, value, unit = rest
    limit = None if value is None else Limit(value, Unit(unit))
    return KnownCategory(id_, CategoryKey(standard_ref, kind, code), group_zh, group_en, name_zh, name_en, limit)


_ALL = """
    SELECT k.standard_ref, k.kind, k.code, k.name_zh, k.name_en, k.group_zh, k.group_en,
           coalesce(json_agg(DISTINCT l.condition_zh) FILTER (WHERE l.condition_zh <> ''), '[]') AS conditions
    FROM category k LEFT JOIN time_limit l ON l.category_id = k.id
    GROUP BY k.id ORDER BY k.standard_ref, k.kind, k.code
"""


def all_of_them(session: Session) -> list[dict[str, Any]]:
    """Every category of every standard, JSON-ready, with the conditions its limits hang on."""
    return [dict(row) for row in session.execute(text(_ALL)).mappings()]
