"""Whom to hand a case to: who is on duty there and next door, their teams, the department that owns its category.

Advice only: each pick comes with its reasons in words, how much its people have to do already, and how far their grid is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.clock import local
from gridmap.people.duty import OnDuty, Reason, on_duty

NEXT_DOOR_M = 300.0
_GRIDS = text(
    """
    SELECT b.grid_code AS code, g.name, g.name_en, ST_Distance(b.geom::geography, c.location::geography) AS distance_m
    FROM cases c JOIN boundary b ON b.level = 'micro' AND b.valid @> CAST(:at AS timestamptz)
         AND (b.grid_code = c.grid_code OR ST_DWithin(b.geom::geography, c.location::geography, :reach))
    JOIN grid g ON g.code = b.grid_code
    WHERE c.id = :case ORDER BY b.grid_code <> coalesce(c.grid_code, ''), distance_m, b.grid_code LIMIT 4
    """
)
_TEAMS = text(
    """
    SELECT team, count(DISTINCT person_id) AS people FROM post
    WHERE grid_code = :code AND team IS NOT NULL AND valid @> CAST(:at AS timestamptz)
    GROUP BY team ORDER BY array_position(ARRAY['work', 'management', 'volunteer'], team)
    """
)
_DEPARTMENTS = text(
    """
    SELECT d.id, d.code, d.name, d.name_en, o.department_id IS NOT NULL AS owner
    FROM department d LEFT JOIN category_owner o ON o.department_id = d.id AND o.category_id = :category
    WHERE d.closed_at IS NULL ORDER BY owner DESC, d.code
    """
)
_LOAD = text(
    """
    SELECT 'person' AS kind, coalesce(holder_id, person_id)::text AS key, count(*) AS load, bool_or(case_id = :case) AS has
    FROM case_task WHERE ended_at IS NULL AND coalesce(holder_id, person_id) IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'department', department_id::text, count(*), bool_or(case_id = :case)
    FROM case_task WHERE ended_at IS NULL AND department_id IS NOT NULL GROUP BY 2
    UNION ALL
    SELECT 'team', grid_code || team, count(*), bool_or(case_id = :case)
    FROM case_task WHERE ended_at IS NULL AND team IS NOT NULL GROUP BY 2
    """
)
Words = tuple[str, str]
_TEAM_NAMES: Mapping[str, Words] = {
    "management": ("管理团队", "management team"),
    "work": ("工作团队", "work team"),
    "volunteer": ("志愿团队", "volunteer team"),
}
_WHY: Mapping[Reason, Words] = {
    Reason.SHIFT: ("正在当班", "on shift"),
    Reason.SWAP: ("正在替班", "on shift for somebody else"),
    Reason.HEAD: ("无人当班，由微网格长负责", "nobody is on shift: the micro-grid's head answers"),
    Reason.VILLAGE_HEAD: ("无人当班，由村居网格长负责", "nobody is on shift: the village's head answers"),
    Reason.TOWN_HEAD: ("无人当班，由总网格长负责", "nobody is on shift: the town's head answers"),
}


@dataclass(frozen=True)
class Pick:
    """Somebody a case may be handed to.

    Attributes:
        to: as the action `dispatch` takes it.
        name: Chinese and English.
        load: open tasks they have already.
        distance_m: from the case to their micro-grid, 0 inside it; None where nobody knows.
        reasons: why, in Chinese and English, the weightiest first.
        has: whether a task of this case is theirs already.
        personal: whether it names a person.
    """

    to: Mapping[str, str]
    name: Words
    load: int
    distance_m: float | None
    reasons: tuple[Words, ...] = field(default=())
    has: bool = False
    personal: bool = False


def advise(session: Session, case: Case, at: datetime) -> list[Pick]:
    """Whom to hand it to, best first: the department that owns its category, who is on duty, teams, the other departments."""
    load = {(row.kind, row.key): (row.load, row.has) for row in session.execute(_LOAD, {"case": case.id})}
    grids = session.execute(_GRIDS, {"case": case.id, "at": at, "reach": NEXT_DOOR_M}).all()
    here = [grid for grid in grids if grid.code == case.grid_code]
    departments = list(_departments(session, case, load))
    owners = [pick for pick in departments if pick.reasons]
    people = sorted(_people(session, case, grids, load, at), key=lambda pick: (pick.distance_m or 0, pick.load))
    teams = [pick for grid in here for pick in _teams(session, grid, load, at)]
    return [*owners, *people, *teams, *(pick for pick in departments if not pick.reasons)]


def _departments(session: Session, case: Case, load: Mapping[Any, Any]) -> Iterable[Pick]:
    for row in session.execute(_DEPARTMENTS, {"category": case.category_id}):
        busy, has = load.get(("department", str(row.id)), (0, False))
        why: tuple[Words, ...] = (("此类案件的主管部门", "answers for cases of this category"),) if row.owner else ()
        yield Pick({"department": row.code}, (row.name, row.name_en or row.name), busy, None, why, has)


def _people(session: Session, case: Case, grids: Iterable[Any], load: Mapping[Any, Any], at: datetime) -> Iterable[Pick]:
    near = {grid.code: grid for grid in grids}
    seen: set[int] = set()
    for code, found in on_duty(session, list(near), at).items():
        for one in found:
            inside = code == case.grid_code
            if one.person_id in seen or (not inside and one.reason not in (Reason.SHIFT, Reason.SWAP)):
                continue
            seen.add(one.person_id)
            busy, has = load.get(("person", str(one.person_id)), (0, False))
            why = (_duty(one), _place(near[code], inside=inside))
            name = (one.name, one.name_en or one.name)
            yield Pick({"person": one.ref}, name, busy, near[code].distance_m, why, has, personal=True)


def _duty(one: OnDuty) -> Words:
    zh, en = _WHY[one.reason]
    team_zh, team_en = _TEAM_NAMES[one.team] if one.team else ("", "")
    until = f"{local(one.until):%H:%M}" if one.until and one.reason in (Reason.SHIFT, Reason.SWAP) else ""
    return (
        "，".join(filter(None, [team_zh, zh, f"到 {until}" if until else ""])),
        ", ".join(filter(None, [team_en, en, f"until {until}" if until else ""])),
    )


def _place(grid: Any, *, inside: bool) -> Words:
    if inside:
        return (f"案件就在其{grid.name}", f"the case lies in their {grid.name_en or grid.name}")
    return (f"邻近的{grid.name}", f"of {grid.name_en or grid.name}, next to it")


def _teams(session: Session, grid: Any, load: Mapping[Any, Any], at: datetime) -> Iterable[Pick]:
    for row in session.execute(_TEAMS, {"code": grid.code, "at": at}):
        busy, has = load.get(("team", grid.code + row.team), (0, False))
        zh, en = _TEAM_NAMES[row.team]
        why: Words = (
            f"{grid.name}的团队，{row.people} 人，谁先接单谁办",
            f"{row.people} {'person' if row.people == 1 else 'people'} of {grid.name_en or grid.name}; whoever accepts first",
        )
        yield Pick({"grid": grid.code, "team": row.team}, (zh, en.capitalize()), busy, grid.distance_m, (why,), has)
