"""Rolling back: byte for byte what was, the same grids under the same codes, and a publish like any other."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.errors import Conflict, Invalid, NotFound
from gridmap.grids import tiling
from gridmap.grids.change import Change, GridDraft
from gridmap.grids.models import Grid, Publication
from gridmap.grids.publishing import Published, publish, redraw
from gridmap.grids.rollback import reversal
from tests import patchwork, redraws, town
from tests.grids.publishes import LATER, in_force, redrawn


def newest(session: Session) -> int:
    return session.execute(select(func.max(Publication.id))).scalar_one()


def roll_back(session: Session, publication: int | None) -> Published:
    assert publication is not None
    return redraw(session, reversal(session, publication), actor="test", undoes=publication)


def standing(session: Session) -> dict[str, list[str]]:
    """What is in force, to the byte: shapes, names, tiles."""
    queries = {
        "shapes": "SELECT grid_code, ST_AsEWKB(geom), ST_AsEWKB(label), area_m2 FROM boundary WHERE upper_inf(valid)",
        "names": "SELECT code, name, name_en, head_name, head_phone, retired_at FROM grid WHERE retired_at IS NULL",
        "tiles": "SELECT grid_code, zoom, ST_AsEWKB(geom) FROM tile_shape WHERE upper_inf(valid)",
    }
    return {name: sorted(str([bytes(v) if isinstance(v, memoryview) else v for v in row]) for row in session.execute(text(query)))
            for name, query in queries.items()}  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_there_and_back_is_byte_equal_and_so_is_forth_again(session: Session, seed: int) -> None:
    chance = np.random.default_rng(seed)
    with session.begin_nested() as savepoint:
        patchwork.found(session, seed=seed, how_many=25)
        shapes = {code: shape for code, shape in in_force(session).items() if len(code) == 15}
        before = standing(session)
        change = redraws.change(newest(session), shapes, redraws.redrawn(shapes, chance, set(shapes), steps=4), set(shapes))
        done = redraw(session, change, actor="test")
        if done.publication is not None:
            after = standing(session)
            back = roll_back(session, done.publication)
            assert standing(session) == before
            assert set(back.opened) | set(back.closed) == set(done.opened) | set(done.closed)
            roll_back(session, back.publication)
            assert standing(session) == after
            assert tiling.rebuild(session) == 0
        savepoint.rollback()
    session.expunge_all()


def test_a_grid_that_ended_goes_on_under_its_code(tiny_town: Session) -> None:
    gone = town.micro(2, 1)
    wide = Polygon([town.spot(0, 0), town.spot(1, 0), town.spot(2, 0), town.spot(2, 1), town.spot(1, 1), town.spot(0, 1)])
    change = Change(newest(tiny_town), {town.micro(1, 1): GridDraft(town.micro(1, 1), "宽", shape=wide)}, frozenset({gone}))
    done = redraw(tiny_town, change, actor="test", at=LATER)
    roll_back(tiny_town, done.publication)
    assert tiny_town.get_one(Grid, gone, populate_existing=True).retired_at is None
    assert tiny_town.get_one(Grid, town.micro(1, 1), populate_existing=True).name == "演示村1第1微网格"
    (row,) = tiny_town.scalars(select(Publication).where(Publication.undoes == done.publication))
    assert row.id == newest(tiny_town)


def test_names_alone_are_rolled_back_too(tiny_town: Session) -> None:
    change = Change(newest(tiny_town), {town.TOWN: GridDraft(town.TOWN, "新名镇", head_name="示例新网格长")})
    done = redraw(tiny_town, change, actor="test", at=LATER)
    roll_back(tiny_town, done.publication)
    assert tiny_town.get_one(Grid, town.TOWN).name == "演示镇"
    assert tiny_town.get_one(Grid, town.TOWN).head_name == "示例总网格长"


def test_ground_that_was_won_is_given_back(tiny_town: Session) -> None:
    before = standing(tiny_town)
    bump = Polygon([*town.square(2, 2).exterior.coords[:2], town.spot(3.1, 2.5), town.spot(3, 3), town.spot(2, 3)])
    done = publish(tiny_town, town.drafts(m33=bump), actor="test", at=LATER)
    roll_back(tiny_town, done.publication)
    assert standing(tiny_town) == before


def test_what_was_redrawn_again_since_is_told(tiny_town: Session) -> None:
    first = town.found(tiny_town, at=LATER, **redrawn())
    corner = Polygon([town.spot(2, 2), town.spot(3, 2), town.spot(3, 3), town.spot(2.5, 3), town.spot(2, 3)])
    town.found(tiny_town, at=LATER + timedelta(days=1), **redrawn(), m33=corner)
    with tiny_town.begin_nested() as savepoint:
        roll_back(tiny_town, first.publication)  # The other corner of the town is nobody's business here.
        assert len(in_force(tiny_town)[town.micro(3, 3)].geoms[0].exterior.coords) == 6
        savepoint.rollback()
    again = {
        "m11": Polygon([town.spot(0, 0), town.spot(1.2, 0), town.spot(1.2, 1), town.spot(1, 1), town.spot(0, 1)]),
        "m21": town.square(1.2, 0, width=0.8),
        "m22": Polygon([town.spot(1, 1), town.spot(1.2, 1), town.spot(2, 1), town.spot(2, 2), town.spot(1, 2)]),
    }
    town.found(tiny_town, at=LATER + timedelta(days=2), **again)
    with pytest.raises(Conflict, match=town.micro(1, 1)):
        roll_back(tiny_town, first.publication)


def test_once_and_not_the_first(tiny_town: Session) -> None:
    first = newest(tiny_town)
    done = town.found(tiny_town, at=LATER, **redrawn())
    roll_back(tiny_town, done.publication)
    with pytest.raises(Invalid, match="already"):
        roll_back(tiny_town, done.publication)
    with pytest.raises(Invalid, match="first"):
        roll_back(tiny_town, first)
    with pytest.raises(NotFound):
        roll_back(tiny_town, first + 99)


def test_the_database_itself_lets_nobody_else_bring_a_code_back(tiny_town: Session) -> None:
    gone = town.micro(2, 1)
    wide = Polygon([town.spot(0, 0), town.spot(1, 0), town.spot(2, 0), town.spot(2, 1), town.spot(1, 1), town.spot(0, 1)])
    change = Change(newest(tiny_town), {town.micro(1, 1): GridDraft(town.micro(1, 1), "宽", shape=wide)}, frozenset({gone}))
    redraw(tiny_town, change, actor="test", at=LATER)
    with pytest.raises(IntegrityError, match="never used again"), tiny_town.begin_nested():
        tiny_town.execute(text("UPDATE grid SET retired_at = NULL WHERE code = :code"), {"code": gone})
