"""Tell the people of the old and the new grids which cases changed hands: one notice each, however many cases."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.desk.redrawing.ground import Ground
from gridmap.desk.redrawing.moving import Moved
from gridmap.notices.giving import Owner, give_each, owner_of

KIND = "redrawn"
MOST_NUMBERS = 20

# Whoever works in a grid: by a post, or by an account's role in exactly this grid.
_PEOPLE = text(
    """
    SELECT p.grid_code AS code, p.person_id, CAST(NULL AS int) AS account_id
    FROM post p JOIN person n ON n.id = p.person_id AND (n.left_at IS NULL OR n.left_at > :at)
    WHERE p.grid_code = ANY(CAST(:codes AS text[])) AND p.valid @> CAST(:at AS timestamptz)
    UNION
    SELECT g.grid_code, a.person_id, a.id
    FROM account_grant g JOIN account a ON a.id = g.account_id AND a.disabled_at IS NULL
    WHERE g.grid_code = ANY(CAST(:codes AS text[])) AND g.role IN ('member', 'micro_head')
      AND g.valid_from <= :at AND (g.valid_until IS NULL OR g.valid_until > :at)
    """
)
# Whoever has one of the cases in hand, or is asked to take it.
_HOLDERS = text(
    """
    SELECT t.case_id, coalesce(t.holder_id, t.person_id, a.person_id) AS person_id, a.id AS account_id
    FROM case_task t LEFT JOIN account a ON a.username = substr(t.holder, 9) AND t.holder LIKE 'account:%'
    WHERE t.case_id = ANY(CAST(:ids AS bigint[])) AND t.ended_at IS NULL
      AND (t.holder_id IS NOT NULL OR t.person_id IS NOT NULL OR a.id IS NOT NULL)
    """
)


def tell(session: Session, ground: Ground, moved: Sequence[Moved], *, actor: str, now: datetime) -> int:
    """Give the notices; answers how many."""
    of = {one.id: one for one in moved}
    concern = concerned(session, moved, actor=actor, now=now)
    each = {owner: _facts(ground, [of[key] for key in sorted(ids)]) for owner, ids in concern.items()}
    common = {"publication": ground.publication, "moved": len(moved)}
    return give_each(session, KIND, each, subject=f"publication:{ground.publication}", actor=actor, at=now, common=common)


def concerned(session: Session, moved: Sequence[Moved], *, actor: str, now: datetime) -> dict[Owner, set[int]]:
    """Whom to tell, each with the ids of their cases. Whoever published is not told what they did themselves."""
    if not moved:
        return {}
    concern: dict[Owner, set[int]] = defaultdict(set)
    for owner, ids in (*_by_grid(session, moved, now), *_by_task(session, moved)):
        concern[owner] |= ids
    if (themselves := owner_of(session, actor)) is not None:
        concern.pop(themselves, None)
    return concern


def _by_grid(session: Session, moved: Sequence[Moved], now: datetime) -> list[tuple[Owner, set[int]]]:
    cases: dict[str, set[int]] = defaultdict(set)
    for one in moved:
        for code in filter(None, (one.before, one.after)):
            cases[code].add(one.id)
    rows = session.execute(_PEOPLE, {"codes": sorted(cases), "at": now})
    return [(Owner.of(row.person_id, row.account_id), cases[row.code]) for row in rows]


def _by_task(session: Session, moved: Sequence[Moved]) -> list[tuple[Owner, set[int]]]:
    rows = session.execute(_HOLDERS, {"ids": [one.id for one in moved]})
    return [(Owner.of(row.person_id, row.account_id), {row.case_id}) for row in rows]


def _facts(ground: Ground, cases: Collection[Moved]) -> dict[str, Any]:
    return {
        "publication": ground.publication,
        "moved": len(cases),
        "cases": [{"number": one.number, "from": one.before, "to": one.after} for one in list(cases)[:MOST_NUMBERS]],
    }
