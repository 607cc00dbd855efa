"""Many alerts at once are taken as one by one; which alert joins which case."""

import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.db import MANY
from gridmap.desk.alerts import Incoming, Outcome
from tests import town
from tests.desk.incoming import NOW, PAPER, POLICY, RUBBISH, alert, one_by_one, take


class Seen(NamedTuple):
    """What can be told apart afterwards: what became of each alert, and which of them share a case."""

    relations: list[str]
    partition: list[int]
    alerts_by_case: list[int]


def seen(session: Session, outcomes: list[Outcome]) -> Seen:
    numbers = list(dict.fromkeys(outcome.number for outcome in outcomes))
    counts = {row.number: row.alerts for row in session.execute(select(Case.number, Case.alerts))}
    return Seen(
        [outcome.relation.value for outcome in outcomes],
        [numbers.index(outcome.number) for outcome in outcomes],
        [counts[number] for number in numbers],
    )


# Steps of some 12 m, so that many pairs lie within 50 m of each other and many do not; never quite the same distance twice.
step = st.integers(0, 12)
random_alerts = st.lists(
    st.builds(
        lambda number, x, y, hours, category, join: alert(
            number,
            at=(1.4 + x * 0.0131 + y * 0.00017, 1.4 + y * 0.0113 + x * 0.00023),
            occurred_at=NOW - timedelta(hours=hours),
            category=category,
            join=join,
        ),
        st.integers(0, 14),
        step,
        step,
        st.sampled_from([0, 1, 20, 30, 47]),
        st.sampled_from([RUBBISH, RUBBISH, RUBBISH, PAPER, None]),
        st.sampled_from([True, True, True, False]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(alerts=random_alerts, cuts=st.lists(st.integers(1, 24), max_size=3), radius=st.sampled_from([50.0, 30.0, 0.0]))
def test_many_at_once_are_taken_as_one_by_one(desk: Session, alerts: list[Incoming], cuts: list[int], radius: float) -> None:
    policy = replace(POLICY, duplicate_radius_m=radius)
    edges = sorted({0, len(alerts), *(cut for cut in cuts if cut < len(alerts))})
    chunks = [alerts[a:b] for a, b in pairwise(edges)]
    told = []
    for way in ([alerts], chunks, [[each] for each in alerts]):
        with desk.begin_nested() as savepoint:
            outcomes = [outcome for chunk in way for outcome in take(desk, chunk, policy=policy)]
            told.append(seen(desk, outcomes))
            savepoint.rollback()
    assert told[0] == told[2]
    assert told[1] == told[2]


AWKWARD = ["", "tab\there", "back\\slash", "line\nbreak\r", "\\N", "\\.", "\\u0000", "引号\"'\u3000全角", "\x7f\v\b", "𠮷"]


def test_a_chunk_so_long_that_it_is_copied_is_taken_as_one_by_one(desk: Session) -> None:
    chance, odd = random.Random(7), random.Random(8)
    before = take(desk, [alert(f"before-{n}", at=(1.4 + n * 0.02, 1.4)) for n in range(5)])
    alerts = [
        alert(
            chance.randrange(3 * MANY),
            at=(1.4 + chance.random() * 0.3, 1.4 + chance.random() * 0.3),
            category=chance.choice([RUBBISH, RUBBISH, PAPER, None]),
            join=chance.random() < 0.8,
            reporter=("居民", "", "") if chance.random() < 0.1 else None,
            payload=f'{{\t"text": {orjson.dumps(awkward).decode()}\r}}',
            text=awkward,
            address=odd.choice(AWKWARD),
            camera_id=odd.choice([None, *AWKWARD]),
            source_code=odd.choice([None, *AWKWARD]),
            accuracy_m=odd.choice([None, 0.0, 12.5, 1e-7]),
            media=odd.choice([[], [{"url": f"http://a.invalid/{awkward}"}]]),
        )
        for awkward in odd.choices(AWKWARD, k=3 * MANY)
    ]
    told = []
    for way in ([alerts], [alerts[: 2 * MANY], alerts[2 * MANY :]], [[each] for each in alerts]):
        with desk.begin_nested() as savepoint:
            outcomes = [outcome for chunk in way for outcome in take(desk, chunk)]
            told.append((seen(desk, outcomes), _kept(desk)))
            assert {"opened", "joined", "known"} == set(told[-1][0].relations)
            assert {outcome.number for outcome in before} & {outcome.number for outcome in outcomes}
            savepoint.rollback()
    assert told[0] == told[2]
    assert told[1] == told[2]


def _kept(session: Session) -> list[tuple[Any, ...]]:
    """What alerts, journal, cases and reporters hold, in their order; ids and numbers of cases aside."""
    asked = """
        SELECT a.source_id, a.relation, CAST(a.payload AS text), j.kind, j.data->'alert'->>'source_id', j.data->'limit',
               CAST(j.data#>'{case,properties}' AS jsonb) - 'number' - 'alerts', j.data#>'{case,geometry}', r.name,
               to_jsonb(c.*) - 'id' - 'number', j.data#>>'{case,id}' = c.number, j.data#>>'{case,properties,number}' = c.number
        FROM (SELECT *, row_number() OVER (ORDER BY id) AS place FROM alert) AS a
        JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM journal WHERE topic = 'cases') AS j USING (place)
        JOIN cases c ON c.id = a.case_id
        LEFT JOIN reporter r ON (r.source, r.source_id) = (a.source, a.source_id)
        ORDER BY place
    """
    return [tuple(row) for row in session.execute(text(asked))]


def test_a_case_that_was_not_to_join_may_be_joined_in_the_same_breath(desk: Session) -> None:
    first, second = take(desk, [alert(1, join=False), alert(2)])
    assert (first.relation, second.relation) == ("opened", "joined")
    assert first.number == second.number


def test_the_nearest_case_is_joined_on_record_or_not(desk: Session) -> None:
    (far,) = take(desk, [alert(1, at=(1.5, 1.5))])
    near, joins = take(desk, [alert(2, at=(1.5, 1.54), join=False), alert(3, at=(1.5, 1.53))])
    assert (near.relation, joins.relation, joins.number) == ("opened", "joined", near.number)
    (other,) = take(desk, [alert(4, at=(1.5, 1.511))])
    assert (other.relation, other.number) == ("joined", far.number)


@pytest.mark.parametrize(
    ("second", "relation"),
    [
        (alert(2, at=(1.5, 2.5 + 49.5 / 1109)), "joined"),
        (alert(2, at=(1.5, 2.5 + 50.5 / 1109)), "opened"),
        (alert(2, occurred_at=NOW - timedelta(hours=24)), "joined"),
        (alert(2, occurred_at=NOW + timedelta(hours=24)), "joined"),
        (alert(2, occurred_at=NOW - timedelta(hours=24, seconds=1)), "opened"),
        (alert(2, category=PAPER), "opened"),
        (alert(2, category=None), "opened"),
        (alert(2, join=False), "opened"),
        (alert(2, at=None), "opened"),
        (alert(2, source="hikvision", source_id="A-1"), "joined"),
    ],
)
@pytest.mark.parametrize("together", [False, True])
def test_what_joins(desk: Session, second: Incoming, relation: str, together: bool) -> None:
    both = take(desk, [alert(1), second]) if together else [*take(desk, [alert(1)]), *take(desk, [second])]
    assert [outcome.relation for outcome in both] == ["opened", relation]


@pytest.mark.parametrize("together", [False, True])
def test_a_radius_of_nothing_joins_nothing(desk: Session, together: bool) -> None:
    policy = replace(POLICY, duplicate_radius_m=0.0)
    way = take(desk, [alert(1), alert(2)], policy=policy) if together else one_by_one(desk, [alert(1), alert(2)], policy)
    assert [outcome.relation for outcome in way] == ["opened", "opened"]


def test_hours_of_nothing_join_only_the_same_moment(desk: Session) -> None:
    policy = replace(POLICY, duplicate_hours=0.0)
    later = alert(3, occurred_at=NOW + timedelta(seconds=1))
    assert [o.relation for o in take(desk, [alert(1), alert(2), later], policy=policy)] == ["opened", "joined", "opened"]


def test_closed_cases_are_not_joined(desk: Session) -> None:
    take(desk, [alert(1)])
    town.stand(desk, State.CLOSED)
    assert take(desk, [alert(2)])[0].relation == "opened"
