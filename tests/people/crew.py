"""Mothers of people: kinds from the shipped tables, people with posts and shifts in the tiny town."""

import csv
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.people.models import DutyKind, Person, Post, PostKind, Shift
from gridmap.resources import data_dir

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def kinds(session: Session) -> None:
    """The kinds of posts and duties as they are shipped."""
    for model, name in ((PostKind, "post_kinds"), (DutyKind, "duty_kinds")):
        with (data_dir() / "people" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [_typed(row) for row in csv.DictReader(file)]
        session.execute(insert(model), rows)


def _typed(row: dict[str, str]) -> dict[str, Any]:
    truths: dict[str, Any] = {key: row[key] == "true" for key in ("phone_by_office", "head_function") if key in row}
    return {**row, **truths, "place": int(row["place"]), **({"team": row["team"] or None} if "team" in row else {})}


def person(session: Session, number: int = 1, **facts: Any) -> Person:
    """Somebody who is plainly nobody."""
    made = Person(
        ref=f"T{number:04d}",
        **({"name": f"演示人{number}", "name_en": f"Demo Person {number}", "phone": f"021-5550-9{number:03d}"} | facts),
    )
    session.add(made)
    session.flush()
    return made


def post(
    session: Session,
    person: Person,
    grid: str,
    kind: str = "building_leader",
    *,
    since: datetime = BEGAN,
    until: datetime | None = None,
) -> Post:
    """A post, since the town was founded."""
    found = session.get(PostKind, kind)
    assert found is not None
    made = Post(person_id=person.id, grid_code=grid, kind=kind, team=found.team, valid=Range(since, until))
    session.add(made)
    session.flush()
    return made


def team(session: Session, grid: str) -> tuple[Person, Person, Person]:
    """Two members and a head of a micro-grid: the first on duty by day, the second in the evening, the third heads it."""
    day, evening, head = (person(session, number) for number in (1, 2, 3))
    shift(session, post(session, day, grid))
    shift(session, post(session, evening, grid, "eco_warden"), time(17), time(20))
    post(session, head, grid, "micro_head")
    return day, evening, head


def shift(
    session: Session,
    post: Post,
    starts: time = time(8),
    ends: time = time(16),
    *,
    weekdays: tuple[int, ...] = EVERY_DAY,
    since: date = date(2026, 1, 1),
    until: date | None = None,
) -> Shift:
    """A shift, every day from eight to four."""
    made = Shift(post_id=post.id, weekdays=list(weekdays), starts=starts, ends=ends, valid=Range(since, until))
    session.add(made)
    session.flush()
    return made
