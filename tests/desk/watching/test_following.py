"""What the worker reads in the feed: who is named in a new case hears of it, once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.desk.watching.following import follow
from gridmap.desk.watching.rules import Rules
from gridmap.journal import feed
from gridmap.notices.models import Notice
from tests import callers
from tests.desk import stage


def named(session: Session, case: Case) -> list[int | None]:
    rows = session.scalars(select(Notice).where(Notice.case_id == case.id, Notice.kind == "named"))
    return [row.person_id for row in rows]


def read_on(session: Session) -> None:
    feed.advance(session)
    while follow(session, Rules(), ()):
        pass


def test_who_is_on_duty_hears_of_a_new_case_once(desk: Session) -> None:
    crew = stage.people(desk)
    read_on(desk)  # From here on.
    callers.account(desk, person_id=crew.member.id)
    case = stage.open_case(desk)
    assert case.person_id == crew.member.id
    read_on(desk)
    assert named(desk, case) == [crew.member.id]
    read_on(desk)
    assert named(desk, case) == [crew.member.id]


def test_nobody_is_told_who_could_not_read_it(desk: Session) -> None:
    stage.people(desk)
    read_on(desk)
    case = stage.open_case(desk)
    read_on(desk)
    assert named(desk, case) == []
