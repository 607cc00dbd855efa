"""Lineage: where ground went, told by shares that add up, and followed from any old code to today's and back."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.geo.measure import area_m2
from gridmap.grids import descent
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Boundary, Lineage, Publication
from gridmap.grids.publishing import redraw
from tests import patchwork, redraws, town
from tests.grids.publishes import LATER, in_force

M11, M12, M21, M22 = (town.micro(x, y) for x, y in ((1, 1), (1, 2), (2, 1), (2, 2)))
NEW = f"{town.village(1)}009"
NEXT_DAY = LATER + timedelta(days=1)
SOUTH_EAST = Polygon([town.spot(0, 0), town.spot(1, 0), town.spot(1, 1)])
NORTH_WEST = Polygon([town.spot(0, 0), town.spot(1, 1), town.spot(0, 1)])
BOTH = Polygon([town.spot(0, 0), town.spot(1, 0), town.spot(1, 1), town.spot(1, 2), town.spot(0, 2), town.spot(0, 1)])


def newest(session: Session) -> int:
    return session.execute(select(func.max(Publication.id))).scalar_one()


def put(session: Session, shapes: dict[str, Polygon], *retired: str, at: datetime = LATER) -> None:
    drafts = {code: GridDraft(code, f"演示{code[-3:]}", shape=shape) for code, shape in shapes.items()}
    redraw(session, Change(newest(session), drafts, frozenset(retired)), actor="test", at=at)


def recorded(session: Session, length: int = 15) -> set[tuple[str, str | None, str, float]]:
    last = newest(session)
    rows = session.scalars(select(Lineage).where(Lineage.publication_id == last, func.length(Lineage.from_code) == length))
    return {(row.from_code, row.to_code, row.kind, round(row.area_share, 3)) for row in rows}


def kin(found: list[descent.Kin]) -> dict[str, float]:
    return {one.grid.code: round(one.share, 3) for one in found}


# ---- what a publish records


def test_a_split(tiny_town: Session) -> None:
    put(tiny_town, {M11: SOUTH_EAST, NEW: NORTH_WEST})
    assert recorded(tiny_town) == {(M11, M11, "reshape", 0.5), (M11, NEW, "split", 0.5)}
    assert recorded(tiny_town, 12) == set()


def test_a_merge(tiny_town: Session) -> None:
    put(tiny_town, {M11: BOTH}, M12)
    assert recorded(tiny_town) == {(M11, M11, "reshape", 1.0), (M12, M11, "merge", 1.0)}


def test_two_that_end_in_a_third(tiny_town: Session) -> None:
    put(tiny_town, {NEW: BOTH}, M11, M12)
    assert recorded(tiny_town) == {(M11, NEW, "merge", 1.0), (M12, NEW, "merge", 1.0)}


def test_the_same_ground_under_another_code(tiny_town: Session) -> None:
    moved = f"{town.village(2)}009"
    put(tiny_town, {moved: town.square(0, 0)}, M11)
    assert recorded(tiny_town) == {(M11, moved, "renumber", 1.0)}
    assert recorded(tiny_town, 12) == {
        (town.village(1), town.village(2), "reshape", 0.333),
        (town.village(1), town.village(1), "reshape", 0.667),
        (town.village(2), town.village(2), "reshape", 1.0),
    }


def test_a_village_that_ends(tiny_town: Session) -> None:
    wide = {town.micro(1, y): town.square(0, y - 1, width=2) for y in (1, 2, 3)}
    put(tiny_town, wide, town.village(2), *(town.micro(2, y) for y in (1, 2, 3)))
    assert (town.village(2), town.village(1), "merge", 1.0) in recorded(tiny_town, 12)


def test_a_corner_more_is_no_turn(tiny_town: Session) -> None:
    notched = Polygon([*town.square(0, 0).exterior.coords[:2], town.spot(1, 0.5), *town.square(0, 0).exterior.coords[2:]])
    beside = Polygon([town.spot(1, 0), town.spot(2, 0), town.spot(2, 1), town.spot(1, 1), town.spot(1, 0.5)])
    put(tiny_town, {M11: notched, M21: beside})
    assert recorded(tiny_town) == set()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_shares_and_areas_add_up_and_lead_to_all_the_ground(session: Session, seed: int) -> None:
    chance = np.random.default_rng(seed)
    with session.begin_nested() as savepoint:
        patchwork.found(session, seed=seed, how_many=20)
        began = clock.now()
        first = {code: shape for code, shape in in_force(session).items() if len(code) == 15}
        shapes, taken = first, set(first)
        for _ in range(3):
            after = redraws.redrawn(shapes, chance, taken)
            redraw(session, redraws.change(newest(session), shapes, after, taken), actor="test")
            shapes = after
        rows = session.scalars(select(func.sum(Lineage.area_share)).group_by(Lineage.publication_id, Lineage.from_code)).all()
        assert rows == pytest.approx([1.0] * len(rows), abs=1e-5)
        for code in first:
            if found := descent.successors(session, code, began):
                assert sum(one.share for one in found) == pytest.approx(1.0, abs=1e-5)
        for code in shapes:
            if back := descent.ancestors(session, code, began, until=clock.now()):
                assert sum(one.share for one in back) == pytest.approx(1.0, abs=1e-3)
        savepoint.rollback()
    session.expunge_all()


# ---- where an old code leads


def test_an_old_code_leads_on_however_often_it_went_on(tiny_town: Session) -> None:
    put(tiny_town, {M11: SOUTH_EAST, NEW: NORTH_WEST})
    assert kin(descent.successors(tiny_town, M11, town.FOUNDED)) == {M11: 0.5, NEW: 0.5}
    assert descent.successors(tiny_town, M11, LATER) == []
    put(tiny_town, {M11: town.square(0, 0)}, NEW, at=NEXT_DAY)
    assert kin(descent.successors(tiny_town, M11, town.FOUNDED)) == {M11: 1.0}
    assert kin(descent.successors(tiny_town, NEW, clock.now())) == {M11: 1.0}
    (whole,) = descent.successors(tiny_town, NEW, LATER)
    assert (whole.grid.code, whole.since) == (M11, NEXT_DAY)
    assert kin(descent.ancestors(tiny_town, M11, LATER, until=clock.now())) == {M11: 0.5, NEW: 0.5}
    assert kin(descent.ancestors(tiny_town, M11, town.FOUNDED, until=clock.now())) == {M11: 1.0}
    assert [(turn.from_code, turn.to_code, turn.kind) for turn in descent.turns(tiny_town, NEW)] == [
        (M11, NEW, "split"),
        (NEW, M11, "merge"),
    ]


def test_what_never_was_has_no_kin(tiny_town: Session) -> None:
    for code in ("310151999999999", M11):
        assert descent.successors(tiny_town, code, clock.now()) == []
        assert descent.ancestors(tiny_town, code, town.FOUNDED, until=clock.now()) == []
    assert descent.successors(tiny_town, M11, town.FOUNDED - timedelta(days=1)) == []


def test_areas_are_those_of_the_ground(tiny_town: Session) -> None:
    put(tiny_town, {M11: SOUTH_EAST, NEW: NORTH_WEST})
    moved = tiny_town.scalar(select(Lineage.area_m2).where(Lineage.to_code == NEW))
    assert moved == pytest.approx(area_m2(NORTH_WEST), rel=1e-4)
    assert moved == pytest.approx(tiny_town.scalar(select(Boundary.area_m2).where(Boundary.grid_code == NEW)), rel=1e-4)
