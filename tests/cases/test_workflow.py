"""The whole table, legal and illegal pairs; who may act on which task; and the database refuses what the table refuses."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.accounts.rights import RIGHTS
from gridmap.cases.models import Move
from gridmap.cases.states import ENDED_STATES, OPEN_STATES, State
from gridmap.cases.tasks import Addressee, Asker, Task, TaskState
from gridmap.cases.words import ACTIONS, STATES
from gridmap.cases.workflow import TABLE, Action, By, NotNow, Standing, by_tasks, check, moves, possible

HE = Asker("account:he", 1, frozenset({("310151101001001", "work")}), frozenset({7}), leads=True)
SHE = Asker("account:she", 2)
WAITING = Task(1, Addressee(person_id=1), TaskState.WAITING)
HELD = Task(1, Addressee(person_id=1), TaskState.ACCEPTED, "account:he", 1)
DONE = Task(1, Addressee(person_id=1), TaskState.DONE, "account:he", 1, "account:he")


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", State)
def test_every_pair_of_state_and_action(state: State, action: Action) -> None:
    standing = Standing(state, (WAITING, HELD))
    if state in TABLE[action].paths:
        check(action, standing, HE)
        assert action in possible(standing, HE)
    else:
        with pytest.raises(NotNow):
            check(action, standing, HE)
        assert action not in possible(standing, HE)


@pytest.mark.parametrize("action", Action)
def test_every_action_has_its_right(action: Action) -> None:
    assert f"case.{action.value}" in RIGHTS


def test_every_state_and_action_has_its_word() -> None:
    assert STATES.keys() == set(State)
    assert ACTIONS.keys() == {action.value for action in Action}


def test_every_state_can_be_reached_and_every_open_one_left() -> None:
    reached, edge = {State.DISCOVERED}, {State.DISCOVERED}
    while edge := {b for a, b in moves() if a in edge} - reached:
        reached |= edge
    assert reached == set(State)
    for state in OPEN_STATES:
        ends, edge = {state}, {state}
        while edge := {b for a, b in moves() if a in edge} - ends:
            ends |= edge
        assert State.CLOSED in ends


def test_an_ended_case_is_not_moved_but_by_opening_it_again() -> None:
    out = {(row, a) for row, rule in TABLE.items() for a in ENDED_STATES if any(b is not a for b in rule.paths.get(a, ()))}
    assert out == {(Action.REOPEN, State.CLOSED), (Action.RATE, State.CLOSED), (Action.UNMERGE, State.MERGED)}


def test_who_gets_a_return_cannot_push_the_case_forward() -> None:
    """A return leads to consulting; there nothing leads on but handing the case to somebody again."""
    forward = {State.HANDLING, State.VERIFYING, State.RATING, State.CLOSED}
    assert TABLE[Action.HAND_BACK].needs == ("reason",)
    assert not [b for a, b in moves() if a is State.CONSULTING and b in forward]


@pytest.mark.parametrize(
    ("by", "task", "asker", "fits"),
    [
        (By.ADDRESSEE, WAITING, HE, True),
        (By.ADDRESSEE, WAITING, SHE, False),
        (By.ADDRESSEE, HELD, HE, False),
        (By.HOLDER, HELD, HE, True),
        (By.HOLDER, WAITING, HE, False),
        (By.HOLDER, HELD, SHE, False),
        (By.EITHER, WAITING, HE, True),
        (By.EITHER, HELD, HE, True),
        (By.EITHER, HELD, SHE, False),
        (By.LEADER, Task(1, Addressee(person_id=9), TaskState.WAITING), HE, True),
        (By.LEADER, HELD, SHE, False),
        (By.OTHERS, DONE, HE, False),
        (By.OTHERS, DONE, Asker("account:his-other-account", 1), False),
        (By.OTHERS, DONE, SHE, True),
        (By.ADDRESSEE, Task(1, Addressee(team=("310151101001001", "work")), TaskState.WAITING), HE, True),
        (By.ADDRESSEE, Task(1, Addressee(team=("310151101001001", "volunteer")), TaskState.WAITING), HE, False),
        (By.ADDRESSEE, Task(1, Addressee(department_id=7), TaskState.WAITING), HE, True),
        (By.ADDRESSEE, Task(1, Addressee(department_id=8), TaskState.WAITING), HE, False),
    ],
)
def test_whose_task_it_is(by: By, task: Task, asker: Asker, fits: bool) -> None:
    action = next(action for action, row in TABLE.items() if row.by is by)
    standing = Standing(next(state for state in TABLE[action].paths if state is not State.DISCOVERED), (task,))
    if fits:
        check(action, standing, asker)
    else:
        with pytest.raises(NotNow):
            check(action, standing, asker)


@pytest.mark.parametrize(
    ("states", "stands"),
    [
        ([], State.CONSULTING),
        ([TaskState.DONE, TaskState.WITHDRAWN, TaskState.HANDED_BACK], State.CONSULTING),
        ([TaskState.WAITING, TaskState.DONE], State.DISPATCHED),
        ([TaskState.WAITING, TaskState.ACCEPTED], State.HANDLING),
        ([TaskState.STARTED], State.HANDLING),
    ],
)
def test_tasks_say_where_the_case_stands(states: list[TaskState], stands: State) -> None:
    tasks = [Task(n, Addressee(person_id=n), state, "somebody") for n, state in enumerate(states)]
    assert by_tasks(tasks, nobody=State.CONSULTING) is stands


def test_a_task_has_one_addressee() -> None:
    with pytest.raises(ValueError, match="one person"):
        Addressee()
    with pytest.raises(ValueError, match="one person"):
        Addressee(person_id=1, department_id=2)


def test_the_database_knows_the_same_moves(session: Session) -> None:
    found = {(State(move.before), State(move.after)) for move in session.scalars(select(Move))}
    assert found == moves()


@pytest.mark.parametrize(
    "after", [state for state in State if (State.DISCOVERED, state) not in moves() | {(State.DISCOVERED, State.DISCOVERED)}]
)
def test_the_database_refuses_every_other(tiny_town: Session, after: State) -> None:
    tiny_town.execute(text("INSERT INTO cases (source, source_id, occurred_at, route) VALUES ('test', 'A-1', now(), '{}')"))
    closed = "now()" if after in ENDED_STATES else "NULL"
    with pytest.raises(IntegrityError, match="cannot become"):
        tiny_town.execute(text(f"UPDATE cases SET state = :after, closed_at = {closed}"), {"after": after.value})
