"""A case on stage: people in the tiny town who act on it, in frozen time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.loop_models import Evidence
from gridmap.cases.models import Case
from gridmap.cases.tasks import Addressee, Asker
from gridmap.cases.workflow import Action
from gridmap.desk.acting import act as acting
from gridmap.desk.acting.told import Told
from gridmap.desk.watching import anew
from gridmap.desk.watching.rules import Rules
from gridmap.errors import GridmapError
from gridmap.people.models import Department, DepartmentPost, Person
from tests import town
from tests.desk.incoming import NOW, alert, take
from tests.people import crew

GRID = town.micro(2, 3)
TEAM = Addressee(team=(GRID, "work"))


@dataclass
class People:
    """Who stands on the ladder of the micro-grid 23, and a department with its leader."""

    member: Person
    micro_head: Person
    village_head: Person
    town_head: Person
    leader: Person
    department: Department

    def asker(self, person: Person, *, leads: bool = False) -> Asker:
        """Somebody as tasks know them."""
        departments = frozenset({self.department.id}) if person is self.leader else frozenset[int]()
        return Asker(f"account:{person.ref.lower()}", person.id, department_ids=departments, leads=leads)


def people(session: Session) -> People:
    """A member on duty round the clock, the three heads, a department."""
    crew.kinds(session)
    member, micro_head, village_head, town_head, leader = (crew.person(session, number) for number in range(1, 6))
    turn = crew.post(session, member, GRID)
    crew.shift(session, turn, starts=datetime(2026, 1, 1).time(), ends=datetime(2026, 1, 1).time())  # noqa: DTZ001  # a time of day
    crew.post(session, micro_head, GRID, "micro_head")
    crew.post(session, village_head, town.village(2), "village_head")
    crew.post(session, town_head, town.TOWN, "town_head")
    department = Department(code="water", name="示例水务", name_en="Demo water")
    session.add(department)
    session.flush()
    valid = crew.post(session, leader, town.micro(1, 1)).valid
    session.add(DepartmentPost(person_id=leader.id, department_id=department.id, leader=True, valid=valid))
    session.flush()
    return People(member, micro_head, village_head, town_head, leader, department)


def open_case(session: Session, number: int | str = 1, *, now: datetime = NOW, **facts: Any) -> Case:
    """A case opened by an alert in GRID, due in four hours."""
    (outcome,) = take(session, [alert(number, occurred_at=now, **facts)], now=now)
    return session.scalars(select(Case).where(Case.number == outcome.number)).one()


def watch_all(session: Session, rules: Rules) -> None:
    """What a worker does that has been told to look all cases through anew."""
    anew.begin(session)
    while anew.go_on(session, rules):
        pass


def photo(session: Session, case: Case) -> int:
    """What shows how it looks afterwards."""
    again = select(Evidence).where(Evidence.case_id == case.id)
    made = session.scalars(again).first()
    if made is None:
        made = Evidence(case_id=case.id, kind="after", digest="00", media_type="image/jpeg", bytes=1, added_by="test")
        session.add(made)
        session.flush()
    return made.id


def act(session: Session, case: Case, action: Action, asker: Asker, at: datetime, **told: Any) -> None:
    """Do it at a moment; GridmapError where it is refused."""
    with clock.frozen(at):
        locked = acting.locked(session, case.number, action)
        acting.act(session, locked, action, Told(**told), asker, call=acting.Call(), nearest_limit_m=30.0)


def tried(session: Session, case: Case, action: Action, asker: Asker, at: datetime, **told: Any) -> bool:
    """Whether it was allowed."""
    try:
        with session.begin_nested():
            act(session, case, action, asker, at, **told)
    except GridmapError:
        session.expire_all()
        return False
    return True


def number_of(session: Session, case_id: int) -> str:
    """A case's number."""
    return session.get_one(Case, case_id).number
