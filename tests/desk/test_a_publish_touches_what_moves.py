"""A publish reads the cases of the ground it touches, and writes and locks those alone that lie on ground that changed hands."""

from datetime import timedelta

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.models import Case
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.publications import newest
from tests import patchwork, redraws, town
from tests.desk.incoming import NOW
from tests.desk.turning import MOVING, STAYING, opened, publish
from tests.grids.publishes import in_force

UPDATED = text("SELECT pg_stat_get_xact_tuples_updated('cases'::regclass)")


def micros(session: Session) -> redraws.Shapes:
    return {code: shape for code, shape in in_force(session).items() if len(code) == 15}


def updated(session: Session) -> int:
    """How many times this transaction has written a case anew."""
    return int(session.execute(UPDATED).scalar_one())


@pytest.mark.parametrize("seed", [1, 3])
def test_it_writes_the_cases_on_ground_that_changed_hands(session: Session, seed: int) -> None:
    with clock.frozen(NOW - timedelta(days=1)):
        patchwork.found(session, seed=seed, how_many=30)
    town.category(session)
    chance = np.random.default_rng(seed)
    cases = opened(session, *chance.uniform(0.02, 2.98, (200, 2)).tolist())
    before, written = micros(session), updated(session)
    after = redraws.redrawn(before, chance, set(before), steps=6)
    done = publish(session, redraws.change(newest(session), before, after, set(before)))
    given = [shapely.difference(shape, after[code]) if code in after else shape for code, shape in before.items()]
    on = {case.number for case in cases if shapely.intersects(shapely.union_all(given), case.location)}
    assert done.moved
    assert {one.number for one in done.moved} == on
    assert updated(session) - written == len(on)


def test_others_act_meanwhile_on_those_that_stay(committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        town.found(session)
        town.category(session)
        moving, staying = (case.id for case in opened(session, MOVING, STAYING))
    with Session(committing) as publishing, Session(committing) as other:
        publish(publishing)
        free = select(Case.id).with_for_update(skip_locked=True)
        assert other.scalars(free).all() == [staying]
        other.rollback()
        publishing.commit()
        assert sorted(other.scalars(free)) == [moving, staying]


def halved(x: int, y: int, code: str) -> dict[str, GridDraft]:
    """A grid cut along its diagonal; its south-eastern half keeps the code."""
    west, south = x - 1, y - 1
    a, b, c, d = (town.spot(west + dx, south + dy) for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1)))
    halves = {town.micro(x, y): Polygon([a, b, c]), code: Polygon([a, c, d])}
    return {one: GridDraft(one, f"演示{one[-3:]}", shape=shape) for one, shape in halves.items()}


def test_two_grids_far_apart_leave_what_lies_between_alone(tiny_town: Session) -> None:
    town.category(tiny_town)
    between, _ = opened(tiny_town, (1.5, 1.5), (2.2, 2.8))
    grids = halved(1, 1, f"{town.village(1)}009") | halved(3, 3, f"{town.village(3)}009")
    done = publish(tiny_town, Change(newest(tiny_town), grids))
    assert done.ground is not None
    assert shapely.covers(shapely.box(*done.ground.bounds), between.location)
    assert [one.before for one in done.lying] == [town.micro(3, 3)], "the other was not even read"
