"""Publishes that wait for their moment: done once, by whichever worker, or refused with a notice."""

from datetime import timedelta
from threading import Thread

import pytest
from shapely.geometry import Polygon
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.models import Account
from gridmap.cli.watchman import publish_one
from gridmap.db import make_sessions
from gridmap.desk.redrawing.scheduling import publish_scheduled
from gridmap.errors import Conflict, Invalid, NotFound
from gridmap.grids import scheduling
from gridmap.grids.change import Change
from gridmap.grids.models import Publication, Scheduled
from gridmap.grids.publishing import redraw
from gridmap.notices.models import Notice
from gridmap.notices.words import details
from tests import town, zoned
from tests.desk.turning import opened
from tests.grids.publishes import in_force, redrawn

CODES = (town.micro(1, 1), town.micro(2, 1))


def turned(session: Session) -> Change:
    drafts = {draft.code: draft for draft in town.drafts(**redrawn()) if draft.code in CODES}
    base = session.execute(select(func.max(Publication.id))).scalar_one()
    return Change(base, drafts, sources={CODES[0]: (CODES[1],)})


def put_off(session: Session, actor: str = "account:planner") -> Scheduled:
    return scheduling.schedule(session, turned(session), clock.now() + timedelta(minutes=5), actor=actor, note="夜里生效")


def work(session: Session, after: timedelta = timedelta(minutes=6)) -> Scheduled | None:
    with clock.frozen(clock.now() + after):
        due = scheduling.next_due(session, clock.now())
        if due is not None:
            publish_scheduled(session, due, nearest_limit_m=30.0, now=clock.now())
    return due


def test_what_is_kept_is_what_was_drawn(tiny_town: Session) -> None:
    change = turned(tiny_town)
    again = scheduling.from_json(scheduling.as_json(change))
    assert again == change
    assert [draft.shape.wkb for draft in again.grids.values() if draft.shape] == [
        draft.shape.wkb for draft in change.grids.values() if draft.shape
    ]


def test_it_waits_for_its_moment_and_is_done_once(tiny_town: Session) -> None:
    waiting = put_off(tiny_town)
    assert work(tiny_town, timedelta(minutes=4)) is None
    assert work(tiny_town) is waiting
    assert (waiting.state, waiting.reason) == ("published", "")
    made = tiny_town.get_one(Publication, waiting.publication_id)
    assert (made.actor, made.note) == ("account:planner", "夜里生效")
    assert work(tiny_town) is None


def test_where_others_redrew_meanwhile_it_is_refused_and_its_owner_is_told(tiny_town: Session) -> None:
    tiny_town.add(Account(username="planner", password_hash="-"))
    tiny_town.flush()
    waiting = put_off(tiny_town)
    other = {
        "m11": Polygon([town.spot(0, 0), town.spot(1.2, 0), town.spot(1, 1), town.spot(0, 1)]),
        "m21": Polygon([town.spot(1.2, 0), town.spot(2, 0), town.spot(2, 1), town.spot(1, 1)]),
    }
    town.found(tiny_town, at=clock.now(), **other)
    before = in_force(tiny_town)
    assert work(tiny_town) is waiting
    assert (waiting.state, waiting.publication_id) == ("refused", None)
    assert CODES[0] in waiting.reason
    assert in_force(tiny_town) == before
    (notice,) = tiny_town.scalars(select(Notice))
    assert (notice.kind, notice.facts["codes"]) == ("publish_refused", list(CODES))
    assert CODES[0] in details(notice.facts)[0]


def test_elsewhere_others_may_have_redrawn(tiny_town: Session) -> None:
    waiting = put_off(tiny_town)
    corner = Polygon([town.spot(2, 2), town.spot(3, 2), town.spot(3, 3), town.spot(2.5, 3), town.spot(2, 3)])
    town.found(tiny_town, at=clock.now(), m33=corner)
    assert work(tiny_town) is waiting
    assert waiting.state == "published"


def test_a_zone_comes_at_its_moment_or_is_refused_where_others_changed_it(desk: Session) -> None:
    (case,) = opened(desk, (0.9, 0.9))
    due = clock.now() + timedelta(minutes=5)
    waiting = scheduling.schedule(desk, zoned.change(desk, zoned.zone()), due, actor="account:planner")
    assert work(desk) is waiting
    desk.refresh(case)
    assert (waiting.state, case.grid_code) == ("published", town.micro(3, 3))
    again = scheduling.schedule(desk, zoned.change(desk, zoned.zone(name="新名")), due, actor="account:planner")
    with clock.frozen(clock.now() + timedelta(minutes=7)):
        redraw(desk, zoned.change(desk, ended=(f"{town.TOWN}Z001",)), actor="account:other")
    assert work(desk, timedelta(minutes=8)) is again
    assert (again.state, f"{town.TOWN}Z001" in again.reason) == ("refused", True)


def test_it_can_be_cancelled_while_it_waits(tiny_town: Session) -> None:
    waiting = put_off(tiny_town)
    assert list(scheduling.scheduled(tiny_town, waiting=True)) == [waiting]
    scheduling.cancel(tiny_town, waiting.id)
    assert work(tiny_town) is None
    assert list(scheduling.scheduled(tiny_town, waiting=True)) == []
    with pytest.raises(Conflict):
        scheduling.cancel(tiny_town, waiting.id)
    with pytest.raises(NotFound):
        scheduling.cancel(tiny_town, waiting.id + 9)


def test_the_past_is_no_moment_to_wait_for(tiny_town: Session) -> None:
    with pytest.raises(Invalid, match="future"):
        scheduling.schedule(tiny_town, turned(tiny_town), clock.now(), actor="account:planner")


def test_two_workers_publish_it_once(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        put_off(session)
    with Session(committing) as session, session.begin():
        session.execute(update(Scheduled).values(at=clock.now()))
    done: list[bool] = []
    sessions = make_sessions(committing)
    threads = [Thread(target=lambda: done.append(publish_one(sessions, 30.0))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with Session(committing) as session:
        assert session.scalar(select(func.count()).select_from(Publication)) == 2
        assert session.scalars(select(Scheduled.state)).all() == ["published"]
