"""Cases made up for counting, and counted again by hand: the slow way that anybody can follow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gridmap.appraisal.periods import Window
from gridmap.cases.loop_models import CaseTask, Rating, RatingLink, Request, Supervision, Suspension
from gridmap.cases.models import Case
from gridmap.cases.tasks import TaskState
from gridmap.journal.models import JournalEntry
from tests import town
from tests.town import FOUNDED

HOUR = timedelta(hours=1)
BEGIN = FOUNDED + timedelta(days=30)
OPEN = ("discovered", "handling", "verifying", "rating")


@dataclass
class MadeTask:
    """A task of a made-up case."""

    department: int | None
    given: datetime
    due: datetime | None
    ended: datetime | None
    state: str


@dataclass
class Made:
    """A made-up case with all that bears on a figure."""

    source: str
    grid: str | None
    group: str | None
    state: str
    received: datetime
    due: datetime | None
    handled: datetime | None
    closed: datetime | None
    exempt: bool
    pause: tuple[datetime, datetime | None] | None
    events: list[tuple[str, str, datetime]] = field(default_factory=list)
    extended: datetime | None = None
    supervised: datetime | None = None
    votes: list[tuple[str, bool, datetime]] = field(default_factory=list)
    tasks: list[MadeTask] = field(default_factory=list)


def _moment(low: int = 0, high: int = 240) -> st.SearchStrategy[datetime]:
    # Half hours, so that limits and moments often fall together: the borders are where counting goes wrong.
    return st.integers(low * 2, high * 2).map(lambda halves: BEGIN + halves * HOUR / 2)


_EVENTS = (
    ("case.verify", "rating"),
    ("case.rework", "handling"),
    ("case.reopen", "discovered"),
    ("case.rate", "closed"),
    ("case.rate", "handling"),
    ("case.self_handle", "verifying"),
    ("case.finish", "verifying"),
    ("case.finish", "handling"),
)


@st.composite
def tasks(draw: st.DrawFn, departments: list[int]) -> MadeTask:
    """A task in any state."""
    given = draw(_moment())
    state = draw(st.sampled_from(list(TaskState)))
    ended = given + draw(st.integers(0, 96)) * HOUR / 2 if state.value not in ("waiting", "accepted", "started") else None
    due = draw(st.none() | st.integers(0, 96).map(lambda halves: given + halves * HOUR / 2))
    return MadeTask(draw(st.sampled_from([*departments, None])), given, due, ended, state.value)


@st.composite
def cases(draw: st.DrawFn, groups: list[str], departments: list[int]) -> Made:
    """A case in any state, its moments in an order that can be."""
    received = draw(_moment())
    state = draw(st.sampled_from(["closed", "closed", "closed", *OPEN, "suspended", "void", "merged"]))
    later = st.integers(0, 160).map(lambda halves: received + halves * HOUR / 2)
    closed = draw(later) if state in ("closed", "void", "merged") else None
    handled = draw(st.none() | later) if state in ("closed", "verifying", "rating") else None
    if handled and closed and handled > closed:
        handled, closed = closed, handled
    pause: tuple[datetime, datetime | None] | None = None
    if state == "suspended":
        pause = (draw(later), None)
    elif draw(st.booleans()):
        since = draw(later)
        pause = (since, since + draw(st.integers(0, 60)) * HOUR)
    return Made(
        source=draw(st.sampled_from(["camera-ai", "resident"])),
        grid=draw(st.sampled_from([town.micro(1, 1), town.micro(1, 2), town.micro(3, 1), None])),
        group=draw(st.sampled_from([*groups, None])),
        state=state,
        received=received,
        due=None if state == "suspended" else draw(st.none() | later),
        handled=handled,
        closed=closed,
        exempt=draw(st.booleans()) if state == "closed" else False,
        pause=pause,
        events=[(*draw(st.sampled_from(_EVENTS)), draw(_moment())) for _ in range(draw(st.integers(0, 3)))],
        extended=draw(st.none() | _moment()),
        supervised=draw(st.none() | _moment()),
        votes=[
            (draw(st.sampled_from(["very_satisfied", "satisfied", "dissatisfied"])), draw(st.booleans()), draw(_moment(0, 400)))
            for _ in range(draw(st.integers(0, 2)))
        ],
        tasks=draw(st.lists(tasks(departments), max_size=2)),
    )


def keep(session: Session, made: Made, number: int, category_ids: dict[str, int], into: int | None) -> int:
    """Put a made-up case into the database; its id."""
    row = Case(
        number=f"M-{number:06d}",
        source=made.source,
        source_id=f"M-{number}",
        occurred_at=made.received,
        received_at=made.received,
        state=made.state,
        due_at=made.due,
        closed_at=made.closed,
        handled_at=made.handled,
        grid_code=made.grid,
        category_id=category_ids[made.group] if made.group else None,
        exempt=made.exempt,
        route={},
        version=len(made.events),
        merged_into=into if made.state == "merged" else None,
    )
    session.add(row)
    session.flush()
    facts: list[Any] = [
        JournalEntry(at=at, topic="cases", kind=kind, subject=row.number, actor="test", data={"to": to})
        for kind, to, at in made.events
    ]
    if made.pause:
        since, until = made.pause
        facts.append(Suspension(case_id=row.id, since=since, planned_until=since + timedelta(days=90), ended_at=until))
    if made.extended:
        asked = {"kind": "extension", "reason": "r", "asked_by": "test", "asked_at": made.extended}
        facts.append(Request(case_id=row.id, state="granted", decided_at=made.extended, **asked))
    if made.supervised:
        facts.append(Supervision(case_id=row.id, kind="focus", text="t", by="test", at=made.supervised))
    for one in made.tasks:
        held = "account:x" if one.state in ("accepted", "started") else None
        facts.append(
            CaseTask(
                case_id=row.id,
                department_id=one.department,
                team=None if one.department else "work",
                grid_code=None if one.department else town.micro(1, 1),
                state=one.state,
                given_by="test",
                given_at=one.given,
                due_at=one.due,
                ended_at=one.ended,
                holder=held,
            )
        )
    session.add_all(facts)
    for verdict, solved, at in made.votes:
        link = RatingLink(case_id=row.id, round=0, made_by="test", expires_at=at)
        session.add(link)
        session.flush()
        session.add(Rating(link_id=link.id, case_id=row.id, round=0, verdict=verdict, score=3, solved=solved, at=at))
    session.flush()
    return row.id


# --- by hand ------------------------------------------------------------------------------------------------------


def by_hand(made: Iterable[Made], window: Window) -> dict[str, float]:
    """The case measures of these."""
    total: dict[str, float] = {}
    for one in made:
        for key, value in _case(one, window).items():
            total[key] = total.get(key, 0) + value
    return total


def tasks_by_hand(made: Iterable[Made], window: Window, fits: Callable[[MadeTask], bool] = lambda _: True) -> dict[str, float]:
    """The task measures of those that fit."""
    total: dict[str, float] = {}
    for one in made:
        for task in one.tasks:
            if one.state not in ("void", "merged") and fits(task):
                for key, value in _task(one, task, window).items():
                    total[key] = total.get(key, 0) + value
    return total


def _hours(made: Made, begins: datetime, ends: datetime, window: Window) -> float:
    ran = ends - begins
    if made.pause:
        since, until = made.pause
        ran -= max(timedelta(0), min(until or window.at, ends) - max(since, begins))
    return ran / HOUR


def _case(one: Made, w: Window) -> dict[str, float]:
    def inside(at: datetime | None) -> bool:
        return at is not None and w.since <= at < w.at

    if not one.received < w.at:
        votes = [vote for vote in one.votes if inside(vote[2])] if one.state not in ("void", "merged") else []
        return _votes(votes)
    if one.state in ("void", "merged"):
        return {"reported": inside(one.received)}
    finished = one.handled or one.closed
    closed = inside(one.closed)
    open_at_end = one.closed is None or one.closed >= w.at
    gone_before = one.closed is not None and one.closed < w.since
    suspended = bool(one.pause and one.pause[0] < w.at and (one.pause[1] is None or one.pause[1] >= w.at)) and open_at_end
    in_hand = not gone_before and not suspended
    late = open_at_end and one.due is not None and one.due < w.at and (finished is None or finished > one.due)
    in_time = one.due is not None and finished is not None and finished <= one.due
    happened = {(kind, to) for kind, to, at in one.events if inside(at)} if not gone_before else set()
    back = {("case.rework", "handling"), ("case.reopen", "discovered"), ("case.rate", "handling")}
    done = {("case.self_handle", "verifying"), ("case.finish", "verifying")}
    told = {
        "reported": inside(one.received),
        "filed": inside(one.received),
        "closed": closed,
        "in_hand": in_hand,
        "left_open": open_at_end,
        "suspended": suspended,
        "due": (closed and one.due is not None) or (late and not one.exempt),
        "on_time": closed and one.due is not None and (in_time or one.exempt),
        "overdue_open": late and not one.exempt,
        "due_raw": (closed and one.due is not None) or late,
        "on_time_raw": closed and in_time,
        "excused": closed and one.exempt and one.due is not None and not in_time,
        "checked": bool(happened & (back | {("case.verify", "rating")})),
        "sent_back": bool(happened & back),
        "handled": bool(happened & done),
        "self_handled": ("case.self_handle", "verifying") in happened,
        "extended": in_hand and inside(one.extended),
        "supervised": in_hand and inside(one.supervised),
        "handling_hours": _hours(one, one.received, finished, w) if closed and finished else 0,
    }
    return told | _votes([vote for vote in one.votes if inside(vote[2])])


def _votes(votes: list[tuple[str, bool, datetime]]) -> dict[str, float]:
    satisfied = sum(verdict != "dissatisfied" for verdict, _, _ in votes)
    return {"votes": len(votes), "satisfied": satisfied, "solved": sum(solved for _, solved, _ in votes)}


def _task(case: Made, one: MadeTask, w: Window) -> dict[str, float]:
    if one.state == "withdrawn" or not one.given < w.at or (one.ended is not None and one.ended < w.since):
        return {}
    ended = one.ended is not None and w.since <= one.ended < w.at
    done, back = ended and one.state == "done", ended and one.state == "handed_back"
    open_at_end = one.ended is None or one.ended >= w.at
    suspended = bool(case.pause and case.pause[0] < w.at and (case.pause[1] is None or case.pause[1] >= w.at)) and open_at_end
    late = open_at_end and one.due is not None and one.due < w.at and (one.ended is None or one.ended > one.due)
    in_time = one.due is not None and one.ended is not None and one.ended <= one.due
    return {
        "given": w.since <= one.given,
        "task_in_hand": not suspended,
        "done": done,
        "handed_back": back,
        "ended": done or back,
        "task_due": (done and one.due is not None) or (late and not case.exempt),
        "task_on_time": done and one.due is not None and (in_time or case.exempt),
        "task_overdue": late and not case.exempt,
        "task_due_raw": (done and one.due is not None) or late,
        "task_on_time_raw": done and in_time,
        "task_hours": _hours(case, one.given, one.ended, w) if done and one.ended else 0,
    }
