"""Appointing, ending, leaving, departments: what each deed does, refuses and writes down."""

from datetime import date, time
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.errors import Conflict, GridmapError, Invalid, NotFound
from gridmap.journal.models import JournalEntry
from gridmap.people import appointing, departments, ending, lookup, registering, rostering
from gridmap.people.duty import on_duty
from gridmap.people.models import Duty, Person, Post
from gridmap.people.registering import PersonFacts
from gridmap.people.roster import roster
from gridmap.people.rostering import Seat
from gridmap.people.turns import week_of
from tests import town
from tests.people import crew
from tests.people.stage import HERE, HOUR, NOW, TODAY, appoint, journal

pytestmark = pytest.mark.usefixtures("now")


def test_who_was_responsible_on_3_march(staffed: Session, one: Person, two: Person) -> None:
    first = appoint(staffed, one, "micro_head", since=NOW - 30 * HOUR, reason="paper from January")
    ending.end_post(staffed, first.id, at=NOW + 10 * HOUR, actor="test")
    appoint(staffed, two, "micro_head", since=NOW + 10 * HOUR)
    answers = {span: lookup.responsible(staffed, HERE, NOW + span * HOUR) for span in (-31, -30, 9, 10, 999)}
    assert {span: [held.person.ref for held in found.heads] for span, found in answers.items()} == {
        -31: [], -30: ["T0001"], 9: ["T0001"], 10: ["T0002"], 999: ["T0002"],
    }  # fmt: skip
    assert [(d.ref, d.reason) for d in answers[9].on_duty] == [("T0001", "head")]


def test_the_heads_above_come_nearest_first(staffed: Session, one: Person, two: Person) -> None:
    crew.post(staffed, one, town.TOWN, "town_head")
    crew.post(staffed, two, HERE, "micro_head")
    assert [held.kind.code for held in lookup.responsible(staffed, HERE, NOW).heads] == ["micro_head", "town_head"]
    assert [held.kind.code for held in lookup.responsible(staffed, town.village(1), NOW).heads] == ["town_head"]


def test_a_grid_has_one_head_at_a_time(staffed: Session, one: Person, two: Person) -> None:
    appoint(staffed, one, "micro_head")
    with pytest.raises(Conflict, match=r"演示人1 heads this grid .* 2026-03-03 09:00 – …"):
        appoint(staffed, two, "micro_head", since=NOW + HOUR)
    with pytest.raises(IntegrityError, match="one_head"), staffed.begin_nested():
        crew.post(staffed, two, HERE, "micro_head")


def test_many_posts_many_duties(staffed: Session, one: Person) -> None:
    appoint(staffed, one, duties=["patrol", "mediation"])
    appoint(staffed, one, "party_member")
    appointing.appoint(staffed, one.ref, town.micro(2, 2), "building_leader", actor="test")
    assert len(lookup.posts_of(staffed, one.id)) == 3
    there = lookup.teams(staffed, HERE)
    assert {team: [[d.code for d in held.duties] for held in members] for team, members in there.teams.items()} == {
        "management": [["mediation", "patrol"]], "work": [], "volunteer": [[]],
    }  # fmt: skip
    with pytest.raises(Conflict, match="holds this post"):
        appoint(staffed, one)
    with pytest.raises(IntegrityError, match="not_twice"), staffed.begin_nested():
        crew.post(staffed, one, HERE)


@pytest.mark.parametrize(
    ("grid", "kind", "kind_of_error"),
    [
        (town.TOWN, "micro_head", Invalid),
        (HERE, "village_head", Invalid),
        (town.village(1), "building_leader", Invalid),
        (HERE, "emperor", NotFound),
        ("310151999999999", "building_leader", NotFound),
    ],
)
def test_a_post_fits_its_grid(staffed: Session, one: Person, grid: str, kind: str, kind_of_error: type[GridmapError]) -> None:
    with pytest.raises(kind_of_error):
        appointing.appoint(staffed, one.ref, grid, kind, actor="test")


@pytest.mark.parametrize(
    ("grid", "kind", "team"),
    [
        (HERE, "village_head", None),
        (HERE, "building_leader", None),
        (town.TOWN, "building_leader", "management"),
        (HERE, "building_leader", "work"),
    ],
)
def test_the_database_knows_it_too(staffed: Session, one: Person, grid: str, kind: str, team: str | None) -> None:
    staffed.add(Post(person_id=one.id, grid_code=grid, kind=kind, team=team, valid=Range(NOW, None)))
    with pytest.raises(IntegrityError), staffed.begin_nested():
        staffed.flush()
    staffed.expunge_all()


def test_the_past_needs_a_reason(staffed: Session, one: Person) -> None:
    with pytest.raises(Invalid, match="needs a reason"):
        appoint(staffed, one, since=NOW - HOUR)
    post = appoint(staffed, one, since=NOW - 5 * HOUR, reason="forgotten")
    with pytest.raises(Invalid, match="needs a reason"):
        ending.end_post(staffed, post.id, at=NOW - HOUR, actor="test")
    ending.end_post(staffed, post.id, at=NOW - HOUR, reason="forgotten", actor="test")
    with pytest.raises(Conflict, match="ended already"):
        ending.end_post(staffed, post.id, actor="test")
    with pytest.raises(Invalid, match="before it begins"):
        appoint(staffed, one, until=NOW - HOUR)


def test_an_ended_post_ends_its_duties_and_shifts(staffed: Session, one: Person) -> None:
    post = appoint(staffed, one, duties=["patrol"])
    rostering.add_shift(staffed, post.id, weekdays=[2], starts=time(8), ends=time(16), actor="test")
    ending.end_post(staffed, post.id, at=NOW + HOUR, actor="test")
    staffed.expire_all()
    (duty,) = staffed.scalars(select(Duty)).all()
    assert duty.valid.upper == NOW + HOUR
    assert on_duty(staffed, [HERE], NOW + HOUR / 2)[HERE][0].until == NOW + HOUR
    assert on_duty(staffed, [HERE], NOW + HOUR)[HERE] == []
    assert [one.ends for one in roster(staffed, HERE, week_of(TODAY))] == [NOW + HOUR]


def test_a_post_still_to_begin_is_cancelled(staffed: Session, one: Person) -> None:
    post = appoint(staffed, one, since=NOW + HOUR, duties=["patrol"])
    ending.end_post(staffed, post.id, actor="test")
    assert lookup.posts_of(staffed, one.id) == []
    assert journal(staffed, "people")[-1] == ("post.cancelled", "T0001")


def test_duties_come_and_go_within_the_post(staffed: Session, one: Person) -> None:
    post = appoint(staffed, one, until=NOW + 10 * HOUR)
    appointing.give_duty(staffed, post.id, "patrol", since=NOW + HOUR, actor="test")
    with pytest.raises(Conflict):
        appointing.give_duty(staffed, post.id, "patrol", actor="test")
    with pytest.raises(Invalid, match="not held"):
        appointing.give_duty(staffed, post.id, "visiting", since=NOW + 11 * HOUR, actor="test")
    with pytest.raises(NotFound):
        appointing.give_duty(staffed, post.id, "ruling", actor="test")
    appointing.take_duty(staffed, post.id, "patrol", at=NOW + 2 * HOUR, actor="test")
    with pytest.raises(NotFound):
        appointing.take_duty(staffed, post.id, "patrol", at=NOW + 3 * HOUR, actor="test")
    assert post.team is not None
    held = [[d.code for d in lookup.teams(staffed, HERE, NOW + n * HOUR).teams[post.team][0].duties] for n in (0, 1, 2)]
    assert held == [[], ["patrol"], []]


def test_who_leaves_leaves_everything(staffed: Session, one: Person) -> None:
    post = appoint(staffed, one, duties=["patrol"])
    rostering.add_shift(staffed, post.id, weekdays=[2], starts=time(8), ends=time(16), actor="test")
    departments.make(staffed, "water", {"name": "水务"}, actor="test")
    departments.bring_in(staffed, "water", one.ref, leader=True, actor="test")
    registering.leave(staffed, one.ref, at=NOW + HOUR, actor="test")
    staffed.expire_all()
    assert on_duty(staffed, [HERE], NOW + HOUR)[HERE] == []
    assert post.team is not None
    assert lookup.teams(staffed, HERE, NOW + HOUR).teams[post.team] == []
    assert not lookup.staff(staffed, [lookup.department(staffed, "water").id], NOW + HOUR)
    with pytest.raises(Conflict, match="left"):
        registering.leave(staffed, one.ref, actor="test")
    with pytest.raises(Conflict, match="left"):
        appoint(staffed, one, "party_member")


def test_facts_are_checked_and_corrected(staffed: Session) -> None:
    facts = PersonFacts("S-1", "演示甲", phone="021-5550-0001")
    registering.register(staffed, facts, actor="test")
    with pytest.raises(Conflict):
        registering.register(staffed, facts, actor="test")
    for wrong in (
        PersonFacts("", "甲"),
        PersonFacts("a b", "甲"),
        PersonFacts("S-2", " "),
        PersonFacts("S-3", "甲\n"),
        PersonFacts("S-4", "甲" * 101),
    ):
        with pytest.raises(Invalid):
            registering.register(staffed, wrong, actor="test")
    changed = registering.correct(
        staffed, "S-1", {"name": "演示乙", "phone_public": True, "phone": "021-5550-0001"}, actor="test"
    )
    assert (changed.name, changed.phone_public) == ("演示乙", True)
    last = staffed.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    assert (last.kind, last.data) == ("person.changed", {"fields": ["name", "phone_public"]})


def test_the_journal_holds_no_names_and_no_phones(staffed: Session, one: Person, two: Person) -> None:
    """Everybody who sees the map hears the feed."""
    registering.register(
        staffed, PersonFacts("S-1", "演示甲", "Demo A", "021-5550-0001", email="a@example.invalid"), actor="test"
    )
    registering.correct(staffed, "S-1", {"name": "演示乙", "phone": "021-5550-0002"}, actor="test")
    mine, theirs = appoint(staffed, one), appoint(staffed, two)
    seats = [
        Seat(rostering.add_shift(staffed, p.id, weekdays=[3], starts=time(8), ends=time(9), actor="test").id, date(2026, 3, 4))
        for p in (mine, theirs)
    ]
    rostering.swap(staffed, *seats, reason="x", actor="test")
    registering.leave(staffed, one.ref, at=NOW + HOUR, actor="test")
    written = str(
        staffed.execute(text("SELECT string_agg(data::text || subject, ' ') FROM journal WHERE topic <> 'grids'")).scalar_one()
    )
    for secret in ("演示甲", "演示乙", "演示人", "Demo", "5550", "example.invalid"):
        assert secret not in written


def test_departments(staffed: Session, one: Person, two: Person) -> None:
    departments.make(staffed, "water", {"name": "水务", "phone": "021-5550-8001"}, actor="test")
    with pytest.raises(Conflict):
        departments.make(staffed, "water", {"name": "水务"}, actor="test")
    with pytest.raises(Invalid):
        departments.make(staffed, "Water!", {"name": "水务"}, actor="test")
    departments.change(staffed, "water", {"name": "水务站"}, actor="test")
    departments.bring_in(staffed, "water", one.ref, leader=True, actor="test")
    with pytest.raises(Conflict, match="演示人1 leads it"):
        departments.bring_in(staffed, "water", two.ref, leader=True, actor="test")
    departments.bring_in(staffed, "water", two.ref, leader=False, actor="test")
    with pytest.raises(Conflict, match="演示人2 belongs to it"):
        departments.bring_in(staffed, "water", two.ref, leader=False, actor="test")
    found = lookup.staff(staffed, [lookup.department(staffed, "water").id], NOW)
    assert [(person.ref, place.leader) for place, person in next(iter(found.values()))] == [("T0001", True), ("T0002", False)]
    with clock.frozen(NOW + HOUR):
        departments.close(staffed, "water", reason="merged", actor="test")
        assert lookup.departments(staffed) == []
        with pytest.raises(Conflict, match="closed"):
            departments.bring_in(staffed, "water", one.ref, leader=False, actor="test")
    assert journal(staffed, "departments")[-1] == ("department.closed", "water")


def test_two_who_appoint_a_head_at_once(committing: Engine) -> None:
    """One wins; the other is told whom."""
    with Session(committing) as session, session.begin():
        town.found(session)
        crew.kinds(session)
        refs = [crew.person(session, n).ref for n in range(8)]
    start, told = Barrier(8), []

    def go(ref: str) -> None:
        with clock.frozen(NOW), Session(committing) as session:
            start.wait()
            try:
                appointing.appoint(session, ref, HERE, "micro_head", actor="test")
                session.commit()
            except Conflict as error:
                told.append(str(error))

    threads = [Thread(target=go, args=(ref,)) for ref in refs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with Session(committing) as session:
        assert len(session.scalars(select(Post)).all()) == 1
    assert len(told) == 7
    assert all("heads this grid" in sentence for sentence in told)
