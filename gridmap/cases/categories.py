"""Categories: found by a standard's code or by what a vendor calls it; each with its default time limit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.deadlines import Limit, Unit


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

    def facts(self) -> dict[str, Any]:
        """As the API tells it."""
        names = {"group_zh": self.group_zh, "group_en": self.group_en, "name_zh": self.name_zh, "name_en": self.name_en}
        return {**self.key._asdict(), **names}


@dataclass(frozen=True)
class Catalogue:
    """The categories asked for, by their own key and by the vendors' codes."""

    by_key: dict[CategoryKey, KnownCategory]
    by_source_code: dict[tuple[str, str], KnownCategory]


_COLUMNS = """
    c.id, c.standard_ref, c.kind, c.code, c.group_zh, c.group_en, c.name_zh, c.name_en, l.value, l.unit
"""
_BY_KEY = text(
    f"""
    SELECT {_COLUMNS} FROM category c LEFT JOIN time_limit l ON l.category_id = c.id AND l.is_default
    WHERE (c.standard_ref, c.kind, c.code)
       IN (SELECT * FROM unnest(CAST(:refs AS text[]), CAST(:kinds AS text[]), CAST(:codes AS text[])))
    """
)
_BY_SOURCE = text(
    f"""
    SELECT {_COLUMNS}, s.vendor, s.vendor_code
    FROM source_code s JOIN category c ON c.id = s.category_id
    LEFT JOIN time_limit l ON l.category_id = c.id AND l.is_default
    WHERE (s.vendor, s.vendor_code) IN (SELECT * FROM unnest(CAST(:vendors AS text[]), CAST(:codes AS text[])))
    """
)


def catalogue(session: Session, keys: Iterable[CategoryKey] = (), source_codes: Iterable[tuple[str, str]] = ()) -> Catalogue:
    """Look up categories by key and by (vendor, vendor code), two queries at most however many there are."""
    found = Catalogue({}, {})
    if keys := sorted(set(keys)):
        refs, kinds, codes = (list(column) for column in zip(*keys, strict=True))
        for row in session.execute(_BY_KEY, {"refs": refs, "kinds": kinds, "codes": codes}):
            known = _known(row)
            found.by_key[known.key] = known
    if pairs := sorted(set(source_codes)):
        vendors, codes = (list(column) for column in zip(*pairs, strict=True))
        for row in session.execute(_BY_SOURCE, {"vendors": vendors, "codes": codes}):
            found.by_source_code[row.vendor, row.vendor_code] = _known(row)
    return found


def _known(row: Any) -> KnownCategory:
    limit = None if row.value is None else Limit(row.value, Unit(row.unit))
    key = CategoryKey(row.standard_ref, row.kind, row.code)
    return KnownCategory(row.id, key, row.group_zh, row.group_en, row.name_zh, row.name_en, limit)
