"""A publish of zones: what may not be, what follows, and the way back to the byte."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.appraisal.ground import GRID_SQL, Ground
from gridmap.cases.categories import CategoryKey
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action
from gridmap.desk.redrawing.enact import roll_back
from gridmap.desk.redrawing.impact import measured, preview
from gridmap.errors import Conflict, Invalid
from gridmap.grids import scheduling, zones
from gridmap.grids.change import Change, GridDraft, ZoneDraft
from gridmap.journal.models import JournalEntry
from gridmap.notices.models import Notice
from tests import town, zoned
from tests.desk import stage
from tests.desk.incoming import NOW, PAPER, alert, take
from tests.desk.turning import MOVING, opened, publish, turned
from tests.grids.publishes import everything
from tests.grids.test_lineage import BOTH, M11, M12
from tests.people import crew

HERE, TARGET = town.micro(1, 1), town.micro(3, 3)
INSIDE, OUTSIDE = (0.9, 0.9), (0.5, 0.5)


def standing(session: Session) -> list[str]:
    columns = "code, name, name_en, kind, takes, target_code, ST_AsEWKB(geom)"
    rows = session.execute(text(f"SELECT {columns} FROM zone WHERE upper_inf(valid) ORDER BY code"))
    return [str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in rows]


def test_open_cases_go_to_the_target_and_come_back(desk: Session) -> None:
    inside, outside = opened(desk, INSIDE, OUTSIDE)
    done = publish(desk, zoned.change(desk, zoned.zone()))
    assert [(one.number, one.before, one.after) for one in done.moved] == [(inside.number, HERE, TARGET)]
    desk.expire_all()
    assert (inside.grid_code, outside.grid_code) == (TARGET, HERE)
    assert inside.route["zone"]["lies_in"] == HERE
    (row,) = desk.scalars(select(JournalEntry).where(JournalEntry.kind == "case.rerouted"))
    assert (row.data["from_grid"], row.data["to_grid"]) == (HERE, TARGET)
    assert done.published.publication is not None
    with clock.frozen(NOW + timedelta(hours=2)):
        roll_back(desk, done.published.publication, actor="test", nearest_limit_m=30.0)
    desk.expire_all()
    assert (inside.grid_code, "zone" in inside.route) == (HERE, False)
    assert standing(desk) == []


def test_what_the_preview_says_happens(desk: Session) -> None:
    """Of a zone alone, and of one that comes together with other boundaries."""
    opened(desk, INSIDE, OUTSIDE, MOVING)
    both = turned(desk)
    for change in (zoned.change(desk, zoned.zone()), replace(both, zones={f"{town.TOWN}Z001": zoned.zone()})):
        with desk.begin_nested() as savepoint, clock.frozen(NOW + timedelta(hours=1)):
            before = everything(desk)
            seen = preview(desk, partial(publish, desk, change))
            assert everything(desk) == before
            assert standing(desk) == []
            done = publish(desk, change)
            assert seen == measured(desk, done)
            assert seen.zones == [f"{town.TOWN}Z001"]
            savepoint.rollback()


def test_the_people_of_the_old_and_the_new_grid_get_one_notice_each(desk: Session) -> None:
    crew.kinds(desk)
    people = [crew.person(desk, number) for number in (1, 2, 3)]
    for person, grid in zip(people, (HERE, TARGET, town.micro(2, 2)), strict=True):
        crew.post(desk, person, grid)
    opened(desk, INSIDE, (0.8, 0.8), OUTSIDE)
    done = publish(desk, zoned.change(desk, zoned.zone()))
    notices = {notice.person_id: notice for notice in desk.scalars(select(Notice).where(Notice.kind == "redrawn"))}
    assert done.told == len(notices) == 2
    assert {(case["from"], case["to"]) for case in notices[people[1].id].facts["cases"]} == {(HERE, TARGET)}
    assert notices[people[0].id].facts["moved"] == 2


def test_a_new_alert_goes_there_at_once_and_others_stay(desk: Session) -> None:
    publish(desk, zoned.change(desk, zoned.zone()))
    sent, stays = take(desk, [alert(1, at=INSIDE), alert(2, at=INSIDE, category=PAPER)], now=NOW + timedelta(hours=2))
    assert (sent.grid, stays.grid) == (TARGET, HERE)


def test_a_case_that_gets_its_category_later_goes_there_then(desk: Session) -> None:
    publish(desk, zoned.change(desk, zoned.zone()))
    case = stage.open_case(desk, at=INSIDE, category=None, now=NOW + timedelta(hours=2))
    assert case.grid_code == HERE
    asker, later = Asker("account:desk", None), NOW + timedelta(hours=3)
    stage.act(desk, case, Action.CLASSIFY, asker, later, category=CategoryKey(town.STANDARD, "matter", "06010"))
    assert (case.grid_code, case.route["zone"]["lies_in"]) == (TARGET, HERE)
    stage.act(desk, case, Action.CLASSIFY, asker, later, category=PAPER)
    assert (case.grid_code, "zone" in case.route) == (HERE, False)


def test_there_and_back_is_byte_equal(desk: Session) -> None:
    first = publish(desk, zoned.change(desk, zoned.zone(), zoned.zone(2, town.square(2.1, 0.1, width=0.5, height=0.5))))
    before = standing(desk)
    moved = zoned.zone(shape=town.square(0.8, 0.8, width=0.3, height=0.3), target=town.micro(3, 1), name="新名")
    with clock.frozen(NOW + timedelta(hours=2)):
        done = stage_redraw(desk, zoned.change(desk, moved, ended=(f"{town.TOWN}Z002",)))
        after = standing(desk)
        back = roll_back(desk, done, actor="test", nearest_limit_m=30.0).published.publication
        assert standing(desk) == before != after
        assert back is not None
        roll_back(desk, back, actor="test", nearest_limit_m=30.0)
    assert standing(desk) == after
    assert first.published.zones == [f"{town.TOWN}Z001", f"{town.TOWN}Z002"]


def stage_redraw(session: Session, change: Change) -> int:
    done = publish(session, change).published.publication
    assert done is not None
    return done


def test_what_is_in_force_already_is_no_publish(desk: Session) -> None:
    publish(desk, zoned.change(desk, zoned.zone()))
    assert publish(desk, zoned.change(desk, zoned.zone())).published.publication is None


def test_what_makes_no_sense_is_refused(desk: Session) -> None:
    def refused(*made: ZoneDraft) -> None:
        with pytest.raises(Invalid), desk.begin_nested():
            publish(desk, zoned.change(desk, *made))

    refused(zoned.zone(shape=town.square(2.5, 2.5)))
    refused(zoned.zone(target=town.village(1)))
    refused(zoned.zone(target=f"{town.village(1)}999"))
    refused(zoned.zone(), zoned.zone(2, takes=(zoned.LARGE,)))
    publish(desk, zoned.change(desk, zoned.zone(), zoned.zone(2, takes=(zoned.PAPER,))))
    refused(zoned.zone(3, takes=()))
    publish(desk, zoned.change(desk, ended=(f"{town.TOWN}Z001",)))
    refused(zoned.zone())  # Its code was used before.


def test_two_who_change_the_same_zone_meet(desk: Session) -> None:
    base = desk.execute(text("SELECT max(id) FROM publication")).scalar_one()
    publish(desk, zoned.change(desk, zoned.zone()))
    publish(desk, zoned.change(desk, zoned.zone(2, town.square(2.1, 0.1, width=0.5, height=0.5)), base=base))
    with pytest.raises(Conflict, match="Z001"):
        publish(desk, zoned.change(desk, zoned.zone(name="别名"), base=base))


def test_a_grid_that_gets_a_zone_s_cases_does_not_end(desk: Session) -> None:
    publish(desk, zoned.change(desk, zoned.zone(target=M12)))
    base = desk.execute(text("SELECT max(id) FROM publication")).scalar_one()
    ending = Change(base, {M11: GridDraft(M11, "大格", shape=BOTH)}, frozenset({M12}))
    with pytest.raises(Conflict, match="Z001"), desk.begin_nested():
        publish(desk, ending)
    both = Change(base, ending.grids, ending.retired, zones={f"{town.TOWN}Z001": zoned.zone(target=M11)})
    assert publish(desk, both).published.retired == [M12]


def test_cases_sent_to_a_grid_stay_with_it_when_its_border_turns(desk: Session) -> None:
    """They lie far from the ground that is redrawn, and are still routed by what is there."""
    far = town.square(2.6, 2.6, width=0.2, height=0.2)
    publish(desk, zoned.change(desk, zoned.zone(shape=far, target=town.micro(2, 1))))
    case = stage.open_case(desk, at=(2.7, 2.7), now=NOW + timedelta(hours=2))
    done = publish(desk, turned(desk))
    assert done.moved == []
    desk.expire_all()
    assert case.grid_code == town.micro(2, 1)


def test_then_and_now_count_each_case_once(desk: Session) -> None:
    opened(desk, INSIDE, OUTSIDE)
    town.stand(desk, State.CLOSED)
    publish(desk, zoned.change(desk, zoned.zone()))

    def counted(ground: Ground) -> dict[str, int]:
        asked = text(f"SELECT {GRID_SQL[ground]} AS g, count(*) FROM cases c GROUP BY 1")
        return {row[0]: row[1] for row in desk.execute(asked, {"at": NOW + timedelta(hours=3)})}

    assert counted(Ground.THEN) == {HERE: 2}
    assert counted(Ground.NOW) == {HERE: 1, TARGET: 1}


def test_a_change_with_zones_waits_as_it_is(desk: Session) -> None:
    change = zoned.change(desk, zoned.zone(), ended=(f"{town.TOWN}Z009",))
    assert scheduling.from_json(scheduling.as_json(change)) == change


def test_the_past_has_its_zones(desk: Session) -> None:
    publish(desk, zoned.change(desk, zoned.zone()))
    assert [one.code for one in zones.at(desk, NOW + timedelta(hours=3))] == [f"{town.TOWN}Z001"]
    assert zones.at(desk, NOW) == []
