"""PostGIS is the judge of routes: now and then it looks at some again, and administrators hear of those it decides otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.lookup import able
from gridmap.accounts.rights import TOWN_WIDE
from gridmap.cases import judging
from gridmap.cases.judging import Differing
from gridmap.cases.models import Case
from gridmap.cases.past import any_past
from gridmap.notices.giving import Recipients, give
from gridmap.notices.models import Notice

KIND = "route_differs"
_KEEPER = "accounts.manage"


def judge(session: Session, *, count: int, every: timedelta, now: datetime) -> list[Differing]:
    """Let some routes be judged, if it is time; answers those that differ, of which every administrator is told once.

    Not of past cases: those are answered alone, for nobody can do anything with them. The caller commits.
    """
    check = judging.due(session, now)
    if check is None:
        return []
    check.next_at = now + every
    differing = judging.judge_some(session, check, count)
    if live := [one for one in differing if not any_past([one.case_id])]:
        _tell(session, live, now)
    return differing


def _tell(session: Session, differing: Sequence[Differing], now: datetime) -> None:
    ids = [one.case_id for one in differing]
    told = set(session.scalars(select(Notice.case_id).where(Notice.kind == KIND, Notice.case_id.in_(ids))))
    keepers = able(session, _KEEPER, TOWN_WIDE, now).values()
    to = Recipients(accounts=frozenset(one.account_id for one in keepers if one.account_id is not None))
    for one in differing:
        if one.case_id not in told:
            routed, judged = (one.routed["grid"], one.routed["rule"]), (one.verdict.grid, one.verdict.rule)
            facts = {"routed": _words(*routed), "judged": _words(*judged)}
            give(session, session.get_one(Case, one.case_id), KIND, to, actor="system", at=now, facts=facts)


def _words(grid: str | None, rule: str | None) -> str:
    return f"{grid or '-'} ({rule or 'unrouted'})"
