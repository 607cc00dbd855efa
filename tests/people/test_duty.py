"""Who is on duty: against a naive oracle that walks through every person, and the cases that teach what it should say."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from gridmap.clock import TOWN_ZONE
from gridmap.people.duty import OnDuty, Reason, on_duty
from gridmap.people.models import Person, Post, Shift, ShiftException, Team
from tests import town
from tests.people import crew

HERE, THERE = town.micro(1, 1), town.micro(2, 2)
MONDAY = date(2026, 3, 2)


def at(hour: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """A moment by the town's clock."""
    return datetime.combine(day, time(hour, minute), TOWN_ZONE)


def told(found: list[OnDuty]) -> list[tuple[str, str]]:
    return [(one.ref, one.reason) for one in found]


def test_whoever_has_the_turn(staffed: Session) -> None:
    post = crew.post(staffed, crew.person(staffed), HERE)
    crew.shift(staffed, post, weekdays=(1,))
    (one,) = on_duty(staffed, [HERE], at(8))[HERE]
    assert (one.ref, one.post, one.team, one.until, one.reason) == ("T0001", "building_leader", Team.MANAGEMENT, at(16), "shift")
    for moment in (at(7, 59), at(16), at(8, day=MONDAY + timedelta(days=1))):
        assert on_duty(staffed, [HERE], moment)[HERE] == []


def test_a_night_ends_in_the_morning(staffed: Session) -> None:
    post = crew.post(staffed, crew.person(staffed), HERE, "patrol_officer")
    crew.shift(staffed, post, time(22), time(6), weekdays=(1,))
    tuesday = MONDAY + timedelta(days=1)
    assert [
        bool(on_duty(staffed, [HERE], moment)[HERE])
        for moment in (at(21), at(22), at(5, 59, day=tuesday), at(6, day=tuesday), at(3))
    ] == [False, True, True, False, False]


def test_two_equal_hours_are_a_day_round(staffed: Session) -> None:
    crew.shift(staffed, crew.post(staffed, crew.person(staffed), HERE), time(8), time(8), weekdays=(1,))
    assert on_duty(staffed, [HERE], at(7, 59, day=MONDAY + timedelta(days=1)))[HERE][0].until == at(
        8, day=MONDAY + timedelta(days=1)
    )


def test_nobody_on_shift_falls_to_the_heads(staffed: Session) -> None:
    assert on_duty(staffed, [HERE], at(9)) == {HERE: []}
    crew.post(staffed, crew.person(staffed, 1), town.TOWN, "town_head")
    assert told(on_duty(staffed, [HERE], at(9))[HERE]) == [("T0001", "town_head")]
    crew.post(staffed, crew.person(staffed, 2), town.village(1), "village_head")
    assert told(on_duty(staffed, [HERE], at(9))[HERE]) == [("T0002", "village_head")]
    head = crew.post(staffed, crew.person(staffed, 3), HERE, "micro_head", until=at(12))
    found = on_duty(staffed, [HERE, THERE], at(9))
    assert {code: told(there) for code, there in found.items()} == {HERE: [("T0003", "head")], THERE: [("T0001", "town_head")]}
    assert (found[HERE][0].team, found[HERE][0].until) == (None, at(12))
    assert head.valid.upper == at(12)
    assert told(on_duty(staffed, [HERE], at(12))[HERE]) == [("T0002", "village_head")]


def test_who_has_left_is_not_on_duty(staffed: Session) -> None:
    crew.post(staffed, crew.person(staffed, 1), HERE, "micro_head")
    gone = crew.person(staffed, 2, left_at=at(10))
    crew.shift(staffed, crew.post(staffed, gone, HERE))
    assert [(one.ref, one.until) for one in on_duty(staffed, [HERE], at(9))[HERE]] == [("T0002", at(10))]
    assert told(on_duty(staffed, [HERE], at(10))[HERE]) == [("T0001", "head")]


def test_the_best_come_first(staffed: Session) -> None:
    for number, (kind, ends) in enumerate(
        (("party_member", 20), ("eco_warden", 18), ("building_leader", 10), ("specialist", 12), ("building_leader", 11)), start=1
    ):
        crew.shift(staffed, crew.post(staffed, crew.person(staffed, number), HERE, kind), time(8), time(ends))
    assert [one.ref for one in on_duty(staffed, [HERE], at(9))[HERE]] == ["T0005", "T0003", "T0002", "T0004", "T0001"]


def test_somebody_with_two_turns_is_told_once(staffed: Session) -> None:
    someone = crew.person(staffed)
    for kind in ("party_member", "eco_warden"):
        crew.shift(staffed, crew.post(staffed, someone, HERE, kind))
    assert [(one.ref, one.team) for one in on_duty(staffed, [HERE], at(9))[HERE]] == [("T0001", Team.WORK)]


def test_an_end_in_the_middle_of_a_turn(staffed: Session) -> None:
    """The post's end cuts a turn; the last day of a shift's validity still runs to its morning."""
    crew.shift(staffed, crew.post(staffed, crew.person(staffed, 1), HERE, until=at(12)))
    (one,) = on_duty(staffed, [HERE], at(11))[HERE]
    assert one.until == at(12)
    assert on_duty(staffed, [HERE], at(12))[HERE] == []
    night = crew.post(staffed, crew.person(staffed, 2), THERE)
    crew.shift(staffed, night, time(22), time(6), until=MONDAY + timedelta(days=1))
    assert told(on_duty(staffed, [THERE], at(5, day=MONDAY + timedelta(days=1)))[THERE]) == [("T0002", "shift")]
    assert on_duty(staffed, [THERE], at(23, day=MONDAY + timedelta(days=1)))[THERE] == []


def test_nobody_is_asked_for(staffed: Session) -> None:
    assert on_duty(staffed, [], at(9)) == {}


# The oracle: what the rules say, person by person, minute by minute.


class Seen:
    """A town of a few people as plain values."""

    def __init__(self, session: Session, drawn: dict[str, Any]) -> None:
        self.people = [
            crew.person(session, n, left_at=None if left is None else EPOCH + left)
            for n, left in enumerate(drawn["left"], start=1)
        ]
        self.posts: list[Post] = []
        self.shifts: list[Shift] = []
        self.exceptions: list[ShiftException] = []
        heads: set[str] = set()
        for who, where, kind, since, length in drawn["posts"]:
            code = {"micro_head": HERE, "village_head": town.village(1), "town_head": town.TOWN}.get(kind, where)
            if kind.endswith("head") and kind in heads:
                continue
            heads.add(kind)
            if any(p.person_id == self.people[who].id and p.grid_code == code and p.kind == kind for p in self.posts):
                continue
            until = EPOCH + since + length if length else None
            self.posts.append(crew.post(session, self.people[who], code, kind, since=EPOCH + since, until=until))
        for which, days, starts, ends, since, length in drawn["shifts"]:
            if self.posts:
                post = self.posts[which % len(self.posts)]
                until = since + timedelta(days=length) if length else None
                self.shifts.append(
                    crew.shift(session, post, starts, ends, weekdays=tuple(sorted(days)), since=since, until=until)
                )
        for which, day, who in drawn["exceptions"]:
            if self.shifts and all(
                (x.shift_id, x.day) != (self.shifts[which % len(self.shifts)].id, day) for x in self.exceptions
            ):
                made = ShiftException(
                    shift_id=self.shifts[which % len(self.shifts)].id,
                    day=day,
                    substitute_id=None if who is None else self.people[who].id,
                    reason="x",
                    swap=uuid4() if who == 0 else None,
                )
                session.add(made)
                self.exceptions.append(made)
        session.flush()

    def edges(self) -> list[datetime]:
        """When something begins or ends: posts, and the turns of two days."""
        posts = [e for p in self.posts for e in (p.valid.lower, p.valid.upper) if e is not None]
        hours = [hour for shift in self.shifts for hour in (shift.starts, shift.ends)]
        return posts + [datetime.combine(MONDAY + timedelta(days=n), hour, TOWN_ZONE) for hour in hours for n in (2, 3)]

    def on_duty(self, code: str, moment: datetime) -> dict[int, set[tuple[datetime | None, str]]]:
        """Person -> the ends and reasons it may be told with."""
        found: dict[int, set[tuple[datetime | None, str]]] = {}
        people = {p.id: p for p in self.people}
        for shift in self.shifts:
            post = next(p for p in self.posts if p.id == shift.post_id)
            if post.grid_code != code or not holds(post.valid, moment):
                continue
            for back in range(3):
                day = moment.astimezone(TOWN_ZONE).date() - timedelta(days=back)
                begins = datetime.combine(day, shift.starts, TOWN_ZONE)
                hours = (shift.ends.hour * 60 + shift.ends.minute - shift.starts.hour * 60 - shift.starts.minute) % 1440 or 1440
                ends = begins + timedelta(minutes=hours)
                lower, upper = shift.valid.lower, shift.valid.upper
                assert lower is not None
                if (
                    day.isoweekday() not in shift.weekdays
                    or day < lower
                    or (upper is not None and day >= upper)
                    or not begins <= moment < ends
                ):
                    continue
                exception = next((x for x in self.exceptions if (x.shift_id, x.day) == (shift.id, day)), None)
                who = exception.substitute_id if exception else post.person_id
                if who is None or not there(people[who], moment):
                    continue
                ending = min(e for e in (ends, post.valid.upper, people[who].left_at) if e is not None)
                found.setdefault(who, set()).add((ending, "swap" if exception else "shift"))
        return found or self.head(code, moment, people)

    def head(self, code: str, moment: datetime, people: dict[int, Person]) -> dict[int, set[tuple[datetime | None, str]]]:
        for grid, reason in ((code, "head"), (code[:12], "village_head"), (code[:9], "town_head")):
            for post in self.posts:
                someone = people[post.person_id]
                if post.grid_code == grid and post.team is None and holds(post.valid, moment) and there(someone, moment):
                    ends = [e for e in (post.valid.upper, someone.left_at) if e is not None]
                    return {someone.id: {(min(ends) if ends else None, reason)}}
        return {}


EPOCH = datetime(2026, 3, 1, 16, tzinfo=UTC)  # Midnight in the town, Monday.


def holds(valid: Range[datetime], moment: datetime) -> bool:
    return valid.lower is not None and valid.lower <= moment and (valid.upper is None or moment < valid.upper)


def there(person: Person, moment: datetime) -> bool:
    return person.left_at is None or moment < person.left_at


spans = st.integers(0, 9 * 24 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
hours = st.integers(0, 95).map(lambda quarters: time(quarters // 4, quarters % 4 * 15))
days = st.integers(-2, 10).map(lambda n: MONDAY + timedelta(days=n))
towns = st.fixed_dictionaries(
    {
        "left": st.lists(st.none() | spans, min_size=4, max_size=4),
        "posts": st.lists(
            st.tuples(
                st.integers(0, 3),
                st.sampled_from((HERE, HERE, THERE)),
                st.sampled_from(("building_leader", "eco_warden", "party_member", "micro_head", "village_head", "town_head")),
                spans,
                st.none() | spans.map(lambda s: s + timedelta(minutes=15)),
            ),
            min_size=3,
            max_size=6,
        ),
        "shifts": st.lists(
            st.tuples(
                st.integers(0, 5),
                st.sets(st.integers(1, 7), min_size=3),
                hours,
                hours,
                days,
                st.none() | st.integers(1, 9),
            ),
            min_size=3,
            max_size=6,
        ),
        "exceptions": st.lists(st.tuples(st.integers(0, 5), days, st.none() | st.integers(0, 3)), min_size=3, max_size=9),
        "moments": st.lists(spans, min_size=1, max_size=8),
    }
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(drawn=towns)
def test_as_the_oracle_says(staffed: Session, drawn: dict[str, Any]) -> None:
    with staffed.begin_nested() as savepoint:
        seen = Seen(staffed, drawn)
        # Also at and just before each edge, where slips live.
        edges = seen.edges()
        moments = [EPOCH + span for span in drawn["moments"]] + edges + [e - timedelta(microseconds=1) for e in edges]
        for moment in moments:
            found = on_duty(staffed, [HERE, THERE], moment)
            for code in (HERE, THERE):
                wanted = seen.on_duty(code, moment)
                got = {one.person_id: (one.until, str(one.reason)) for one in found[code]}
                assert got.keys() == wanted.keys(), (code, moment)
                assert all(got[who] in wanted[who] for who in wanted), (code, moment, got, wanted)
        savepoint.rollback()
    staffed.expire_all()


@pytest.mark.parametrize("reason", list(Reason))
def test_reasons_are_plain_words(reason: Reason) -> None:
    assert reason in ("shift", "swap", "head", "village_head", "town_head")
