"""What the actors of the journal are called: people by their names, other accounts by what was written beside them."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

# The demo's past was made by people without accounts: `gridmap.desk.stories` writes their staff numbers.
PERSONAL = ("account:", "demo:")


class Name(NamedTuple):
    """Somebody's name, in Chinese and in English ("" where there is none)."""

    name: str
    name_en: str

    def spoken(self, *, english: bool) -> str:
        """The name in the language of whoever reads it."""
        return self.name_en if english and self.name_en else self.name


_NAMES = text(
    """
    SELECT one AS actor, coalesce(n.name, d.name, a.name) AS name, coalesce(n.name_en, d.name_en, '') AS name_en
    FROM unnest(CAST(:actors AS text[])) AS one
    LEFT JOIN account a ON one LIKE 'account:%' AND a.username = substr(one, 9)
    LEFT JOIN person n ON n.id = a.person_id
    LEFT JOIN person d ON one LIKE 'demo:%' AND d.ref = substr(one, 6)
    """
)


def names_of(session: Session, actors: Collection[str]) -> dict[str, Name]:
    """The names of those among `actors` who have one; keys, residents and the system have none. For who may read people."""
    asked = sorted({one for one in actors if one.startswith(PERSONAL)})
    rows = session.execute(_NAMES, {"actors": asked}) if asked else ()
    return {row.actor: Name(row.name, row.name_en) for row in rows if row.name}
